"""How long Sarah waits for the rest of what a customer is writing, and who finds what got lost."""

import heapq
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from agents import selectors, services, tasks
from agents.decisions.values import Understanding
from agents.models import AgentSession, Turn
from conversations import services as conversation_services
from conversations.models import Conversation, InboundDelivery, Message
from tests.agents.floor.stage import answer, at_once, make_due, said_by_bot, session_of
from tests.conversations.hooks import post, text, webhook
from tests.factories.conversations import receive

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FACT = "We sell shoes in Bandung."


@pytest.fixture
def clock():
    """A clock that only moves when it is told to."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def play(clock, channel, sarah):
    """Messages at these seconds, and a worker for every nudge; returns (second, messages) of each turn."""

    def run(texts_at):
        agenda = [(at, place, "in", text) for place, (at, text) in enumerate(texts_at)]
        heapq.heapify(agenda)
        turns, place = [], 1000
        while agenda:
            at, _, what, text = heapq.heappop(agenda)
            clock.move_to(START + timedelta(seconds=at))
            if what == "in":
                talk = receive(channel, text).conversation
                wait = services.schedule_turn(conversation_id=talk.pk)
            else:
                talk = Conversation.objects.get()
                wait = services.run_turn(conversation_id=talk.pk)
                turns += [
                    (round(at, 2), len(t.message_ids))
                    for t in Turn.objects.filter(started_at=START + timedelta(seconds=at))
                ]
            if wait is not None:
                place += 1
                heapq.heappush(agenda, (round(at + wait, 3), place, "turn", ""))
        assert AgentSession.objects.get().due_at is None
        return list(dict.fromkeys(turns))

    return run


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0.0], [(0.7, 1)]),
        ([0.0, 0.3], [(1.0, 2)]),
        ([0.0, 0.3, 0.6, 0.9, 1.2], [(1.9, 5)]),
        ([0.0, 8.0], [(0.7, 1), (8.7, 1)]),
        ([0.0, 0.5, 1.0, 5.0, 5.5], [(1.7, 3), (6.2, 2)]),
        ([n * 0.6 for n in range(10)], [(4.0, 7), (6.1, 3)]),
    ],
)
def test_one_turn_per_thought(play, times, expected):
    # when a customer writes at these moments, then Sarah answers once a thought, never later than the cap
    assert play([(at, FACT) for at in times]) == expected


def test_a_fragment_is_waited_for_longer(play):
    # when somebody only says hello, then the wait is the fragment's
    assert play([(0.0, "Hello")]) == [(1.3, 1)]


def test_the_agents_own_patience_counts(play, sarah):
    # given an agent set up to wait longer
    sarah.wait_complete, sarah.wait_fragment, sarah.wait_at_most = 2.0, 3.0, 5.0
    sarah.save()

    # when the same is written, then the waits are the setting's
    assert play([(0.0, FACT), (1.5, FACT)]) == [(3.5, 2)]


def test_a_message_that_pushes_the_answer_needs_no_look_of_its_own(clock, channel, sarah):
    # given somebody who will look when the first message's time has come
    talk = receive(channel, FACT).conversation
    assert services.schedule_turn(conversation_id=talk.pk) == 0.7

    # when more is written meanwhile, then nobody else need look: who does then waits for the rest
    clock.shift(0.5)
    receive(channel, FACT)
    assert services.schedule_turn(conversation_id=talk.pk) is None
    clock.shift(0.2)
    assert services.run_turn(conversation_id=talk.pk) == 0.5


def test_a_message_that_hurries_the_answer_has_a_look_of_its_own(clock, channel, sarah):
    # given a fragment that is waited for longer
    talk = receive(channel, "Hello").conversation
    assert services.schedule_turn(conversation_id=talk.pk) == 1.3

    # when a whole thought follows, then somebody looks earlier
    clock.shift(0.1)
    receive(channel, FACT)
    assert services.schedule_turn(conversation_id=talk.pk) == 0.7


def test_a_message_after_a_look_that_was_lost_is_looked_at(clock, channel, sarah):
    # given a turn that is overdue, because its nudge was lost
    talk = receive(channel, FACT).conversation
    services.schedule_turn(conversation_id=talk.pk)
    clock.shift(2)

    # when more is written, then somebody looks
    receive(channel, FACT)
    assert services.schedule_turn(conversation_id=talk.pk) == 0.7


def test_a_look_reads_the_end_of_what_waits_however_much_that_is(channel, sarah, monkeypatch):
    # given somebody who has written nine times, and a look that says what it was given to read
    read = []

    class Looker:
        def understand(self, request):
            read.append([message.text for message in request.messages])
            return Understanding(language="en")

    monkeypatch.setattr("agents.services.scheduling.offline_model", Looker)
    talk = [receive(channel, f"thought {n}").conversation for n in range(9)][-1]

    # when it is seen when to answer
    services.schedule_turn(conversation_id=talk.pk)

    # then what they wrote last was read, and the answer will have read all of it
    assert read == [[f"thought {n}" for n in range(4, 9)]]
    make_due(talk.pk)
    services.run_turn(conversation_id=talk.pk)
    assert len(Turn.objects.get().message_ids) == 9


@pytest.fixture
def unfiled(channel, sarah):
    """A customer whose answer is due, and whose next words have come in and are not filed yet."""
    talk = receive(channel, "Hi").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    at = int(timezone.now().timestamp())
    post(channel, webhook(text("I have a bakery", id="wamid.next", at=at)))
    [delivery] = InboundDelivery.objects.all()
    [(channel_id, key)] = conversation_services.read_delivery(delivery_id=delivery.pk)
    return talk, channel_id, key


def test_an_answer_waits_for_words_that_have_come_in(unfiled):
    talk, channel_id, key = unfiled

    # when its time has come, then nothing is said yet, and a sweep will look soon in any case
    assert services.run_turn(conversation_id=talk.pk) is None
    assert not Turn.objects.exists()
    assert AgentSession.objects.filter(due_at__lte=timezone.now() + timedelta(seconds=3)).exists()

    # when they are filed, then both are answered at once
    conversation_services.work_off(channel_id=channel_id, conversation_key=key)
    answer(talk.pk)
    assert [len(turn.message_ids) for turn in Turn.objects.all()] == [2]


def test_words_that_can_not_be_filed_are_waited_for_a_while_only(unfiled):
    talk, *_ = unfiled
    long_ago = timezone.now() - timedelta(seconds=11)
    AgentSession.objects.filter(conversation=talk).update(hard_deadline=long_ago)

    services.run_turn(conversation_id=talk.pk)

    assert [len(turn.message_ids) for turn in Turn.objects.all()] == [1]


def test_an_answer_that_is_owed_anew_waits_no_longer(unfiled):
    # given a turn that nothing says the latest time of, as one that starts over
    talk, *_ = unfiled
    AgentSession.objects.filter(conversation=talk).update(hard_deadline=None)

    # when it is looked at twice, then the time that was first set for it stays
    seen = []
    for _look in range(2):
        make_due(talk.pk)
        services.run_turn(conversation_id=talk.pk)
        seen.append(session_of(talk.pk).hard_deadline)
    assert seen[0] is not None
    assert seen[0] == seen[1]
    assert not Turn.objects.exists()


def test_what_somebody_else_has_written_is_not_waited_for(unfiled, channel):
    other = receive(channel, "Hi", phone="628120000777").conversation

    answer(other.pk)

    assert [turn.conversation_id for turn in Turn.objects.all()] == [other.pk]


def test_who_wants_a_person_does_not_wait(play):
    # when somebody asks for a person, then the answer is at once
    assert play([(0.0, "I want to talk to a real person please")]) == [(0.0, 1)]


def test_a_takeover_cancels_the_answer(clock, channel, sarah, owner):
    # given an answer that is due in a moment
    talk = receive(channel, FACT).conversation
    assert services.schedule_turn(conversation_id=talk.pk) == 0.7

    # when a rep takes over, and the moment comes
    conversation_services.take_over(actor=owner.actor(), conversation_id=talk.pk)
    clock.shift(1)
    assert services.run_turn(conversation_id=talk.pk) is None

    # then nothing is said and nothing is owed
    assert (Turn.objects.count(), said_by_bot(talk.pk), session_of(talk.pk).due_at) == (0, [], None)


def test_the_sweep_finds_what_was_never_scheduled(clock, channel, sarah, sweep):
    # given a message whose every nudge was lost
    talk = receive(channel, FACT).conversation
    sweep()
    assert not AgentSession.objects.exists()  # its own nudge may still come

    # when two sweeps go by, some seconds later
    clock.shift(4)
    sweep()
    assert session_of(talk.pk).due_at is not None
    clock.shift(4)
    sweep()

    # then it is answered, and the next sweeps have nothing to do
    assert said_by_bot(talk.pk) != []
    clock.shift(4)
    assert (selectors.turns_due(), selectors.turns_unscheduled()) == ([], [])


def test_a_reaction_leaves_the_sweep_nothing_to_do(clock, channel, sarah):
    # given a conversation that was answered, and a reaction to it
    talk = receive(channel, FACT).conversation
    answer(talk.pk)
    said = said_by_bot(talk.pk)
    receive(channel, "👍", kind="reaction")
    clock.shift(10)
    assert selectors.turns_unscheduled() == [talk.pk]

    # when the sweep looks at it once, then it need not look again
    tasks.sweep_turns()
    assert (selectors.turns_due(), selectors.turns_unscheduled()) == ([], [])
    assert said_by_bot(talk.pk) == said


def test_one_row_that_breaks_does_not_stop_the_sweep(clock, channel, sarah, monkeypatch):
    # given two customers who wait, and one whose scheduling breaks
    first = receive(channel, FACT).conversation
    second = receive(channel, FACT, phone="628110000102").conversation
    clock.shift(5)
    real = services.schedule_turn

    def breaks(*, conversation_id):
        if conversation_id == first.pk:
            raise RuntimeError("broken row")
        return real(conversation_id=conversation_id)

    monkeypatch.setattr(services, "schedule_turn", breaks)

    # when the sweep comes by, then the other one is scheduled
    tasks.sweep_turns()
    assert [s.conversation_id for s in AgentSession.objects.all()] == [second.pk]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_answer_once(channel, sarah, sweep):
    # given a turn that is due and that nobody looks at
    talk = receive(channel, FACT).conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)

    # when two sweeps run at the same moment
    assert at_once(sweep, sweep) == [None, None]

    # then it is answered once
    turn = Turn.objects.get()
    rows = Message.objects.filter(direction="out")
    assert {str(m.cause).split(":")[1] for m in rows} == {str(turn.pk)}
    assert len(rows) > 0


def test_the_sweep_leaves_turns_to_those_who_take_them(channel, sarah, nudges):
    # given a turn that is due and that nobody looks at
    talk = receive(channel, FACT).conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    nudges.clear()

    # when the sweep comes by, then it asks for the turn and does not wait for a model itself
    tasks.sweep_turns()
    assert not Turn.objects.exists()
    assert ("agents.run_turn", {"conversation_id": str(talk.pk)}, None) in nudges


def test_a_workspace_whose_set_up_was_lost_gets_its_agent(workspace):
    # given a workspace without an agent, when the sweep comes by, then it has one
    from agents.models import Agent

    assert not Agent.objects.filter(workspace=workspace).exists()
    tasks.sweep_turns()
    agent = Agent.objects.get(workspace=workspace)

    # and one that an admin deleted stays deleted
    agent.delete()
    tasks.sweep_turns()
    assert not Agent.objects.filter(workspace=workspace).exists()
