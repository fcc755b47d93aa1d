"""Leads that show up, and the messages that keep them alive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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
HEARD = ("last_message_at", "last_message_direction", "last_message_text", "last_activity_at", "conversation_id",
         "reply_seconds")  # fmt: skip


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
    """Save a new lead, of which no slot is known yet, with its lines and first score, and say so."""
    write_lines(lead, {})
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
    if fields := write_score(lead, actor=actor, caused_by="captured", slots={}):
        lead.save(update_fields=fields)
    return lead


def _move_to(lead: Lead, conversation_id: UUID | None) -> Lead:
    """Point an open lead at the conversation it goes on in. Quiet: no version, no history."""
    if conversation_id is not None and lead.conversation_id != conversation_id:
        lead.conversation_id = conversation_id
        Lead.objects.filter(pk=lead.pk).update(conversation_id=conversation_id)
    return lead


@dataclass(frozen=True)
class Heard:
    """A message that came ("in") or went ("out"): when, what it said, and in which conversation."""

    at: datetime
    direction: str
    text: str
    conversation_id: UUID | None = None


@service
def touch_lead(*, actor: Actor, lead_id: UUID, news: Sequence[Heard]) -> Lead:
    """Messages came or went: remember when, and the last one's first words. Older news changes nothing.

    Quiet: no version, no history, no event. Only our first answer moves a new lead to working.
    """
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead_alone(actor, lead_id)
    took = lead.reply_seconds
    newer = [heard for heard in news if lead.last_message_at is None or lead.last_message_at < heard.at]
    for heard in sorted(newer, key=lambda heard: heard.at):
        _hear(lead, heard)
    if newer:
        columns = {name: getattr(lead, name) for name in HEARD}
        Lead.objects.filter(pk=lead_id).update(**columns, updated_at=timezone.now())
    fields = _begin_work(lead, news)
    if lead.reply_seconds != took:
        fields += write_score(lead, actor=actor, caused_by="message")
    if fields:
        lead.save(update_fields=fields)
    return lead


def _hear(lead: Lead, heard: Heard) -> None:
    """Set the columns a message changes; `reply_seconds` keeps the fastest answer to one of ours."""
    if heard.direction == "in" and lead.last_message_direction == "out" and lead.last_message_at:
        seconds = max(0, int((heard.at - lead.last_message_at).total_seconds()))
        lead.reply_seconds = seconds if lead.reply_seconds is None else min(lead.reply_seconds, seconds)
    lead.last_message_at, lead.last_message_direction = heard.at, heard.direction
    lead.last_message_text = " ".join(heard.text.split())[:SNIPPET]
    lead.last_activity_at = max(lead.last_activity_at, heard.at)
    lead.conversation_id = heard.conversation_id or lead.conversation_id


def _begin_work(lead: Lead, news: Sequence[Heard]) -> list[str]:
    """Our first answer: the lead is worked on; returns the fields to save."""
    if lead.status != LeadStatus.NEW or all(heard.direction == "in" for heard in news):
        return []
    lead.start_work()
    return ["status"]


@service
def refresh_lines(*, actor: Actor, contact_id: UUID) -> int:
    """The contact was renamed: its leads show the new name. Quiet; returns how many changed."""
    rows = Lead.objects.select_for_update(of=("self",), no_key=True).filter(
        workspace_id=actor.workspace_id, contact_id=contact_id
    )
    changed = [lead for lead in rows.select_related("contact") if write_lines(lead)]
    return Lead.objects.bulk_update(changed, list(LINES)) if changed else 0
