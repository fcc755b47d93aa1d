"""A write that a client may repeat safely."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.walls import everywhere
from crm.errors import IdempotencyKeyReusedError, RequestInProgressError
from crm.models import IdempotencyKey

KEPT_FOR = timedelta(days=7)  # nobody repeats a request after so long


def begin_request(workspace_id: UUID, client: str, key: str, digest: str) -> IdempotencyKey:
    """The row of this key, locked until the caller's transaction ends. `status` is set when it was answered before.

    Call it in the transaction of the write itself: a fault undoes the row too, and the client may try again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{workspace_id}/{client}/{key}"]
        )
        if not cursor.fetchone()[0]:
            raise RequestInProgressError
    row, _is_new = IdempotencyKey.objects.get_or_create(
        workspace_id=workspace_id, client=client, key=key, defaults={"request_digest": digest}
    )
    if row.request_digest != digest:
        raise IdempotencyKeyReusedError(fields={"Idempotency-Key": [_("Was used with another body.")]})
    return row


def finish_request(row: IdempotencyKey, status: int, body: bytes, content_type: str) -> None:
    """Keep the answer, so that the same request gets the same one."""
    IdempotencyKey.objects.filter(pk=row.pk).update(status=status, body=body, content_type=content_type)


@everywhere()
def forget_old_requests(limit: int = 5_000) -> int:
    """Keys and answers older than a week go, the oldest first; returns how many went."""
    old = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).order_by("created_at")
    gone, _by_table = IdempotencyKey.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:limit])
    ).delete()
    return gone
