"""Reading notes."""

from uuid import UUID

from crm.core.actors import Actor
from leads.models import LeadNote
from leads.selectors.leads import get_lead


def notes_of(actor: Actor, lead_id: UUID) -> list[LeadNote]:
    """The notes of a lead that were not deleted, newest first."""
    rows = LeadNote.objects.filter(lead=get_lead(actor, lead_id), deleted_at__isnull=True)
    return list(rows.order_by("-created_at"))
