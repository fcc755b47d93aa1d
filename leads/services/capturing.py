"""Leads that show up, and the messages that keep them alive."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone

from crm import selectors as people
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service
from leads import policies, selectors
from leads.events import LeadCaptured
from leads.models import Lead, LeadStatus
from leads.services.lines import LINES, write_lines
from leads.services.scoring import write_score

SNIPPET = 200  # characters of the last message shown in the list


@service
def capture_lead(
    *, actor: Actor, contact_id: UUID, conversation_id: UUID | None = None, source: str = ""
) -> Lead:
    """The contact's open lead, made when there is none. Two callers at once get the same one."""
    policies.check_can_edit_leads(actor)
    lead = selectors.open_lead_of(actor, contact_id)
    if lead is None:
        contact = people.lock_contact(
            actor, contact_id
        )  # whoever comes second waits here, and finds the lead
        lead = selectors.open_lead_of(actor, contact_id)
    if lead is None:
        lead = Lead(
            workspace_id=actor.workspace_id, contact=contact, source=source, conversation_id=conversation_id
        )
        return begin_lead(lead, actor=actor)
    return _move_to(lead, conversation_id)


def begin_lead(lead: Lead, *, actor: Actor) -> Lead:
    """Save a new lead with its lines and first score, and say so."""
    write_lines(lead)
    lead.save()
    publish(
        LeadCaptured(
            lead_id=str(lead.id),
            contact_id=str(lead.contact_id),
            conversation_id=str(lead.conversation_id or ""),
            source=lead.source,
        ),
        actor=actor,
    )
    if fields := write_score(lead, actor=actor, caused_by="captured"):
        lead.save(update_fields=fields)
    return lead


def _move_to(lead: Lead, conversation_id: UUID | None) -> Lead:
    """Point an open lead at the conversation it goes on in. Quiet: no version, no history."""
    if conversation_id is not None and lead.conversation_id != conversation_id:
        lead.conversation_id = conversation_id
        Lead.objects.filter(pk=lead.pk).update(conversation_id=conversation_id)
    return lead


@service
def touch_lead(
    *,
    actor: Actor,
    lead_id: UUID,
    at: datetime,
    direction: str,
    text: str,
    conversation_id: UUID | None = None,
) -> None:
    """A message came ("in") or went ("out"): remember when, and its first words. Older news changes nothing.

    Quiet: no version, no history, no event. Only our first answer moves a new lead to working.
    """
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead_alone(actor, lead_id)
    news = _news_of(lead, at, direction, text, conversation_id)
    rows = Lead.objects.filter(Q(last_message_at__lt=at) | Q(last_message_at__isnull=True), pk=lead_id)
    rows.update(**news, updated_at=timezone.now())
    if direction == "out" and lead.status == LeadStatus.NEW:
        lead.start_work()
        lead.save(update_fields=["status"])
    elif direction == "in" and news.get("reply_seconds") != lead.reply_seconds:
        lead.refresh_from_db()
        if fields := write_score(lead, actor=actor, caused_by="message"):
            lead.save(update_fields=fields)


def _news_of(
    lead: Lead, at: datetime, direction: str, text: str, conversation_id: UUID | None
) -> dict[str, object]:
    """The columns a message changes; `reply_seconds` keeps the fastest answer to one of ours."""
    took = lead.reply_seconds
    if direction == "in" and lead.last_message_direction == "out" and lead.last_message_at:
        seconds = max(0, int((at - lead.last_message_at).total_seconds()))
        took = seconds if took is None else min(took, seconds)
    return {
        "last_message_at": at,
        "last_message_direction": direction,
        "last_message_text": " ".join(text.split())[:SNIPPET],
        "last_activity_at": Greatest("last_activity_at", at),
        "conversation_id": conversation_id or lead.conversation_id,
        "reply_seconds": took,
    }


@service
def refresh_lines(*, actor: Actor, contact_id: UUID) -> int:
    """The contact was renamed: its leads show the new name. Quiet; returns how many changed."""
    rows = Lead.objects.select_for_update(of=("self",), no_key=True).filter(
        workspace_id=actor.workspace_id, contact_id=contact_id
    )
    changed = [lead for lead in rows.select_related("contact") if write_lines(lead)]
    return Lead.objects.bulk_update(changed, list(LINES)) if changed else 0
