"""A person had the conversation, and gives it back to the bot."""

import pytest

from agents.models import Turn
from agents.selectors.traces import trace_of
from agents.services.replaying import replay_turn
from conversations import services as conversation_services
from leads import services as lead_services
from leads.models import Lead
from tests.agents.floor.stage import ALL_IN_ONE, answer, fresh, said_by_bot, session_of
from tests.factories.conversations import receive


@pytest.fixture
def give_back(owner):
    """The rep has the conversation, says something, and gives it back."""

    def act(talk, words="I am Rina, let me help"):
        actor = owner.actor()
        conversation_services.take_over(actor=actor, conversation_id=talk.pk)
        conversation_services.send_message(actor=actor, conversation_id=talk.pk, text=words)
        conversation_services.give_back(actor=actor, conversation_id=talk.pk)

    return act


def test_what_the_person_dealt_with_is_not_answered_again(channel, sarah, owner, give_back):
    # given a customer who wrote twice to a rep
    talk = receive(channel, "Hello").conversation
    answer(talk.pk)
    conversation_services.take_over(actor=owner.actor(), conversation_id=talk.pk)
    receive(channel, "I need a website")
    receive(channel, "for my bakery")
    give_back(talk)
    turns, said = Turn.objects.count(), said_by_bot(talk.pk)

    # when the bot looks, then it says nothing
    answer(talk.pk)
    assert (Turn.objects.count(), said_by_bot(talk.pk)) == (turns, said)

    # when the customer goes on, then only that is answered
    last = receive(channel, "my name is Marta")
    answer(talk.pk)
    assert Turn.objects.latest("started_at").message_ids == [str(last.pk)]
    assert len(said_by_bot(talk.pk)) > len(said)


def test_it_goes_on_with_what_people_corrected(channel, sarah, owner, give_back):
    # given a lead whose need a rep wrote down meanwhile
    talk = receive(channel, "hello, we sell shoes in Bandung").conversation
    answer(talk.pk)
    lead = Lead.objects.get()
    lead_services.assign_lead(actor=owner.actor(), lead_id=lead.pk, user_id=owner.user.pk)
    lead_services.correct_slot(actor=owner.actor(), lead_id=lead.pk, key="need", value="an online shop")
    lead_services.correct_slot(actor=owner.actor(), lead_id=lead.pk, key="name", value="Ibu Sari")
    give_back(talk)

    # when the customer goes on
    receive(channel, "ok")
    answer(talk.pk)

    # then the agent knows both, and asks for what is still open: the budget
    turn = Turn.objects.latest("started_at")
    assert turn.state_before["known"]["need"]["value"] == "an online shop"
    assert turn.state_before["known"]["name"]["is_confirmed"] is True
    assert session_of(talk.pk).state["asked_slot"] == "budget"


def test_after_an_escalation_it_answers_again(channel, sarah, owner, give_back):
    # given a customer who asked for a person, and wrote nothing since
    talk = receive(channel, "I want to talk to a real person please").conversation
    answer(talk.pk)
    assert session_of(talk.pk).state["phase"] == "escalated"
    give_back(talk)

    # when they write again
    receive(channel, "I need a website")
    answer(talk.pk)

    # then the bot answers
    turn = Turn.objects.latest("started_at")
    assert turn.outcome == "published"
    assert any(e["effect"] == "Say" for e in turn.effects)
    assert fresh(talk.pk).owner_kind == "agent"


def test_after_the_ladder_ended_it_starts_afresh(channel, sarah, owner, give_back):
    # given a customer who gave no answer as often as was asked
    talk = receive(channel, "Hello").conversation
    answer(talk.pk)
    for _ in range(6):
        receive(channel, "ok")
        answer(talk.pk)
    assert fresh(talk.pk).owner_kind == "person"
    give_back(talk)

    # when they say the same again, then they are asked, not handed over at once
    receive(channel, "ok")
    answer(talk.pk)
    assert fresh(talk.pk).owner_kind == "agent"


def test_after_a_qualified_handover_it_does_not_hand_over_for_nothing(channel, sarah, owner, give_back):
    # given a qualified lead that the rep gives back
    talk = receive(channel, ALL_IN_ONE).conversation
    answer(talk.pk)
    assert Lead.objects.get().status == "qualified"
    give_back(talk)

    # when the customer says something more
    receive(channel, "thanks, we would like it in blue")
    answer(talk.pk)

    # then the bot answers and keeps the conversation
    turn = Turn.objects.latest("started_at")
    assert not any(e["effect"] in {"HandOver", "Qualify"} for e in turn.effects)
    assert any(e["effect"] == "Say" for e in turn.effects)
    assert fresh(talk.pk).owner_kind == "agent"

    # also when they add to what is known
    receive(channel, "and the budget is 70 million rupiah now")
    answer(talk.pk)
    assert fresh(talk.pk).owner_kind == "agent"

    # and hands over when there is a reason
    receive(channel, "I want to talk to a real person please")
    answer(talk.pk)
    assert fresh(talk.pk).assignee_id == owner.user.pk


def test_the_bot_is_told_of_the_time_it_was_out(channel, sarah, owner, give_back, thinking):
    # given a rep who had the conversation, wrote down a budget and let the customer have the last word but one
    model = thinking()
    talk = receive(channel, "hello, we sell shoes in Bandung").conversation
    answer(talk.pk)
    conversation_services.take_over(actor=owner.actor(), conversation_id=talk.pk)
    receive(channel, "how much is it?")
    lead_services.correct_slot(
        actor=owner.actor(), lead_id=Lead.objects.get().pk, key="budget", value="10 million"
    )
    give_back(talk, words="It is 9 million for you")

    # when the customer goes on, then the model has it, and the turn keeps what it was told
    receive(channel, "thank you")
    answer(talk.pk)
    told = (
        "customer: how much is it?",
        f"{owner.user.name}: It is 9 million for you",
        "Budget: - -> 10 million",
    )
    assert model.composed[-1].meanwhile == told
    turn = Turn.objects.latest("started_at")
    assert turn.saw == list(told)
    assert "It is 9 million for you" in dict(trace_of(turn))["Was told of the time it was out"]

    # and the same turn, taken again, is told the same
    replay_turn(turn, model=model)
    assert model.composed[-1].meanwhile == told


def test_after_another_take_over_it_is_not_told_again(channel, sarah, owner, give_back, thinking):
    # given a conversation that went back twice, the second time without a word
    model = thinking()
    talk = receive(channel, "hello").conversation
    answer(talk.pk)
    give_back(talk, words="Secret of the first time")
    conversation_services.take_over(actor=owner.actor(), conversation_id=talk.pk)
    conversation_services.give_back(actor=owner.actor(), conversation_id=talk.pk)

    # when the customer goes on, then only the second stretch counts
    receive(channel, "we sell shoes")
    answer(talk.pk)
    assert model.composed[-1].meanwhile == ()
    assert Turn.objects.latest("started_at").saw == []


def test_a_bot_that_never_lost_it_is_told_nothing(channel, sarah, thinking):
    # given a conversation nobody took
    model = thinking()
    talk = receive(channel, "hello").conversation
    answer(talk.pk)
    assert model.composed[-1].meanwhile == ()
    assert Turn.objects.get().saw == []
