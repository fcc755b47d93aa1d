"""A write that a client may repeat safely."""

from uuid import UUID

from django.db import connection

from crm.errors import IdempotencyKeyReusedError, RequestInProgressError
from crm.models import IdempotencyKey


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
    row, _ = IdempotencyKey.objects.get_or_create(
        workspace_id=workspace_id, client=client, key=key, defaults={"request_digest": digest}
    )
    if row.request_digest != digest:
        raise IdempotencyKeyReusedError(fields={"Idempotency-Key": ["Was used with another body."]})
    return row


def finish_request(row: IdempotencyKey, status: int, body: bytes, content_type: str) -> None:
    """Keep the answer, so that the same request gets the same one."""
    IdempotencyKey.objects.filter(pk=row.pk).update(status=status, body=body, content_type=content_type)
