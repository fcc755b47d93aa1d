"""Answers that never went out: the agent answers all of it anew, or a person does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents import tasks
from agents.models import Turn
from agents.selectors import actor_for_agent, check_ledger
from conversations import services as conversation_services
from conversations.models import Message
from conversations.selectors.ledger_rules import Scope
from leads.models import Lead
from tests.agents.floor.stage import answer, fresh, said_by_bot, send_all, session_of
from tests.factories.conversations import receive

pytestmark = pytest.mark.django_db(transaction=True)


def last_turn(conversation_id) -> Turn:
    """The agent's newest turn."""
    return Turn.objects.filter(conversation_id=conversation_id).latest("started_at")


def test_an_answer_that_was_overtaken_is_given_anew_to_all_of_it(sarah, channel):
    # given an answer that has not gone out when the customer writes on
    first = receive(channel, "Hi, I'm Budi")
    talk = first.conversation_id
    answer(talk)
    state = Turn.objects.get().state_before
    second = receive(channel, "I run a coffee shop in Bandung")
    assert said_by_bot(talk, "queued") == []

    # then the agent is back where it was, that turn says so, and the next one reads both
    assert Turn.objects.get().outcome == "superseded"
    assert (session_of(talk).watermark, session_of(talk).state) == (first.sequence - 1, state)
    answer(talk)
    assert last_turn(talk).message_ids == [str(first.pk), str(second.pk)]
    assert [m.text for m in send_all(talk)] == said_by_bot(talk, "sent")
    assert len(Message.objects.filter(author_kind="agent", error_code="overtaken")) >= 1
    assert Lead.objects.get().contact_id == fresh(talk).contact_id


def test_what_has_gone_out_is_not_said_again(sarah, channel):
    # given an answer that has gone out when the customer writes on
    first = receive(channel, "Hi, I'm Budi")
    answer(first.conversation_id)
    send_all(first.conversation_id)
    second = receive(channel, "I run a coffee shop in Bandung")

    # then the next turn reads the new words only
    answer(first.conversation_id)
    assert last_turn(first.conversation_id).message_ids == [str(second.pk)]


def test_of_an_answer_that_went_out_in_part_only_the_question_is_forgotten(sarah, channel):
    # given an answer of which the first bubble has gone out
    first = receive(channel, "Hi, I'm Budi")
    talk = first.conversation_id
    answer(talk)
    turn = Turn.objects.get()
    if Message.objects.filter(author_kind="agent").count() < 2:
        asked = Message.objects.get(author_kind="agent")
        conversation_services.send_message(
            actor=actor_for_agent(sarah),
            conversation_id=talk,
            text="One more thing",
            cause=f"turn:{turn.pk}:9",
            epoch=0,
        )
        assert asked.status == "queued"
    claim = conversation_services.claim_next(talk)
    assert claim is not None
    Message.objects.filter(pk=claim.message_id).update(status="sent", lease_until=None)

    # when the customer writes on, then the rest is taken back and the watermark stays
    receive(channel, "wait")
    assert session_of(talk).watermark == first.sequence
    assert session_of(talk).state["asked_slot"] is None
    # and its decision stands: the ledger asks for no other
    assert Turn.objects.get().outcome == "published"
    [rule] = [one for one in check_ledger(Scope.of(days=0, age=0.0)) if one.number == "3"]
    assert str(first.pk) not in str(rule.breaches)


def test_a_newer_answer_is_not_undone(sarah, channel):
    # given an old answer taken back after a newer turn has answered
    first = receive(channel, "Hi, I'm Budi")
    talk = first.conversation_id
    answer(talk)
    old = Turn.objects.get()
    send_all(talk)
    second = receive(channel, "I run a coffee shop")
    answer(talk)

    # when news of it comes late, or twice, then nothing changes, even if none of it had gone out
    Message.objects.filter(cause__startswith=f"turn:{old.pk}:").update(status="cancelled")
    for _ in range(2):
        tasks.answer_dropped(conversation_id=str(talk), cause=f"turn:{old.pk}:0", why="overtaken")
    assert session_of(talk).watermark == second.sequence


def test_a_late_answer_goes_to_a_person(sarah, channel, owner):
    # given an answer that waited for a quarter of an hour
    talk = receive(channel, "Hi, I'm Budi").conversation_id
    answer(talk)
    Message.objects.filter(author_kind="agent").update(created_at=timezone.now() - timedelta(minutes=16))

    # when a worker looks, then nothing goes out and people have the conversation, with the reason
    assert send_all(talk) == []
    assert fresh(talk).owner_kind != "agent"
    assert fresh(talk).owned_because == "The agent's answer would have come too late"
