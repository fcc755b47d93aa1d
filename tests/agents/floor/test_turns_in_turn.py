"""Workspaces take turns: a flood of one does not keep another's customers waiting."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents import services, tasks
from agents.llm.registry import offline_model
from agents.models import AgentSession, Turn
from agents.selectors import first_turns_due
from conversations import services as conversation_services
from conversations.models import Conversation, InboundDelivery
from crm.core.actors import system_actor
from leads import services as lead_services
from tests.agents.floor.stage import make_due
from tests.conversations.hooks import post, text, webhook
from tests.factories.conversations import receive

pytestmark = pytest.mark.django_db


def due(channel, phone: str):
    """A conversation whose turn is due."""
    talk = receive(channel, "Hi, I have a bakery", phone=phone).conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    return talk


@pytest.fixture
def theirs(strangers_workspace, strangers_channel):
    """The other workspace's number, with an agent of its own."""
    actor = system_actor(strangers_workspace.pk, via="command")
    lead_services.set_up_leads(actor=actor)
    services.set_up_agent(actor=actor)
    return strangers_channel


def test_another_workspace_has_its_turn_within_a_flood(sarah, channel, theirs, monkeypatch):
    # given many customers of one workspace who are owed an answer, and then one of another
    monkeypatch.setattr("agents.services.fairness._served", {})
    monkeypatch.setattr(tasks, "TURNS_FOR", 0.0)
    flood = [due(channel, f"6281200000{n:03d}") for n in range(6)]
    single = due(theirs, "573005550142")
    assert first_turns_due() == {flood[0].workspace_id: flood[0].pk, single.workspace_id: single.pk}

    # when a worker takes two nudges of the flood, then the other has been answered already
    tasks.run_turn(conversation_id=str(flood[0].pk))
    tasks.run_turn(conversation_id=str(flood[1].pk))
    answered = set(Turn.objects.values_list("conversation_id", flat=True))
    assert single.pk in answered
    assert {flood[0].pk, flood[1].pk} <= answered
    assert flood[5].pk not in answered


def test_a_nudge_alone_takes_its_own_turn(sarah, channel):
    # given one conversation, then its nudge answers it, once
    talk = due(channel, "628120000001")
    for _ in range(2):
        tasks.run_turn(conversation_id=str(talk.pk))
    assert [t.conversation_id for t in Turn.objects.all()] == [talk.pk]
    assert services.turns_to_take(talk.pk) == [talk.pk]


def test_a_nudge_goes_on_with_what_else_is_due_while_there_is_time(sarah, channel, theirs, monkeypatch):
    # given a flood of one workspace and a single customer of another, and one nudge for all of them
    monkeypatch.setattr("agents.services.fairness._served", {})
    monkeypatch.setattr(tasks, "TURNS_FOR", 600.0)
    flood = [due(channel, f"6281200000{n:03d}") for n in range(4)]
    single = due(theirs, "573005550142")
    later = receive(channel, "Hi", phone="628120000099").conversation
    services.schedule_turn(conversation_id=later.pk)
    AgentSession.objects.filter(conversation=later).update(due_at=timezone.now() + timedelta(hours=1))

    # when it is taken, then everybody who is owed an answer has it, once, the single one among the first
    tasks.run_turn(conversation_id=str(flood[3].pk))
    answered = list(Turn.objects.order_by("started_at").values_list("conversation_id", flat=True))
    assert sorted(answered) == sorted([*(talk.pk for talk in flood), single.pk])
    assert answered.index(single.pk) < 3


def test_nobody_waits_behind_a_model_that_thinks(sarah, channel, monkeypatch, nudges, settings):
    # given a model at the other end of a wire, and two customers who are owed an answer
    monkeypatch.setattr("agents.services.fairness._served", {})
    monkeypatch.setattr("agents.services.turns.choose_model", lambda _, **__: offline_model())
    settings.OPENAI_API_KEY = "test-only-key"
    first, second = due(channel, "628120000001"), due(channel, "628120000002")
    nudges.clear()

    # when the nudge of the second is taken, then the one who waited longest is answered, the other at once by others
    tasks.run_turn(conversation_id=str(second.pk))
    assert [turn.conversation_id for turn in Turn.objects.all()] == [first.pk]
    assert ("agents.run_turn", {"conversation_id": str(second.pk)}, None) in nudges


@pytest.mark.django_db(transaction=True)
def test_when_to_answer_is_set_although_another_workspace_is_sent_to_meanwhile(
    sarah, channel, theirs, stranger, graph
):
    # given a customer's message that waits to be worked off, and words for a customer of another workspace
    post(channel, webhook(text("Hi, I have a bakery", id="wamid.1", at=int(timezone.now().timestamp()))))
    [delivery] = InboundDelivery.objects.all()
    conversation_services.read_delivery(delivery_id=delivery.pk)
    receive(theirs, "hola", phone="573005550142")
    talk = Conversation.objects.get()
    conversation_services.send_message(actor=stranger.actor(), conversation_id=talk.pk, text="Hola")

    # when a worker does both, then the customer's turn is set: what follows a message stands in nobody's walls
    conversation_services.work(seconds=60.0)
    assert graph.texts == ["Hola"]
    session = AgentSession.objects.get(workspace=channel.workspace)
    assert session.due_at is not None
