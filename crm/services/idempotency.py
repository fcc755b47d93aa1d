"""A write that a client may repeat safely."""

from uuid import UUID

from django.db import IntegrityError, transaction

from crm.errors import IdempotencyKeyReusedError, RequestInProgressError
from crm.models import IdempotencyKey


def begin_request(workspace_id: UUID, client: str, key: str, digest: str) -> IdempotencyKey:
    """The row of this key. `status` is set when the request was answered before; a new row means: go on."""
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(
                workspace_id=workspace_id, client=client, key=key, request_digest=digest
            )
    except IntegrityError:
        known = IdempotencyKey.objects.filter(workspace_id=workspace_id, client=client, key=key).first()
    if known is None:  # the first one failed just now and was forgotten
        raise RequestInProgressError
    if known.request_digest != digest:
        raise IdempotencyKeyReusedError(fields={"Idempotency-Key": ["Was used with another body."]})
    if known.status is None:
        raise RequestInProgressError
    return known


def finish_request(row: IdempotencyKey, status: int, body: bytes, content_type: str) -> None:
    """Keep the answer, so that the same request gets the same one."""
    IdempotencyKey.objects.filter(pk=row.pk).update(status=status, body=body, content_type=content_type)


def forget_request(row: IdempotencyKey) -> None:
    """The request failed on our side: the client may try the same key again."""
    IdempotencyKey.objects.filter(pk=row.pk).delete()
