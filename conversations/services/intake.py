"""Intake: the raw delivery first, then one row per thing it holds, then each thing once and in order."""

import logging
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from conversations import selectors
from conversations.channels.port import (
    Address,
    InboundMessage,
    InboundOther,
    InboundReceipt,
    InboundThing,
    Unreadable,
)
from conversations.channels.registry import adapter_for
from conversations.models import Channel, DeliveryState, InboundDelivery, InboundItem
from conversations.services.receipts import record_receipt
from conversations.services.receiving import receive_message
from crm.core.actors import system_actor
from crm.core.errors import DomainError

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=30)
GAVE_UP = "gave up: it stopped the worker each time"
GRACE = timedelta(seconds=5)  # the sweep leaves a fresh row to its own nudge


def accept_delivery(channel: Channel, body: bytes) -> int:
    """Keep a verified delivery. One INSERT; returns its id. Nothing is read here."""
    return InboundDelivery.objects.create(channel=channel, body=body).pk


def read_delivery(*, delivery_id: int) -> list[tuple[UUID, str]]:
    """Split a delivery into items, once. Returns (channel id, conversation key) pairs that have work.

    A body that can't be read is kept as a dead letter with the reason; one that breaks us is tried again, later.
    """
    attempt = _begin(delivery_id)
    if attempt is None:
        return []
    try:
        return _split(delivery_id)
    except Exception as error:
        log.exception("delivery not read", extra={"delivery": delivery_id})
        next_at = timezone.now() + _wait(attempt)
        rows = InboundDelivery.objects.filter(pk=delivery_id, state=DeliveryState.NEW)
        rows.update(error=repr(error)[:2000], next_at=next_at)
        return []


@transaction.atomic
def _begin(delivery_id: int) -> int | None:
    """Count the attempt before it is made, as for items; None when there is nothing to read now."""
    now = timezone.now()
    is_due = Q(attempts=0) | Q(next_at__lte=now)
    rows = InboundDelivery.objects.select_for_update(skip_locked=True, no_key=True)
    delivery = rows.filter(is_due, pk=delivery_id, state=DeliveryState.NEW).defer("body").first()
    if delivery is None:
        return None
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.state, delivery.error = DeliveryState.DEAD, delivery.error or GAVE_UP
        delivery.save(update_fields=["state", "error"])
        return None
    delivery.attempts, delivery.next_at = delivery.attempts + 1, now + LEASE
    delivery.save(update_fields=["attempts", "next_at"])
    return delivery.attempts


def _wait(attempt: int) -> timedelta:
    """2, 4, 8 ... seconds between two tries, 5 minutes at most."""
    return timedelta(seconds=min(300, 2**attempt))


@transaction.atomic
def _split(delivery_id: int) -> list[tuple[UUID, str]]:
    delivery = (
        InboundDelivery.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=delivery_id, state=DeliveryState.NEW)
        .select_related("channel")
        .first()
    )
    if delivery is None:
        return []
    adapter = adapter_for(delivery.channel.kind)
    try:
        reading = adapter.read(bytes(delivery.body)) if adapter else None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reading, delivery.error = None, f"{type(error).__name__}: {error}"[:2000]
    if reading is None:
        delivery.state, delivery.error = DeliveryState.DEAD, delivery.error or "no adapter for this kind"
        delivery.save(update_fields=["state", "error"])
        return []
    items = list(_items(delivery, reading.things, reading.unreadable))
    InboundItem.objects.bulk_create(items, ignore_conflicts=True)
    delivery.state = DeliveryState.DONE
    delivery.save(update_fields=["state"])
    live = dict.fromkeys((i.channel_id, i.conversation_key) for i in items if i.state == DeliveryState.NEW)
    return [(channel_id, key) for channel_id, key in live]


def _items(
    delivery: InboundDelivery, things: Iterable[InboundThing], unreadable: Iterable[Unreadable]
) -> Iterable[InboundItem]:
    """Rows to insert, each for the channel that the provider's own account id names."""
    channels = selectors.channels_with_secret_of(delivery.channel)
    if own := delivery.channel.settings.get("phone_number_id"):
        channels[str(own)] = delivery.channel  # whoever copies a number's settings gets none of its traffic
    for thing in things:
        channel = channels.get(thing.account) if thing.account else delivery.channel
        if channel is None and not delivery.channel.settings.get("phone_number_id"):
            channel = delivery.channel
        yield _item(delivery, channel, thing)
    for part in unreadable:
        yield InboundItem(
            **_common(delivery, delivery.channel, "unreadable", part.external_id),
            conversation_key=part.external_id,
            provider_time=timezone.now(),
            payload={"raw": part.raw},
            state=DeliveryState.DEAD,
            error=part.reason,
        )


def _common(delivery: InboundDelivery, channel: Channel, kind: str, external_id: str) -> dict[str, Any]:
    return {
        "workspace_id": channel.workspace_id,
        "channel": channel,
        "delivery": delivery,
        "kind": kind,
        "external_id": external_id,
        "next_at": timezone.now(),
    }


def _item(delivery: InboundDelivery, channel: Channel | None, thing: InboundThing) -> InboundItem:
    kind, key, at = _addressed(thing)
    row = InboundItem(
        **_common(delivery, channel or delivery.channel, kind, thing.external_id),
        conversation_key=key,
        provider_time=at,
        payload=_plain(thing),
    )
    if channel is None:
        row.state, row.error = DeliveryState.DEAD, f"No channel of ours has the account '{thing.account}'."
    elif isinstance(thing, InboundOther):
        row.state, row.error = DeliveryState.IGNORED, f"Notices of kind '{thing.kind}' are kept, not worked."
    elif isinstance(thing, InboundMessage) and thing.group_id:
        row.state, row.error = (
            DeliveryState.IGNORED,
            "Group messages are not filed into a contact's conversation.",
        )
    return row


def _addressed(thing: InboundThing) -> tuple[str, str, datetime]:
    """Kind, the key whose items are worked off in order, and the provider's time."""
    if isinstance(thing, InboundMessage):
        return "message", f"from:{thing.senders[-1].value}", thing.sent_at
    if isinstance(thing, InboundReceipt):
        return "receipt", f"receipt:{thing.provider_id}", thing.at
    return "other", f"other:{thing.external_id}", thing.at


def _plain(thing: InboundThing) -> dict[str, Any]:
    """The thing as JSON; times as ISO text."""
    values = dict(thing.__dict__)
    if isinstance(thing, InboundMessage):
        values["senders"] = [[a.kind, a.value] for a in thing.senders]
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}


def work_off(*, channel_id: UUID, conversation_key: str) -> int:
    """Work off the waiting items of one key in (provider time, arrival) order; returns how many were done."""
    done = 0
    while item := _claim(channel_id, conversation_key):
        if not _work(item):
            break
        done += 1
    return done


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
    for item in waiting.select_related("channel"):
        if item.next_at > now or (item.lease_until and item.lease_until > now):
            return None
        if item.attempts < MAX_ATTEMPTS:
            item.attempts, item.lease_until, item.lease_token = item.attempts + 1, now + LEASE, uuid.uuid4()
            item.save(update_fields=["attempts", "lease_until", "lease_token"])
            return item
        item.state, item.error = DeliveryState.DEAD, item.error or GAVE_UP
        item.save(update_fields=["state", "error"])
    return None


def _work(item: InboundItem) -> bool:
    """Carry one item out, all or nothing; False when it must be tried again later."""
    try:
        with transaction.atomic():
            _handle(item)
            _settle(item, DeliveryState.DONE, "")
    except DomainError as refusal:
        _settle(item, DeliveryState.DEAD, f"{refusal.code}: {refusal.message}")
    except Exception as error:
        log.exception("inbound item failed", extra={"item": item.pk})
        wait = _wait(item.attempts)
        InboundItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=DeliveryState.NEW).update(
            error=repr(error)[:2000], next_at=timezone.now() + wait, lease_until=None, lease_token=None
        )
        return False
    return True


def _settle(item: InboundItem, state: DeliveryState, error: str) -> None:
    """Final state, only for the holder of the lease: a worker that was thought dead changes nothing."""
    mine = InboundItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=DeliveryState.NEW)
    if mine.update(state=state, error=error[:2000], lease_until=None) != 1:
        raise RuntimeError(f"lost the lease of item {item.pk}")


def _handle(item: InboundItem) -> None:
    actor = system_actor(item.workspace_id, via="webhook", label=str(item.channel))
    given = item.payload
    if item.kind == "message":
        receive_message(
            actor=actor,
            channel=item.channel,
            message=InboundMessage(
                **{
                    **given,
                    "senders": tuple(Address(kind, value) for kind, value in given["senders"]),
                    "sent_at": datetime.fromisoformat(given["sent_at"]).astimezone(UTC),
                }
            ),
        )
    elif item.kind == "receipt":
        receipt = InboundReceipt(**{**given, "at": datetime.fromisoformat(given["at"]).astimezone(UTC)})
        record_receipt(actor=actor, channel=item.channel, receipt=receipt)


def overdue_deliveries(limit: int = 200) -> list[int]:
    """Deliveries whose nudge was lost."""
    now = timezone.now()
    rows = InboundDelivery.objects.filter(
        state=DeliveryState.NEW, received_at__lte=now - GRACE, next_at__lte=now
    )
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:limit])


def overdue_keys(limit: int = 200) -> list[tuple[UUID, str]]:
    """Keys with items that are due and that nobody works on."""
    now = timezone.now()
    rows = InboundItem.objects.filter(state=DeliveryState.NEW, next_at__lte=now - GRACE / 5)
    free = rows.exclude(lease_until__gt=now)
    return list(free.order_by("next_at").values_list("channel_id", "conversation_key").distinct()[:limit])
