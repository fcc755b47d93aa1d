"""Back to the bot: the line in the thread that says what it was told of the time it was out."""

from datetime import timedelta

import pytest

from conversations import selectors, services
from conversations.models import Conversation, GiveBack, Message
from leads import services as lead_services
from tests.conversations.test_sending import write
from tests.factories.conversations import receive

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


def give_back(player, conversation) -> GiveBack:
    """A press of the button; the digest that was written."""
    services.give_back(actor=player.actor(), conversation_id=conversation.pk)
    return GiveBack.objects.latest("pk")


def take_over(player, conversation) -> None:
    """A press of the other."""
    services.take_over(actor=player.actor(), conversation_id=conversation.pk)


def test_only_what_was_said_meanwhile_is_told(owner, channel, conversation, clock):
    # given a message before, a reply, an answer, one that was cancelled and one the customer deleted
    clock.shift(timedelta(minutes=1))
    take_over(owner, conversation)
    clock.shift(timedelta(minutes=1))
    write(owner, conversation, "We have it in blue")
    receive(channel, "Blue is fine")
    for text in ("never sent", "taken back"):
        write(owner, conversation, text)
    Message.objects.filter(text="never sent").update(status="cancelled")
    Message.objects.filter(text="taken back").update(deleted_at=conversation.created_at)
    clock.shift(timedelta(minutes=1))

    # when the rep gives it back, then both words that were said are told, by whom, in their order
    digest = give_back(owner, conversation)
    assert [(one["who"], one["side"], one["text"]) for one in digest.said] == [
        (owner.user.name, "us", "We have it in blue"),
        ("Budi", "customer", "Blue is fine"),
    ]
    assert (digest.said_count, digest.facts, digest.by, digest.by_name) == (
        2,
        [],
        owner.user,
        owner.user.name,
    )
    conversation.refresh_from_db()
    assert (digest.epoch, conversation.owner_kind) == (conversation.ownership_epoch, "agent")


def test_the_stretch_begins_where_the_bot_lost_it(owner, teammate, channel, conversation, clock):
    # given a conversation the bot lost, had again, and lost once more to two people in turn
    take_over(owner, conversation)
    write(owner, conversation, "first stretch")
    clock.shift(60)
    give_back(owner, conversation)
    clock.shift(60)
    take_over(owner, conversation)
    write(owner, conversation, "by the owner")
    clock.shift(60)
    take_over(teammate, conversation)
    write(teammate, conversation, "by the teammate")
    clock.shift(60)

    # then both of the second stretch are told, and nothing of the first
    assert [one["text"] for one in give_back(teammate, conversation).said] == [
        "by the owner",
        "by the teammate",
    ]


def test_a_long_stretch_is_told_by_its_end(owner, conversation, clock):
    # given 25 replies, one of them very long
    clock.shift(60)
    take_over(owner, conversation)
    for n in range(24):
        write(owner, conversation, f"reply {n}")
    write(owner, conversation, "x" * 400)
    digest = give_back(owner, conversation)

    # then the last twenty are told, the long one cut, and the bot learns that there were more
    assert digest.said_count == 25
    assert [one["text"] for one in digest.said][:2] == ["reply 5", "reply 6"]
    assert digest.said[-1]["text"] == "x" * 300 + "…"
    assert selectors.digest_lines(digest)[0] == "(5 earlier messages left out)"


def test_facts_that_changed_are_told_with_what_they_were(owner, system, conversation, clock):
    # given a lead whose budget was 5, and who got a need and another budget meanwhile
    lead_services.set_up_leads(actor=system)
    lead = lead_services.capture_lead(actor=system, contact_id=conversation.contact_id, source="whatsapp")
    lead_services.assign_lead(actor=system, lead_id=lead.pk, user_id=owner.user.pk)

    def correct(key, value):
        lead_services.correct_slot(actor=owner.actor(), lead_id=lead.pk, key=key, value=value)

    correct("budget", "5 million")
    correct("name", "Budi")
    clock.shift(60)
    take_over(owner, conversation)
    clock.shift(60)
    for value in ("7 million", "8 million"):
        correct("budget", value)
    correct("need", "a website")
    correct("location", "Jakarta")
    lead_services.clear_slot(actor=owner.actor(), lead_id=lead.pk, key="location")

    # then each is told once, as it was and as it is; what came and went is no change
    facts = give_back(owner, conversation).facts
    assert facts == [
        {"what": "Need", "was": "", "is": "a website"},
        {"what": "Budget", "was": "5 million", "is": "8 million"},
    ]


def test_the_thread_shows_the_line_and_taking_over_takes_it_back(owner, conversation, clock):
    # given a reply and a press of the button
    take_over(owner, conversation)
    write(owner, conversation, "We have it in blue")
    clock.shift(60)
    url = f"/inbox/{conversation.pk}/"
    page = owner.page.post(f"{url}give-back/", headers=HTMX).content.decode()

    # then the line stands in the thread, and the bot has the digest
    assert 'data-testid="give-back"' in page
    assert f"{owner.user.name} gave it back" in page
    assert selectors.digest_for_agent(Conversation.objects.get()) == GiveBack.objects.get()

    # when the rep takes over again, then the line stays as what happened, and the bot has it no more
    page = owner.page.post(f"{url}take-over/", headers=HTMX).content.decode()
    assert 'data-testid="give-back"' in page
    assert selectors.digest_for_agent(Conversation.objects.get()) is None


def test_pressed_twice_it_is_written_once(owner, conversation):
    # given a conversation the bot has again
    take_over(owner, conversation)
    give_back(owner, conversation)
    services.give_back(actor=owner.actor(), conversation_id=conversation.pk)

    # also when it begins anew from an earlier message, it was not out in between
    services.give_back(actor=owner.actor(), conversation_id=conversation.pk, from_sequence=0)
    assert GiveBack.objects.count() == 1
