"""Who answers next: a person who takes over silences the bot at once, everywhere, and gives it the word again."""

import pytest

from conversations import selectors, services
from conversations.channels.port import ChannelError
from conversations.errors import BotSilencedError, ConversationClosedError, NotBotChannelError
from conversations.models import Channel, Conversation, Message
from crm.core.errors import NotAllowedError, NotFoundError
from crm.models import EventRecord
from tests.conversations.test_sending import bot_writes, claim_of, fresh, send, write
from tests.factories.conversations import receive


def take_over(player, conversation) -> Conversation:
    """One click."""
    return services.take_over(actor=player.actor(), conversation_id=conversation.pk)


def hand_over(agent, conversation, player=None) -> Conversation:
    """The bot passes it on."""
    return services.hand_over(
        actor=agent,
        conversation_id=conversation.pk,
        user_id=player.user.pk if player else None,
        because="Wants a person",
        epoch=fresh(conversation).ownership_epoch,
    )


def test_a_takeover_between_queue_and_claim_cancels(owner, agent, conversation, graph):
    # given an answer of the bot that no worker has claimed yet
    message = bot_writes(agent, conversation)

    # when a rep takes over, then it is cancelled with the reason, and no request is ever made
    row = take_over(owner, conversation)
    assert (row.owner_kind, row.assignee_id, row.ownership_epoch) == ("person", owner.user.pk, 1)
    assert row.owned_because == "Rina took over"
    assert (fresh(message).status, fresh(message).error_text) == ("cancelled", "A person took over.")
    assert send(conversation) == 0
    assert graph.requests == []


def test_the_claim_itself_asks_who_owns_it(owner, agent, conversation, graph):
    # given a bot's message that slipped through the cancelling
    message = bot_writes(agent, conversation)
    take_over(owner, conversation)
    Message.objects.filter(pk=message.pk).update(status="queued")

    # then the claim cancels it
    assert send(conversation) == 0
    assert fresh(message).status == "cancelled"
    assert graph.requests == []


def test_a_persons_message_silences_the_bot(owner, agent, conversation, graph):
    # given an answer of the bot in the queue
    message = bot_writes(agent, conversation)

    # when a rep simply writes
    write(owner, conversation, "I am here")

    # then the rep owns it, the bot's is cancelled, and only the rep's goes out
    row = fresh(conversation)
    assert (row.owner_kind, row.assignee_id) == ("person", owner.user.pk)
    assert (row.unread_count, row.waiting_since) == (0, None)
    send(conversation)
    assert graph.texts == ["I am here"]
    assert fresh(message).status == "cancelled"
    with pytest.raises(BotSilencedError):
        bot_writes(agent, conversation)


def test_a_colleagues_reply_leaves_the_conversation_with_its_owner(owner, teammate, conversation):
    # given a rep's conversation
    take_over(owner, conversation)

    # when a teammate helps out, then it stays the rep's
    write(teammate, conversation, "Rina is at lunch")
    assert fresh(conversation).assignee_id == owner.user.pk


def test_a_farewell_still_goes_out_after_a_handover(owner, agent, conversation, graph):
    # given a farewell of the bot that waits as it hands over
    bot_writes(agent, conversation, "Rina will help you")
    row = hand_over(agent, conversation, owner)
    assert (row.owner_kind, row.assignee_id, row.ownership_epoch) == ("person", owner.user.pk, 0)

    # then it goes out, and the bot says nothing more
    assert send(conversation) == 1
    assert graph.texts == ["Rina will help you"]
    with pytest.raises(BotSilencedError):
        bot_writes(agent, conversation)


@pytest.mark.parametrize("how", ["takes over", "writes"])
def test_but_not_after_a_person_acted(owner, agent, conversation, graph, how):
    # given the same farewell, and a rep who was quicker
    message = bot_writes(agent, conversation, "Rina will help you")
    hand_over(agent, conversation, owner)
    if how == "writes":
        write(owner, conversation, "Hi!")
    else:
        take_over(owner, conversation)

    # then it is cancelled
    send(conversation)
    assert fresh(message).status == "cancelled"
    assert graph.texts == (["Hi!"] if how == "writes" else [])


@pytest.mark.parametrize("how", ["takes over", "writes"])
def test_a_farewell_on_its_way_is_not_sent_again_after_a_person_acted(
    owner, agent, conversation, graph, clock, how
):
    # given a farewell that a worker is sending as a rep acts
    message = bot_writes(agent, conversation, "Rina will help you")
    hand_over(agent, conversation, owner)
    claim = claim_of(conversation)
    if how == "writes":
        write(owner, conversation, "Hi!")
    else:
        take_over(owner, conversation)

    # when Meta refuses it for the moment, then it is not tried again
    services.mark_failed(claim=claim, error=ChannelError("transient", "2", "later"))
    clock.shift(601)
    send(conversation)
    assert fresh(message).status == "cancelled"
    assert "Rina will help you" not in graph.texts


def test_an_unknown_answer_of_the_bot_is_not_repeated_over_a_person(owner, agent, conversation, graph, clock):
    # given a bot's message of which nothing was heard
    graph.answers = ["drop"]
    message = bot_writes(agent, conversation, "hello?")
    send(conversation)
    take_over(owner, conversation)

    # then it is not sent once more over a person
    clock.shift(61)
    send(conversation)
    assert graph.texts == ["hello?"]
    assert fresh(message).status == "cancelled"


def test_given_back_the_bot_reads_what_comes_and_not_what_was(owner, agent, channel, conversation):
    # given a rep who worked the conversation while the customer wrote
    take_over(owner, conversation)
    receive(channel, "answered by a person")
    row = services.give_back(actor=owner.actor(), conversation_id=conversation.pk)

    # then the bot owns it in a new epoch, from the next message on
    assert (row.owner_kind, row.assignee_id, row.ownership_epoch) == ("agent", None, 2)
    assert row.agent_from_sequence == 2
    assert selectors.inbound_after(row.pk, row.agent_from_sequence) == []
    new = receive(channel, "and now?")
    assert selectors.inbound_after(row.pk, row.agent_from_sequence) == [new]
    assert bot_writes(agent, conversation).status == "queued"


def test_given_back_twice_is_once(owner, conversation):
    # when the bot has it already, then nothing changes and nobody is told
    before = EventRecord.objects.count()
    row = services.give_back(actor=owner.actor(), conversation_id=conversation.pk)
    assert (row.ownership_epoch, row.owner_kind, EventRecord.objects.count()) == (0, "agent", before)


def test_where_the_bot_is_off_nothing_is_given_back(owner, channel, conversation):
    # given a channel whose bot was switched off
    take_over(owner, conversation)
    Channel.objects.update(is_bot_on=False)

    # then the refusal says so, and it stays the rep's
    with pytest.raises(NotBotChannelError):
        services.give_back(actor=owner.actor(), conversation_id=conversation.pk)
    assert fresh(conversation).assignee_id == owner.user.pk


def test_with_the_bot_off_new_conversations_are_nobodys(channel):
    # given a channel without a bot, when somebody writes, then it waits for a person
    Channel.objects.update(is_bot_on=False)
    message = receive(Channel.objects.get(), "hi")
    row = message.conversation
    assert (row.owner_kind, row.waiting_since is not None) == ("nobody", True)


def test_assigning_asks_for_the_right(owner, teammate, manager, viewer, stranger, conversation):
    # when a rep gives it to a colleague, then the role refuses; oneself is fine
    def assign(by, to):
        return services.assign_conversation(
            actor=by.actor(), conversation_id=conversation.pk, user_id=to.user.pk
        )

    with pytest.raises(NotAllowedError):
        assign(owner, teammate)
    with pytest.raises(NotAllowedError):
        assign(viewer, viewer)
    with pytest.raises(NotFoundError):
        assign(manager, stranger)
    assert fresh(conversation).owner_kind == "agent"
    assert assign(owner, owner).assignee_id == owner.user.pk
    assert assign(manager, teammate).owned_because == "Mira assigned it to Tomi"


def test_nothing_is_done_to_a_closed_one(owner, manager, conversation):
    # given a closed conversation
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)

    # then nobody takes, gives back, assigns or closes it again
    before = Conversation.objects.filter(pk=conversation.pk).values().get()
    for change in (services.take_over, services.give_back, services.close_conversation):
        with pytest.raises(ConversationClosedError):
            change(actor=owner.actor(), conversation_id=conversation.pk)
    assert Conversation.objects.filter(pk=conversation.pk).values().get() == before


def test_after_closing_the_next_message_opens_a_new_one(owner, channel, conversation):
    # given a closed conversation, when the customer writes, then a new one begins with the bot
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    again = receive(channel, "one more thing")
    assert again.conversation_id != conversation.pk
    assert (again.conversation.owner_kind, again.sequence) == ("agent", 1)
    assert again.conversation.contact_id == conversation.contact_id


def test_people_outside_change_nothing(stranger, viewer, colleague, owner, conversation):
    # given the owner's conversation
    take_over(owner, conversation)
    before = Conversation.objects.filter(pk=conversation.pk).values().get()

    # then a stranger and a rep of no team don't find it, a viewer may not
    for player, refusal in ((stranger, NotFoundError), (colleague, NotFoundError), (viewer, NotAllowedError)):
        for change in (services.take_over, services.give_back, services.close_conversation):
            with pytest.raises(refusal):
                change(actor=player.actor(), conversation_id=conversation.pk)
    assert Conversation.objects.filter(pk=conversation.pk).values().get() == before


def test_a_viewer_reading_leaves_it_unread(viewer, owner, conversation):
    # when a viewer looks, then it stays unread for those who answer
    services.mark_read(actor=viewer.actor(), conversation_id=conversation.pk)
    assert fresh(conversation).unread_count == 1
    services.mark_read(actor=owner.actor(), conversation_id=conversation.pk)
    assert fresh(conversation).unread_count == 0


def test_a_number_somebody_only_typed_as_their_own_stays_a_customers(viewer, owner, channel):
    # given a viewer who has put a customer's number into their own profile
    viewer.page.post("/settings/you/", {"name": "Vera", "phone": "+62 811 0000 900"})

    # when the customer writes, then it is theirs: the bot answers, and it is in the inbox
    row = receive(channel, "I need a website", phone="628110000900").conversation
    assert (row.purpose, row.owner_kind) == ("customer", "agent")
    assert selectors.visible_conversations(owner.actor()).get() == row


def test_colleagues_writing_from_their_phones_are_no_customers(owner, channel):
    # given a rep whose own number is known
    owner.is_reached_at("+62 811 0000 900")

    # when that number writes, then it is no customer's conversation, and the bot says nothing
    row = receive(channel, "test", phone="628110000900").conversation
    assert (row.purpose, row.owner_kind) == ("staff", "nobody")
    assert not selectors.visible_conversations(owner.actor()).exists()
