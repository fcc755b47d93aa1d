"""Bulk data: as many rows as asked for, believable, and consistent with the rules of the workspace."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conversations.models import Conversation, Message
from crm.models import Contact, Identity
from leads import selectors
from leads.models import Lead, LeadSlot


def seed(**given) -> str:
    out = StringIO()
    call_command("seed_volume", workspace="warung", stdout=out, **given)
    return out.getvalue()


def test_writes_as_many_rows_as_asked_for(cast):
    said = seed(leads=30, messages=100)

    assert Lead.objects.count() == Contact.objects.count() == Identity.objects.count() == 30
    assert Message.objects.count() == 100
    assert Conversation.objects.count() == 30
    assert said.startswith("warung: 30 contacts, 30 identities, 30 leads, ")


def test_leads_are_scored_as_the_rules_would_and_their_copies_agree(cast):
    seed(leads=40, messages=60)

    for lead in Lead.objects.select_related("contact"):
        scored = selectors.judge(lead)
        assert (lead.score, lead.temperature) == (scored.score, scored.temperature)
        assert lead.name_line == lead.contact.name
        talk = Conversation.objects.filter(contact_id=lead.contact_id).first()
        assert lead.conversation_id == (talk.pk if talk else None)
        last = Message.objects.filter(conversation=talk).order_by("-sequence").first() if talk else None
        if last is not None:
            assert (lead.last_message_text, lead.last_message_at) == (last.text, last.created_at)
    assert LeadSlot.objects.exclude(workspace=cast.workspace).count() == 0
    assert selectors.unfollowed_conversations() == []


def test_the_new_leads_are_listed_and_found(cast):
    seed(leads=30)
    rows = selectors.visible_leads(cast.actor("admin"))
    number = Identity.objects.earliest("created_at").value

    assert len(selectors.list_leads(rows).rows) == 30
    assert selectors.search_leads(rows, number).count() == 1


def test_a_second_run_adds_to_the_first(cast):
    seed(leads=20, messages=10)
    seed(leads=20)

    assert Lead.objects.count() == 40
    assert Conversation.objects.count() == 10


def test_opportunities_are_said_to_be_missing(cast):
    assert "Opportunities are not there yet: none were written." in seed(leads=1, opportunities=5)


def test_an_unknown_workspace_is_refused(db):
    with pytest.raises(CommandError, match="There is no workspace 'warung'"):
        seed(leads=1)


def test_messages_without_leads_are_refused(cast):
    with pytest.raises(CommandError, match="say --leads too"):
        seed(messages=10)

    assert Lead.objects.count() == 0
