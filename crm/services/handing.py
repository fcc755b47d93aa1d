"""Taking turns when leads are handed out."""

from uuid import UUID

from django.utils import timezone

from crm.core.actors import Actor
from crm.core.service import service
from crm.models import Membership


@service
def note_handed_over(*, actor: Actor, membership_id: UUID) -> None:
    """A member just got a lead: the next one is somebody else's turn. Quiet: no version, no history."""
    rows = Membership.objects.filter(pk=membership_id, workspace_id=actor.workspace_id)
    rows.update(last_handed_at=timezone.now())
