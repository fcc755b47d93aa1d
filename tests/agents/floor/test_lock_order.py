"""Everybody locks contact, conversation, session and lead in this order: nobody waits for each other for ever."""

import time

import pytest

from agents import services
from agents.models import Turn
from conversations import services as conversation_services
from conversations.models import Message
from crm.core.errors import DomainError
from leads import services as lead_services
from leads.models import Lead
from tests.agents.floor.stage import ALL_IN_ONE, at_once, fresh, make_due
from tests.factories.conversations import receive

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 4.0


def _keep_at(act):
    """Do it again and again; refusals are answers, everything else is a defect. Returns how often it was done."""
    begin, times = time.monotonic(), 0
    while time.monotonic() < begin + SECONDS or _is_early(begin):
        try:
            act(times)
        except DomainError:
            time.sleep(0.01)  # another's turn
        times += 1
    return times


def _is_early(begin):
    """On a busy machine it takes longer until a turn has come to its end."""
    return not Turn.objects.exists() and time.monotonic() < begin + 6 * SECONDS


def test_customers_agents_and_people_at_the_same_lead(channel, sarah, manager, system):
    # given a conversation with a lead
    talk = receive(channel, ALL_IN_ONE).conversation
    services.schedule_turn(conversation_id=talk.pk)
    lead_id = lead_services.capture_lead(
        actor=system, contact_id=talk.contact_id, conversation_id=talk.pk, source="whatsapp"
    ).pk
    actor = manager.actor()

    def write(_):
        receive(channel, "my name is Budi, budget 60 million rupiah")

    def take_turn(_):
        services.schedule_turn(conversation_id=talk.pk)
        make_due(talk.pk)
        services.run_turn(conversation_id=talk.pk)

    def correct(times):
        lead_services.correct_slot(actor=actor, lead_id=lead_id, key="name", value=f"Budi {times}")

    def take_and_give(times):
        conversation_services.take_over(actor=actor, conversation_id=talk.pk)
        conversation_services.give_back(actor=actor, conversation_id=talk.pk)
        # let the agent get a word in; the busier the machine, the longer it needs
        time.sleep(0.2 if Turn.objects.exists() else min(3.0, 0.2 * (times + 1)))

    def follow(_):
        last = Message.objects.filter(conversation=talk).latest("sequence")
        lead_services.follow_message(actor=system, message_id=last.pk)

    # when customers write, two workers answer, and people correct, take over and give back, all at once
    works = [write, take_turn, take_turn, correct, take_and_give, follow]
    results = at_once(*[lambda act=act: _keep_at(act) for act in works], seconds=40)

    # then nobody broke, everybody got something done, and no turn failed
    assert [r for r in results if isinstance(r, Exception)] == []
    assert min(results) > 0
    assert list(Turn.objects.filter(outcome="failed").values_list("error", flat=True)) == []
    assert Turn.objects.exists()
    assert Lead.objects.count() == 1
    assert fresh(talk.pk).contact.name.startswith("Budi")


def test_a_correction_waits_for_the_contact_and_not_with_the_lead(channel, sarah, manager, system):
    # given a turn that holds the contact (and will want the lead)
    from django.db import transaction

    from crm import selectors as crm

    talk = receive(channel, "Hello").conversation
    lead = lead_services.capture_lead(actor=system, contact_id=talk.contact_id)

    def turn():
        with transaction.atomic():
            crm.lock_contact(system, talk.contact_id)
            time.sleep(0.5)  # the correction begins meanwhile
            return Lead.objects.select_for_update(nowait=True).get(pk=lead.pk).pk

    def correction():
        time.sleep(0.2)
        return lead_services.correct_slot(
            actor=manager.actor(), lead_id=lead.pk, key="name", value="Ibu Sari"
        ).value

    # when a person renames the contact by correcting the name, then the lead is free for the turn
    assert at_once(turn, correction) == [lead.pk, "Ibu Sari"]
    assert fresh(talk.pk).contact.name == "Ibu Sari"


@pytest.mark.parametrize("act", ["claim", "publish"])
def test_a_turn_takes_the_contact_before_the_conversation(channel, sarah, system, act):
    # given somebody (intake) who holds the contact and wants the conversation
    from django.db import transaction

    from conversations.models import Conversation
    from crm import selectors as crm

    talk = receive(channel, "I need a website").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    claim = services.claim_turn(talk.pk)[0] if act == "publish" else None
    outcome = services.think(claim) if claim else None

    def intake():
        with transaction.atomic():
            crm.lock_contact(system, talk.contact_id)
            time.sleep(0.5)
            return Conversation.objects.select_for_update(nowait=True).get(pk=talk.pk).pk

    def turn():
        time.sleep(0.2)
        if claim and outcome:
            return services.publish_turn(claim, outcome, latency_ms=1)
        return services.claim_turn(talk.pk)[0] is not None

    # when a turn wants both, then it waits for the contact without holding the conversation
    assert at_once(intake, turn) == [talk.pk, "published" if act == "publish" else True]
