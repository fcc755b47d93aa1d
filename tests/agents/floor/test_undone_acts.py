"""A rep takes a bot's conversation away and puts it back at once: the customer gets the answer that was owed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents import services, tasks
from agents.models import Turn
from agents.services.failing import MAX_ATTEMPTS
from conversations import services as conversation_services
from conversations.models import Conversation, Message
from tests.agents.floor.stage import (
    answer,
    fresh,
    make_due,
    said_by_bot,
    send_all,
    session_of,
)
from tests.factories.conversations import receive

pytestmark = pytest.mark.django_db(transaction=True)
ACTS = ["assign", "close", "snooze"]


@pytest.fixture
def act(owner, admin):
    """An admin does it to one conversation: assigns it to the rep, closes it, lets it sleep."""

    def do(name, talk):
        values = {"assign": str(owner.user.pk), "snooze": timezone.now() + timedelta(hours=3)}
        return conversation_services.act_on(
            actor=admin.actor(), ids=[talk.pk], act=name, value=values.get(name)
        )

    return do


@pytest.fixture
def undo(admin):
    """And takes it back."""

    def take_back(done):
        assert conversation_services.undo_act(actor=admin.actor(), act_id=done.pk).refusals == []

    return take_back


@pytest.fixture
def look(sweep, nudges):
    """Workers and the sweep come by until nothing is owed any more; waits are skipped."""

    def come_by(talk):
        for _ in range(3):
            Conversation.objects.filter(pk=talk.pk).update(
                last_message_at=timezone.now() - timedelta(minutes=1)
            )
            make_due(talk.pk)
            sweep()

    return come_by


@pytest.mark.parametrize("name", ACTS)
def test_what_was_not_answered_yet_is_answered_once_it_is_taken_back(channel, sarah, act, undo, look, name):
    # given a customer who waits for an answer when a rep acts, and a worker who finds that the bot may not speak
    first = receive(channel, "I need a website")
    talk = first.conversation
    done = act(name, talk)
    make_due(talk.pk)
    assert services.run_turn(conversation_id=talk.pk) is None
    look(talk)
    assert said_by_bot(talk.pk) == []
    assert (session_of(talk.pk).due_at, session_of(talk.pk).lease_until) == (None, None)

    # when the rep takes it back, then the bot answers, once
    undo(done)
    look(talk)
    turn = Turn.objects.get(outcome="published")
    assert turn.message_ids == [str(first.pk)]
    assert [m.text for m in send_all(talk.pk)] == said_by_bot(talk.pk) != []


@pytest.mark.parametrize("name", ACTS)
def test_what_the_bot_was_thinking_about_meanwhile_is_answered_too(channel, sarah, act, undo, look, name):
    # given a turn that is thought through when a rep acts
    talk = receive(channel, "I need a website").conversation
    make_due(talk.pk)
    claim, _ = services.claim_turn(talk.pk)
    assert claim is not None
    outcome = services.think(claim)
    done = act(name, talk)

    # when it is silenced, then nothing is due; when the act is taken back, it is thought through again
    assert services.publish_turn(claim, outcome, latency_ms=1) == "silenced"
    assert session_of(talk.pk).due_at is None
    undo(done)
    look(talk)
    assert sorted(Turn.objects.values_list("outcome", flat=True)) == ["published", "silenced"]
    assert said_by_bot(talk.pk, "queued") != []


def test_an_act_that_came_and_went_while_the_bot_thought_costs_no_answer(channel, sarah, act, undo, look):
    # given a turn that is thought through while a rep assigns and takes it back
    talk = receive(channel, "I need a website").conversation
    make_due(talk.pk)
    claim, _ = services.claim_turn(talk.pk)
    assert claim is not None
    outcome = services.think(claim)
    undo(act("assign", talk))

    # then that draft is of another time, and the next turn answers
    assert services.publish_turn(claim, outcome, latency_ms=1) == "silenced"
    assert session_of(talk.pk).due_at is not None
    look(talk)
    assert said_by_bot(talk.pk, "queued") != []


@pytest.mark.parametrize("name", ["assign", "close"])
def test_an_answer_that_was_taken_from_the_queue_is_given_anew(channel, sarah, act, undo, look, name):
    # given an answer that no worker has sent when a rep acts
    talk = receive(channel, "I need a website").conversation
    answer(talk.pk)
    done = act(name, talk)
    assert said_by_bot(talk.pk, "queued") == []

    # when it is taken back, then the customer gets one, and the turn whose words never went out says so
    undo(done)
    look(talk)
    assert sorted(Turn.objects.values_list("outcome", flat=True)) == ["published", "superseded"]
    assert send_all(talk.pk) != []


def test_an_answer_that_went_out_is_not_given_again(channel, sarah, act, undo, look):
    # given a customer who has been answered
    talk = receive(channel, "I need a website").conversation
    answer(talk.pk)
    send_all(talk.pk)

    # when a rep assigns it and takes it back, then the bot says nothing
    undo(act("assign", talk))
    look(talk)
    assert Turn.objects.count() == 1
    assert send_all(talk.pk) == []


def test_what_a_person_has_answered_meanwhile_the_bot_does_not(channel, sarah, act, undo, look, owner):
    # given a rep who got the conversation, and answered
    talk = receive(channel, "I need a website").conversation
    done = act("assign", talk)
    conversation_services.send_message(actor=owner.actor(), conversation_id=talk.pk, text="I'll call you")

    # when it is taken back, then the bot has nothing to say until the customer writes again
    undo(done)
    look(talk)
    assert said_by_bot(talk.pk) == []
    last = receive(channel, "and a logo")
    answer(talk.pk)
    assert Turn.objects.get().message_ids == [str(last.pk)]


def test_an_answer_taken_from_the_queue_is_not_given_after_a_persons(channel, sarah, act, undo, look, owner):
    # given an answer of the bot that a rep's own has replaced
    talk = receive(channel, "I need a website").conversation
    answer(talk.pk)
    done = act("assign", talk)
    conversation_services.send_message(actor=owner.actor(), conversation_id=talk.pk, text="I'll call you")
    undo(done)
    look(talk)
    assert Turn.objects.get().outcome == "published"
    assert said_by_bot(talk.pk, "queued") == []


def test_a_conversation_that_is_a_persons_is_never_due_again_and_again(channel, sarah, act, look, nudges):
    # given a conversation that a rep keeps although an answer was owed
    talk = receive(channel, "I need a website").conversation
    act("assign", talk)
    look(talk)

    # then nobody looks for its turn any more
    nudges.clear()
    tasks.sweep_turns()
    assert [given for name, given, _ in nudges if "turn" in name] == []
    assert Turn.objects.count() == 0


def test_a_real_give_back_begins_after_what_was_written_until_then(channel, sarah, act, look, owner):
    # given a message that the bot owed an answer to when a rep got it, who gives the conversation back
    talk = receive(channel, "I need a website").conversation
    act("assign", talk)
    look(talk)
    conversation_services.give_back(actor=owner.actor(), conversation_id=talk.pk)
    look(talk)
    assert said_by_bot(talk.pk) == []

    # then the bot answers to the next one alone
    last = receive(channel, "and a logo")
    answer(talk.pk)
    assert Turn.objects.get().message_ids == [str(last.pk)]


def test_a_turn_that_breaks_for_the_last_time_in_a_persons_hands_leaves_what_it_owes(
    channel, sarah, act, undo, look, thinking
):
    # given a model that breaks for the fifth time, when a rep has just got the conversation
    talk = receive(channel, "I need a website").conversation
    make_due(talk.pk)
    session = session_of(talk.pk)
    session.attempts = MAX_ATTEMPTS - 1
    session.save()
    claim, _ = services.claim_turn(talk.pk)
    done = act("assign", talk)
    services.fail_turn(talk.pk, ValueError("broken"), claim)

    # when it is taken back, then the bot answers
    undo(done)
    look(talk)
    assert said_by_bot(talk.pk, "queued") != []
    assert fresh(talk.pk).owner_kind == "agent"
    assert Message.objects.filter(direction="in").count() == 1
