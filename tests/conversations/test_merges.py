"""One person under two contacts: their threads, leads and choices come together, and go apart again."""

import pytest

from conversations import selectors, services
from conversations.models import Choice, Conversation
from conversations.services.consents import note_consent
from crm import services as crm_services
from crm.models import ContactMerge
from leads import services as lead_services
from leads.models import Lead
from tests.conversations.hooks import body_of, deliver
from tests.factories.conversations import receive

NEW = "628110000909"


@pytest.fixture
def two(channel, system):
    """Budi, and Budi's new number as somebody else; each with an open conversation and a lead."""
    lead_services.set_up_leads(actor=system)
    deliver(channel, body_of("wa_text_id_new_lead"))
    receive(channel, "ini nomor baru saya", phone=NEW, name="")
    talks = list(Conversation.objects.order_by("created_at"))
    for talk in talks:
        lead_services.follow_conversation(actor=system, conversation_id=talk.pk)
    return talks


def test_a_changed_number_brings_both_together(channel, system, two):
    # when the notice of the new number comes late
    old, new = two
    at = new.last_inbound_at
    note_consent(system, new.contact, channel, choice=Choice.OUT, source="button", at=at)
    deliver(channel, body_of("wa_system_number_changed"))

    # then both threads are Budi's, one goes on with what was unread in the other
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.contact == new.contact
    assert (old.status, new.status) == ("open", "closed")
    assert (old.unread_count, old.recipient_value) == (2, NEW)
    assert selectors.has_opted_out(old.contact_id, channel.pk)

    # and one of the leads
    leads = Lead.objects.filter(contact=old.contact).order_by("created_at")
    assert [lead.status for lead in leads] == ["new", "disqualified"]

    # when it was wrong, then everything is apart again
    crm_services.part_contacts(actor=system, winner_id=old.contact_id, merge_id=ContactMerge.objects.get().pk)
    new.refresh_from_db()
    assert new.contact != old.contact
    assert new.status == "open"
    assert {lead.is_open for lead in Lead.objects.all()} == {True}
    assert Lead.objects.get(contact=new.contact).conversation_id == new.pk
    assert selectors.has_opted_out(new.contact_id, channel.pk)
    assert not selectors.has_opted_out(old.contact_id, channel.pk)


def test_what_the_bot_had_queued_in_the_thread_that_ends_is_not_sent(channel, system, agent, two):
    # given an answer waiting in the thread that will be closed
    new = two[1]
    row = services.send_message(actor=agent, conversation_id=new.pk, text="Halo", epoch=new.ownership_epoch)

    # when the threads come together, then it is cancelled
    deliver(channel, body_of("wa_system_number_changed"))
    row.refresh_from_db()
    assert row.status == "cancelled"
