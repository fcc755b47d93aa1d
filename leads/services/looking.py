"""A new lead is held against those that are there."""

from uuid import UUID

from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service
from leads import policies, selectors
from leads.events import DuplicatesFound
from leads.models import Lead


@service
def look_for_duplicates(*, actor: Actor, lead_id: UUID) -> int:
    """Say on a lead's timeline that it may be a double, and why; returns how many there are."""
    policies.check_can_edit_leads(actor)
    lead = (
        Lead.objects.select_related("contact")
        .filter(pk=lead_id, workspace_id=actor.workspace_id, merged_into__isnull=True)
        .first()
    )
    found = selectors.duplicates_of(actor, lead) if lead is not None else []
    if found:
        publish(DuplicatesFound(str(lead_id), len(found), found[0].reasons[0]), actor=actor)
    return len(found)
