"""Items: each thing a delivery held, once and in order, by one worker at a time."""

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from conversations import decisions
from conversations.models import Channel, DeliveryState, InboundItem
from conversations.services.handling import handle
from crm.core.errors import DomainError
from crm.core.sweeps import OutOfTimeError
from crm.core.walls import within_row

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=settings.CLAIM_LEASE)
# Who claims the items of a key holds its lock until the commit; of several keys those that nobody is claiming now.
OURS = """
SELECT key FROM unnest(%s::text[]) AS key WHERE pg_try_advisory_xact_lock(hashtextextended(%s || '/' || key, 1))
"""
# Of each key the oldest items, as far as nobody has tried one of them: one look into the index for each key, however
# many wait.
HEADS = """
SELECT near.id FROM unnest(%(ours)s::text[]) WITH ORDINALITY AS ours (key, place) CROSS JOIN LATERAL (
  SELECT head.id, head.provider_time,
    bool_and(head.attempts = 0 AND head.lease_until IS NULL AND head.next_at <= %(now)s)
      OVER (ORDER BY head.provider_time, head.id) AS is_fresh
  FROM (
    SELECT id, attempts, lease_until, next_at, provider_time FROM conversations_inbounditem
    WHERE state = 'new' AND channel_id = %(channel)s AND conversation_key = ours.key
    ORDER BY provider_time, id LIMIT %(most)s) head) near
WHERE near.is_fresh ORDER BY ours.place, near.provider_time, near.id LIMIT %(most)s
"""
AT_ONCE = 8  # items that are claimed together, of one key or of several
GAVE_UP = "gave up: it stopped the worker each time"


@within_row(Channel, "channel_id")
def work_off(*, channel_id: UUID, conversation_key: str, at_most: int = 1_000) -> int:
    """Work off the waiting items of one key in (provider time, arrival) order; returns how many were done."""
    done = 0
    while done < at_most and (item := _claim(channel_id, conversation_key)):
        if not _work(item):
            break
        done += 1
    return done


@within_row(Channel, "channel_id")
def work_off_heads(*, channel_id: UUID, keys: Sequence[str]) -> int:
    """Work off the oldest items of these keys, claimed together; returns how many were done. What one person wrote is
    filed in one go as far as it has come, so that the agent answers it once.

    Only what nobody has tried is claimed so: an item that stops its worker is tried alone from then on, and costs
    its neighbours one lease at most.
    """
    items, began, done = _claim_heads(channel_id, keys), timezone.now(), 0
    try:
        while items and timezone.now() - began < LEASE / 2:
            item = items.pop(0)
            if _work(item):
                done += 1
            else:
                items = _without(item.conversation_key, items)
    finally:
        _give_back(items)
    return done


def _without(key: str, items: Sequence[InboundItem]) -> list[InboundItem]:
    """Those of other keys: what stands behind an item that did not work waits for it."""
    _give_back([item for item in items if item.conversation_key == key])
    return [item for item in items if item.conversation_key != key]


@transaction.atomic
def _claim_heads(channel_id: UUID, keys: Sequence[str]) -> list[InboundItem]:
    """Lease the oldest items of these keys that are fresh and due, as far as nobody else is claiming there; in the
    keys' order, and each key's in its own."""
    with connection.cursor() as cursor:
        cursor.execute(OURS, [list(keys), str(channel_id)])
        locked = {key for (key,) in cursor.fetchall()}
        now, ours = timezone.now(), [key for key in keys if key in locked]
        cursor.execute(HEADS, {"ours": ours, "channel": channel_id, "now": now, "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = InboundItem.objects.filter(pk__in=ids)
    heads = sorted(rows.select_related("channel"), key=lambda head: ids.index(head.pk))
    lease = {"attempts": 1, "lease_until": now + LEASE, "lease_token": uuid.uuid4()}
    rows.update(**lease)
    for head in heads:
        for name, value in lease.items():
            setattr(head, name, value)
    return heads


def _give_back(items: Sequence[InboundItem]) -> None:
    """Not begun, and so not tried: others may have them at once."""
    for item in items:
        ours = InboundItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=DeliveryState.NEW)
        ours.update(attempts=0, lease_until=None, lease_token=None)


@transaction.atomic
def _claim(channel_id: UUID, key: str) -> InboundItem | None:
    """Lease the oldest waiting item of a key. The cap on attempts is counted here, before the work:
    an item that kills its process never reaches an error handler."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"{channel_id}/{key}"])
    waiting = InboundItem.objects.filter(
        channel_id=channel_id, conversation_key=key, state=DeliveryState.NEW
    ).order_by("provider_time", "id")
    now = timezone.now()
    while item := waiting.select_related(
        "channel"
    ).first():  # the head alone: a long queue is not read each time
        if item.next_at > now or (item.lease_until and item.lease_until > now):
            return None
        if item.attempts < MAX_ATTEMPTS:
            item.attempts, item.lease_until, item.lease_token = item.attempts + 1, now + LEASE, uuid.uuid4()
            item.save(update_fields=["attempts", "lease_until", "lease_token"])
            return item
        item.reason = decisions.why_given_up(item.error)
        item.state, item.error = DeliveryState.DEAD, item.error or GAVE_UP
        item.save(update_fields=["state", "error", "reason"])
    return None


def _work(item: InboundItem) -> bool:
    """Carry one item out, all or nothing; False when it must be tried again later."""
    try:
        with transaction.atomic():
            handle(item)
            _settle(item, DeliveryState.DONE, "")
    except DomainError as refusal:
        _settle(item, DeliveryState.DEAD, f"{refusal.code}: {refusal.message}", refusal.code)
    except OutOfTimeError as error:
        _put_back(item, error)
        raise
    except Exception as error:
        log.exception("inbound item failed", extra={"item": item.pk})
        _put_back(item, error)
        return False
    return True


def _put_back(item: InboundItem, error: Exception) -> None:
    """It did not work this time: due again after a while, if we still hold the lease."""
    wait = decisions.wait_before_reading(item.attempts, settings.READ_RETRY_AT_MOST)
    InboundItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=DeliveryState.NEW).update(
        error=repr(error)[:2000], next_at=timezone.now() + wait, lease_until=None, lease_token=None
    )


def _settle(item: InboundItem, state: DeliveryState, error: str, reason: str = "") -> None:
    """Final state, only for the holder of the lease: a worker that was thought dead changes nothing."""
    mine = InboundItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=DeliveryState.NEW)
    if mine.update(state=state, error=error[:2000], reason=reason[:60], lease_until=None) != 1:
        raise RuntimeError(f"lost the lease of item {item.pk}")
