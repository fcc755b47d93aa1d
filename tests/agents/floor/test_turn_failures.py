"""Turns that break: on record, tried again, and in the end a person answers."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from agents import services
from agents.decisions.effects import Say
from agents.llm.registry import offline_model
from agents.models import AgentSession, Turn
from tests.agents.floor.stage import ALL_IN_ONE, answer, fresh, make_due, said_by_bot, session_of
from tests.factories.conversations import receive


@pytest.fixture
def clock():
    """A clock that only moves when it is told to."""
    with time_machine.travel(datetime(2026, 11, 20, 9, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def _break():
    raise ValueError("the model is ill")


def test_a_turn_that_breaks_waits_longer_each_time_and_then_a_person_answers(
    clock, channel, sarah, owner, thinking
):
    # given a model that always breaks
    thinking(_break)
    talk = receive(channel, "I need a website").conversation
    clock.shift(services.schedule_turn(conversation_id=talk.pk))

    # when it is tried as often as it says
    waits = []
    while (wait := services.run_turn(conversation_id=talk.pk)) is not None:
        waits.append(wait)
        assert fresh(talk.pk).owner_kind == "agent"
        clock.shift(wait)

    # then the waits grew, every failure is on record, nothing was said, and the rep has it
    assert waits == [2.0, 4.0, 8.0, 16.0]
    assert [(t.outcome, t.error) for t in Turn.objects.all()] == [
        ("failed", "ValueError('the model is ill')")
    ] * 5
    assert said_by_bot(talk.pk) == []
    assert [t.gave_up for t in Turn.objects.order_by("started_at")] == [False] * 4 + [True]
    assert (fresh(talk.pk).assignee_id, session_of(talk.pk).due_at) == (owner.user.pk, None)
    assert fresh(talk.pk).owned_because == "The agent broke down several times"


def test_a_new_message_does_not_shorten_the_wait(clock, channel, sarah, thinking):
    # given a turn that broke twice
    thinking(_break)
    talk = receive(channel, "I need a website").conversation
    clock.shift(services.schedule_turn(conversation_id=talk.pk))
    clock.shift(services.run_turn(conversation_id=talk.pk))
    assert services.run_turn(conversation_id=talk.pk) == 4.0

    # when the customer writes again, then the next try is still 4 seconds away, and somebody will look then already
    receive(channel, "hello?")
    assert services.schedule_turn(conversation_id=talk.pk) is None
    assert services.run_turn(conversation_id=talk.pk) == 4.0
    assert Turn.objects.count() == 2


def test_a_turn_that_recovers_is_answered_and_forgiven(clock, channel, sarah, thinking):
    # given a model that breaks once
    ills = iter([_break])
    thinking(lambda: [ill() for ill in ills])
    talk = receive(channel, "I need a website").conversation

    # when Sarah tries again
    answer(talk.pk)

    # then it is answered, and the counter starts afresh
    assert sorted(Turn.objects.values_list("outcome", flat=True)) == ["failed", "published"]
    assert said_by_bot(talk.pk) != []
    assert session_of(talk.pk).attempts == 0


def test_a_turn_that_kills_its_worker_ends_with_a_person(clock, channel, sarah, owner):
    # given a turn that stops every worker that takes it
    talk = receive(channel, "I need a website").conversation
    clock.shift(services.schedule_turn(conversation_id=talk.pk))
    for _ in range(5):
        claim, _ = services.claim_turn(talk.pk)
        assert claim is not None
        clock.shift(31)

    # when the next one looks
    assert services.claim_turn(talk.pk) == (None, None)

    # then nobody dies of it any more: a person has it
    assert (fresh(talk.pk).assignee_id, session_of(talk.pk).attempts) == (owner.user.pk, 0)
    turn = Turn.objects.get(gave_up=True)
    assert (turn.error, turn.message_ids) == (
        "gave up: it stopped the worker each time",
        [str(talk.messages.get(direction="in").pk)],
    )


def test_a_session_nobody_can_read_ends_with_a_person(clock, channel, sarah, owner, sweep):
    # given a session whose state can't be read
    talk = receive(channel, "Hello").conversation
    answer(talk.pk)
    said = said_by_bot(talk.pk)
    AgentSession.objects.update(state={"known": {"name": {"nonsense": 1}}})

    # when the customer goes on, and the sweep does what it can
    receive(channel, "I need a website")
    for _ in range(30):
        clock.shift(5)
        sweep()

    # then each attempt is on record, and a person has it
    assert Turn.objects.filter(outcome="failed").count() == 5
    assert said_by_bot(talk.pk) == said
    assert fresh(talk.pk).assignee_id == owner.user.pk


def test_a_turn_can_be_replayed_from_its_row(channel, sarah, owner):
    # given three turns, the last of which qualifies
    talk = receive(channel, "Hello").conversation
    answer(talk.pk)
    receive(channel, "how much is a website?")
    answer(talk.pk)
    receive(channel, ALL_IN_ONE)
    answer(talk.pk)
    turns = list(Turn.objects.order_by("started_at"))
    assert len(turns) == 3

    # when the settings change afterwards, and each turn is played again from its row
    sarah.name = "Somebody else"
    sarah.save()
    for turn in turns:
        again = services.replay_turn(turn, model=offline_model())

        # then the same was decided and said
        said = [text for e in turn.effects if e["effect"] == "Say" for text in e["bubbles"]]
        assert again.state.to_json() == turn.state_after
        assert [type(e).__name__ for e in again.effects] == [e["effect"] for e in turn.effects]
        assert [text for e in again.effects if isinstance(e, Say) for text in e.bubbles] == said != []
        assert list(again.why) == turn.why
    assert "Qualify" in [e["effect"] for e in turns[-1].effects]


def test_everything_a_turn_cost_is_on_its_row(channel, sarah):
    # when Sarah answers
    talk = receive(channel, "I need a website").conversation
    answer(talk.pk)

    # then the row holds what it saw, before and after, with which settings, and how long it took
    turn = Turn.objects.get()
    assert turn.message_ids == [str(talk.messages.get(direction="in").pk)]
    assert turn.state_before["greeted"] is False
    assert turn.state_after["greeted"] is True
    assert turn.spec["name"] == "Sarah"
    assert {slot["key"] for slot in turn.spec["slots"]} == {
        "name", "business_type", "location", "need", "budget",
    }  # fmt: skip
    assert turn.seed != 0
    assert turn.understanding["language"] == "en"
    assert turn.agent_version == 1
    assert turn.finished_at - turn.started_at < timedelta(seconds=30)


def test_an_old_claim_cannot_fail_a_turn_that_somebody_else_answered(channel, sarah, thinking):
    # given a worker whose lease ran out, and another that answered
    talk = receive(channel, "I need a website").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    slow, _ = services.claim_turn(talk.pk)
    AgentSession.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    services.run_turn(conversation_id=talk.pk)

    # when the first one breaks, then nothing changes
    assert services.fail_turn(talk.pk, ValueError("too late"), slow) is None
    assert [t.outcome for t in Turn.objects.all()] == ["published"]
    assert session_of(talk.pk).due_at is None
