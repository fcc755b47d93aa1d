"""Who is faster: workers, reps and customers at the same moment, with real commits."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents import services
from agents.models import AgentSession, Turn
from conversations import services as conversation_services
from conversations.models import Message
from leads.models import Lead
from tests.agents.floor.stage import (
    answer,
    at_once,
    fresh,
    make_due,
    said_by_bot,
    send_all,
    session_of,
)
from tests.factories.conversations import receive

with_commits = pytest.mark.django_db(transaction=True)


@with_commits
def test_two_workers_publish_one_turn(channel, sarah):
    # given conversations with something to answer, round after round
    for place in range(8):
        talk = receive(channel, "I need a website", phone=f"62811000010{place}").conversation
        services.schedule_turn(conversation_id=talk.pk)
        make_due(talk.pk)

        # when three workers look at the same moment
        results = at_once(*[lambda pk=talk.pk: services.run_turn(conversation_id=pk)] * 3)

        # then one of them answers, once
        assert not [r for r in results if isinstance(r, Exception)]
        turn = Turn.objects.get(conversation_id=talk.pk)
        rows = Message.objects.filter(conversation=talk, direction="out")
        assert turn.outcome == "published"
        assert sorted(str(m.cause) for m in rows) == [f"turn:{turn.pk}:{n}" for n in range(len(rows))]
        assert len(rows) > 0


@with_commits
def test_only_the_holder_of_the_lease_publishes(channel, sarah):
    # given a worker that thinks for so long that its lease runs out, and another that answers meanwhile
    talk = receive(channel, "I need a website").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    slow, _ = services.claim_turn(talk.pk)
    assert slow is not None
    assert services.claim_turn(talk.pk) == (None, None)
    AgentSession.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.run_turn(conversation_id=talk.pk) is None
    said = said_by_bot(talk.pk)

    # when the first one comes to an end
    verdict = services.publish_turn(slow, services.think(slow), latency_ms=1)

    # then it publishes nothing, and what it cost is on record
    assert verdict == "superseded"
    assert said_by_bot(talk.pk) == said != []
    assert sorted(Turn.objects.values_list("outcome", flat=True)) == ["published", "superseded"]
    assert Lead.objects.count() == 1


@with_commits
def test_a_lease_that_ran_out_while_nobody_answered_still_fences(channel, sarah):
    # given a worker that was thought dead, and another one at work right now
    talk = receive(channel, "I need a website").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    slow, _ = services.claim_turn(talk.pk)
    AgentSession.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick, _ = services.claim_turn(talk.pk)
    assert slow is not None
    assert quick is not None

    # when both publish at once
    outcomes = at_once(
        *[lambda c=c: services.publish_turn(c, services.think(c), latency_ms=1) for c in (slow, quick)]
    )

    # then only the second's words are said
    assert outcomes == ["superseded", "published"]
    assert {(m.cause or "").split(":")[1] for m in Message.objects.filter(direction="out")} == {
        str(Turn.objects.get(outcome="published").pk)
    }


@with_commits
def test_a_rep_who_takes_over_while_the_bot_composes_silences_it(channel, sarah, owner, thinking):
    # given Sarah in the middle of a sentence
    talk = receive(channel, "I need a website").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    composing, may_go_on = threading.Event(), threading.Event()

    def wait_for_the_rep():
        composing.set()
        assert may_go_on.wait(20)

    thinking(wait_for_the_rep)
    worker = threading.Thread(target=_run_and_close, args=(talk.pk,))
    worker.start()
    assert composing.wait(20)

    # when the rep takes over before she is done
    conversation_services.take_over(actor=owner.actor(), conversation_id=talk.pk)
    may_go_on.set()
    worker.join(20)

    # then nothing of hers is queued, the turn says why, and nothing is owed
    assert said_by_bot(talk.pk) == []
    assert Turn.objects.get().outcome == "silenced"
    assert (fresh(talk.pk).assignee_id, session_of(talk.pk).due_at) == (owner.user.pk, None)


@with_commits
def test_a_rep_who_had_it_for_a_moment_while_the_bot_composed_silences_it_too(channel, sarah, owner):
    # given Sarah in the middle of a sentence
    talk = receive(channel, "I need a website").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    claim, _ = services.claim_turn(talk.pk)
    assert claim is not None
    outcome = services.think(claim)

    # when the rep takes over and gives it back before she is done
    conversation_services.take_over(actor=owner.actor(), conversation_id=talk.pk)
    conversation_services.give_back(actor=owner.actor(), conversation_id=talk.pk)

    # then it is hers again, and what she was about to say is of a time that is over
    assert fresh(talk.pk).owner_kind == "agent"
    assert services.publish_turn(claim, outcome, latency_ms=1) == "silenced"
    assert said_by_bot(talk.pk) == []


def _run_and_close(conversation_id):
    try:
        services.run_turn(conversation_id=conversation_id)
    finally:
        connection.close()


@with_commits
def test_a_takeover_right_after_publishing_cancels_what_is_queued(channel, sarah, owner):
    # given an answer that no worker has sent yet
    talk = receive(channel, "I need a website").conversation
    answer(talk.pk)
    assert said_by_bot(talk.pk, "queued") != []

    # when a rep takes over
    conversation_services.take_over(actor=owner.actor(), conversation_id=talk.pk)

    # then it is cancelled and never sent, also after the bot has the word again
    conversation_services.give_back(actor=owner.actor(), conversation_id=talk.pk)
    assert said_by_bot(talk.pk, "queued") == []
    assert send_all(talk.pk) == []
    assert len(said_by_bot(talk.pk, "cancelled")) == len(said_by_bot(talk.pk))


@with_commits
def test_no_transaction_is_open_while_the_model_thinks(channel, sarah, thinking):
    # given a model that looks at our connection
    seen: list[bool] = []
    thinking(
        lambda: seen.append(connection.in_atomic_block),
        while_reading=lambda: seen.append(connection.in_atomic_block),
    )
    talk = receive(channel, "I need a website").conversation

    # when Sarah answers
    answer(talk.pk)

    # then it was called outside of every transaction, for reading and for writing
    assert seen == [False, False]
    assert Turn.objects.get().outcome == "published"


@with_commits
def test_the_time_is_set_where_the_message_was_kept(channel, sarah, monkeypatch, nudges):
    # given a first look (is it a fragment?) that looks at our connection
    from agents.services import scheduling
    from tests.agents.floor.stage import ThinkingModel

    seen: list[bool] = []
    model = ThinkingModel(while_reading=lambda: seen.append(connection.in_atomic_block))
    monkeypatch.setattr(scheduling, "offline_model", lambda: model)

    # when a message is kept, then its answer's time stands, no transaction was open meanwhile, and the only thing
    # left to the queue, where others' nudges wait, is the turn itself
    talk = receive(channel, "I need a website").conversation
    assert AgentSession.objects.get().due_at is not None
    assert seen == [False]
    mine = [(name, wait) for name, given, wait in nudges if str(talk.pk) in str(given) and "agents" in name]
    assert mine == [("agents.run_turn", pytest.approx(0.7, abs=0.3))]


STEPS = ["inbound", "schedule", "claim", "publish", "take_over", "give_back", "send"]


@pytest.fixture
def play(channel, sarah, owner, db):
    """Plays steps in a new conversation and says what was sent: (epoch decided in, epoch of the moment)."""
    from django.db import transaction

    def run(steps, phone):
        talk = receive(channel, "I need a website", phone=phone).conversation
        claims, sent = [], []
        for step in steps:
            if step == "inbound":
                receive(channel, "and a logo", phone=phone)
            elif step == "schedule":
                services.schedule_turn(conversation_id=talk.pk)
                make_due(talk.pk)
            elif step == "claim":
                claim, _ = services.claim_turn(talk.pk)
                claims += [(claim, services.think(claim))] if claim else []
            elif step == "publish" and claims:
                services.publish_turn(*claims.pop(), latency_ms=1)
            elif step in {"take_over", "give_back"}:
                act = getattr(conversation_services, step)
                with transaction.atomic():
                    act(actor=owner.actor(), conversation_id=talk.pk)
            elif step == "send":
                before = fresh(talk.pk)
                sent += [(m.author_kind, _decided_in(m), before.ownership_epoch) for m in send_all(talk.pk)]
        return sent

    return run


def _decided_in(message):
    """The epoch of the turn that wrote it."""
    if message.author_kind != "agent":
        return message.epoch
    return Turn.objects.get(pk=message.cause.split(":")[1]).epoch


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=16), number=st.integers(0, 10**9))
def test_no_bot_message_is_sent_in_another_epoch(play, steps, number):
    # when customers, workers and a rep act in any order
    sent = play(["schedule", "claim", *steps, "send"], f"62{number:010d}")

    # then whatever was sent of the bot was decided in the epoch it was sent in
    assert all(epoch == now for author, epoch, now in sent if author == "agent")


def test_the_property_can_fail(play):
    # given the steps that matter, when nobody interferes, then there is something to send
    sent = play(["schedule", "claim", "publish", "send"], "628990000001")
    assert [author for author, _, _ in sent] == ["agent"] * len(sent) != []

    # and with a takeover in between nothing is
    assert play(["schedule", "claim", "publish", "take_over", "send"], "628990000002") == []
    assert play(["schedule", "claim", "take_over", "publish", "give_back", "send"], "628990000003") == []
    assert play(["schedule", "claim", "take_over", "give_back", "publish", "send"], "628990000004") == []
    assert {turn.outcome for turn in Turn.objects.filter(epoch=0)} == {"published", "silenced"}
