"""Send later, and broadcasts: each once, by the one service, and never to whoever did not agree."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from conversations import selectors, services, tasks
from conversations.channels.port import Template
from conversations.decisions import Turns
from conversations.errors import CannotSendError, ConversationClosedError, NotRunningError, NotWaitingError
from conversations.models import (
    Broadcast,
    BroadcastRecipient,
    Consent,
    Conversation,
    Message,
    ScheduledMessage,
)
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import Alert, Membership
from tests.conversations.test_sending import fresh, send
from tests.factories.conversations import receive

NEWS = Template("spring_news", "id", ("{{contact.first_name|friend}}",))


def later(player, conversation, hours=2.0, text="Shall we go on?", **values) -> ScheduledMessage:
    """Written now for then."""
    due_at = timezone.now() + timedelta(hours=hours)
    return services.schedule_message(
        actor=player.actor(), conversation_id=conversation.pk, text=text, due_at=due_at, **values
    )


def at(hours):
    """A sweep so much later; two, so that nothing is done twice."""
    with time_machine.travel(timezone.now() + timedelta(hours=hours)):
        tasks.sweep_later()
        tasks.sweep_later()


def ours() -> list[tuple[str, str]]:
    """What we have queued, in order."""
    return list(
        Message.objects.filter(direction="out").order_by("sequence").values_list("author_kind", "text")
    )


def test_a_message_for_later_is_queued_once_when_its_time_has_come(owner, conversation, graph):
    row = later(owner, conversation)

    # when the sweep looks too early, then nothing is sent, and nobody is kept from writing meanwhile
    at(1.9)
    assert ours() == []
    services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text="One more thing")

    # when its time has come, then it is queued once, in its author's name
    at(2.1)
    assert ours() == [("person", "One more thing"), ("person", "Shall we go on?")]
    assert (fresh(row).state, fresh(row).message.author_id) == ("queued", str(owner.user.pk))
    with time_machine.travel(timezone.now() + timedelta(hours=2.2)):
        send(conversation)
        send(conversation)
    assert graph.texts == ["One more thing", "Shall we go on?"]


def test_it_is_held_when_the_contact_wrote_first_and_its_author_is_told(owner, conversation, channel):
    row = later(owner, conversation)
    receive(channel, "Never mind, I found one")

    at(2.1)

    assert ours() == []
    assert (fresh(row).state, fresh(row).why) == ("held", "The contact has written meanwhile.")
    alert = Alert.objects.get(key=f"scheduled:{row.pk}")
    assert (alert.user_id, alert.body) == (owner.user.pk, "The contact has written meanwhile.")
    assert (alert.kind, alert.title) == ("failed_send", "Your message to Budi was not sent")


def test_unless_it_is_to_go_out_all_the_same(owner, conversation, channel):
    later(owner, conversation, holds_on_answer=False)
    receive(channel, "Never mind, I found one")
    at(2.1)
    assert ours() == [("person", "Shall we go on?")]


def test_what_its_author_may_not_send_any_more_is_held(owner, colleague, manager, viewer, conversation):
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    row = later(owner, conversation)
    Membership.objects.filter(user=owner.user).update(is_active=False)

    at(2.1)

    assert ours() == []
    assert (fresh(row).state, fresh(row).why) == ("held", "There is no such member in this workspace.")
    alert = Alert.objects.get(key=f"scheduled:{row.pk}")  # who sees it and can answer is told, nobody else
    assert (alert.user_id, alert.title) == (manager.user.pk, "What Rina wrote to Budi was not sent")


def test_withdrawn_and_restored(owner, conversation):
    row = later(owner, conversation)
    services.withdraw_scheduled(actor=owner.actor(), scheduled_id=row.pk)
    at(2.1)
    assert ours() == []

    # when it is taken back before its time, then it goes out; not after
    services.restore_scheduled(actor=owner.actor(), scheduled_id=row.pk)
    with pytest.raises(NotWaitingError):
        services.restore_scheduled(actor=owner.actor(), scheduled_id=row.pk)
    at(2.1)
    assert len(ours()) == 1
    with pytest.raises(NotWaitingError):
        services.withdraw_scheduled(actor=owner.actor(), scheduled_id=row.pk)


@pytest.mark.parametrize(("hours", "code"), [(-1, "invalid"), (24 * 91, "invalid"), (25, "window_over_then")])
def test_a_time_that_can_not_be_is_refused(owner, conversation, hours, code):
    with pytest.raises((InvalidInputError, CannotSendError)) as refused:
        later(owner, conversation, hours=hours)
    assert refused.value.code == code
    assert not ScheduledMessage.objects.exists()


def test_who_may_not_answer_may_not_answer_later(viewer, stranger, owner, conversation):
    with pytest.raises(NotAllowedError):
        later(viewer, conversation)
    with pytest.raises(NotFoundError):
        later(stranger, conversation)
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    with pytest.raises(ConversationClosedError):
        later(owner, conversation)
    assert not ScheduledMessage.objects.exists()


def agree(conversation, choice="in"):
    """What the contact said about offers."""
    Consent.objects.create(
        workspace_id=conversation.workspace_id,
        contact_id=conversation.contact_id,
        channel_id=conversation.channel_id,
        purpose="marketing",
        choice=choice,
        source="button",
        at=timezone.now(),
    )


def plan(player, *conversations, **values: Any) -> Broadcast:
    """News for the contacts of these conversations, at once."""
    usual: dict[str, Any] = {
        "name": "Spring",
        "template": NEWS,
        "contact_ids": [talk.contact_id for talk in conversations],
    }
    channel_id = conversations[0].channel_id
    return services.plan_broadcast(actor=player.actor(), channel_id=channel_id, **usual | values)


def became_of(broadcast) -> list[tuple[str, str]]:
    """Its recipients' states and reasons."""
    return sorted(BroadcastRecipient.objects.filter(broadcast=broadcast).values_list("state", "why"))


def test_a_broadcast_goes_once_to_those_who_agreed(manager, conversation, channel):
    # given one who agreed, one who said nothing, and one who agreed and changed their mind
    silent = receive(channel, "hi", phone="6281300000001").conversation
    gone = receive(channel, "hi", phone="6281300000002").conversation
    agree(conversation)
    agree(gone)
    agree(gone, "out")

    row = plan(manager, conversation, silent, gone, conversation)
    at(0.01)

    # then the template is queued once, in the broadcast's name, and the bot keeps the conversation
    why = "Has not agreed to offers on this channel."
    assert became_of(row) == [("queued", ""), ("skipped", why), ("skipped", why)]
    assert ours() == [("automation", "spring_news · Budi")]
    assert fresh(conversation).owner_kind == "agent"
    assert fresh(row).state == "done"
    assert Message.objects.get(direction="out").payload == {"template": ["spring_news", "id", ["Budi"]]}


def test_a_closed_conversation_is_followed_by_a_new_one_to_the_same_address(manager, owner, conversation):
    agree(conversation)
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    plan(manager, conversation)
    at(0.01)
    new = Message.objects.get(direction="out").conversation
    assert new.pk != conversation.pk
    assert (new.recipient_kind, new.recipient_value) == (
        conversation.recipient_kind,
        conversation.recipient_value,
    )


def test_stopped_it_waits_and_then_goes_on(manager, conversation):
    agree(conversation)
    row = plan(manager, conversation, due_at=timezone.now() + timedelta(hours=1))
    services.stop_broadcast(actor=manager.actor(), broadcast_id=row.pk)
    at(2)
    assert (became_of(row), ours()) == ([("waiting", "")], [])
    with pytest.raises(NotRunningError):
        services.stop_broadcast(actor=manager.actor(), broadcast_id=row.pk)

    services.resume_broadcast(actor=manager.actor(), broadcast_id=row.pk)
    at(2)
    assert became_of(row) == [("queued", "")]
    with pytest.raises(NotRunningError):
        services.resume_broadcast(actor=manager.actor(), broadcast_id=row.pk)


def test_bulk_goes_after_what_people_write(manager, owner, system, conversation, channel):
    # given a broadcast's message and then a person's, of two conversations
    agree(conversation)
    row = plan(manager, conversation)
    assert services.write_to_next(actor=system, broadcast_id=row.pk)
    other = receive(channel, "hi", phone="6281300000003").conversation
    services.send_message(actor=owner.actor(), conversation_id=other.pk, text="Hello")

    units = selectors.due_units()
    assert {unit.lane for unit in units} == {"person", "bulk"}
    first = Turns().choose(units)
    assert first is not None
    assert first.lane == "person"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"contact_ids": []}, "contacts"), ({"due_at": timezone.now()}, "due_at")],
)
def test_a_plan_that_can_not_be_is_refused_with_its_field(manager, conversation, values, field):
    with pytest.raises(InvalidInputError) as refused:
        plan(manager, conversation, **values)
    assert list(refused.value.fields) == [field]
    assert not Broadcast.objects.exists()


def test_reps_may_not_broadcast_and_nobody_reaches_strangers(owner, manager, conversation, stranger):
    with pytest.raises(NotAllowedError):
        plan(owner, conversation)
    with pytest.raises(InvalidInputError) as refused:
        services.plan_broadcast(
            actor=stranger.actor(), name="x", channel_id=conversation.channel_id, template=NEWS,
            contact_ids=[conversation.contact_id],
        )  # fmt: skip
    assert not Broadcast.objects.exists()
    assert list(refused.value.fields) == ["contacts"]
    assert Conversation.objects.count() == 1
