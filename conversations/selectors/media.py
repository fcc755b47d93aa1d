"""Reading files that came with messages."""

from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from conversations.models import Media, MediaState
from conversations.selectors.threads import visible_messages
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.walls import everywhere


def get_media(actor: Actor, media_id: UUID) -> Media:
    """One file of a message the actor sees. What was deleted by its author is not shown any more."""
    rows = Media.objects.filter(
        workspace_id=actor.workspace_id,
        message__in=visible_messages(actor).order_by(),
        message__deleted_at__isnull=True,
    )
    found = rows.select_related("message").filter(pk=media_id).first()
    if found is None:
        raise NotFoundError
    return found


@everywhere()
def media_waiting(*, message_id: UUID | None = None, limit: int = 100) -> list[UUID]:
    """Files to fetch now, of one message or of all workspaces. For workers."""
    now = timezone.now()
    rows = Media.objects.filter(state=MediaState.PENDING, next_at__lte=now)
    rows = rows.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))
    rows = rows.filter(message_id=message_id) if message_id else rows
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:limit])
