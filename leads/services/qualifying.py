"""How far a lead is: qualified, disqualified, opened again."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service
from leads import policies, selectors
from leads.errors import AnotherLeadOpenError, LeadAlreadyQualifiedError, LeadClosedError, LeadNotClosedError
from leads.events import LeadDisqualified, LeadQualified, LeadReopened
from leads.models import Lead, LeadStatus


@service
def qualify_lead(*, actor: Actor, lead_id: UUID, score: int | None = None) -> Lead:
    """Mark a lead as worth a salesperson's time. `score` is what the caller saw; the stored one is kept."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    if lead.status == LeadStatus.QUALIFIED:
        raise LeadAlreadyQualifiedError
    if not can_proceed(lead.qualify):
        raise LeadClosedError
    lead.qualify(at=timezone.now())
    lead.save(update_fields=["status", "qualified_at"])
    news = LeadQualified(
        str(lead.id), lead.score if score is None else score, str(lead.conversation_id or "")
    )
    publish(news, actor=actor)
    return lead


@service
def disqualify_lead(*, actor: Actor, lead_id: UUID, reason: str) -> Lead:
    """Close a lead that will not buy, and say why."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    if not can_proceed(lead.disqualify):
        raise LeadClosedError
    if not reason.strip():
        raise InvalidInputError(fields={"reason": [_("Say why, in a few words.")]})
    lead.disqualify(because=reason.strip()[:200], at=timezone.now())
    lead.save(update_fields=["status", "disqualified_because", "closed_at"])
    publish(LeadDisqualified(str(lead.id), lead.disqualified_because), actor=actor)
    return lead


@service
def reopen_lead(*, actor: Actor, lead_id: UUID) -> Lead:
    """Work on a disqualified lead again; refuses when the contact has another open lead meanwhile."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    if not can_proceed(lead.reopen):
        raise LeadNotClosedError
    if selectors.open_lead_of(actor, lead.contact_id):
        raise AnotherLeadOpenError
    lead.reopen()
    lead.save(update_fields=["status", "disqualified_because", "closed_at", "qualified_at"])
    publish(LeadReopened(str(lead.id)), actor=actor)
    return lead
