"""Deliveries: the raw bytes first, then one row per thing they hold."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Func, IntegerField, Q
from django.utils import timezone

from conversations import decisions, selectors
from conversations.channels.port import (
    Address,
    InboundChange,
    InboundConsent,
    InboundMessage,
    InboundNotice,
    InboundOther,
    InboundReceipt,
    InboundThing,
    Unreadable,
)
from conversations.channels.registry import adapter_for
from conversations.models import Channel, DeliveryState, InboundDelivery, InboundItem
from conversations.services.packing import kind_of, pack
from crm.core.walls import everywhere

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=settings.CLAIM_LEASE)
GAVE_UP = "gave up: it stopped the worker each time"
UNKNOWN = "No channel of ours has the account '%s'."
EDITED = "Edited by a person, and so filed in this workspace only: no channel of it has the account '%s'."
SMALL = 64 * 1024  # bytes of a body that is read together with others


class OctetLength(Func):
    """How many bytes a binary column holds, without fetching them."""

    function = "octet_length"
    output_field = IntegerField()


@everywhere()
def read_delivery(*, delivery_id: int) -> list[tuple[UUID, str]]:
    """Split a delivery into items, once. Returns (channel id, conversation key) pairs that have work.

    A body that can't be read is kept as a dead letter with the reason; one that breaks us is tried again, later.
    """
    attempt = _begin(delivery_id)
    return [] if attempt is None else _read_alone(delivery_id, attempt)


@everywhere()
def read_deliveries(*, delivery_ids: Sequence[int]) -> list[tuple[UUID, str]]:
    """Split several deliveries: small fresh ones together, the others each by itself. One that breaks stops nobody;
    what somebody else is at is left to them. Returns (channel id, conversation key) pairs that have work."""
    fresh, others = _begin_together(delivery_ids)
    keys = _read_together(fresh)
    for pk in others:
        keys += read_delivery(delivery_id=pk)
    return list(dict.fromkeys(keys))


def _read_together(begun: Sequence[int]) -> list[tuple[UUID, str]]:
    """In one transaction; when one of them breaks it, each in its own."""
    if not begun:
        return []
    try:
        return _split(begun)
    except Exception:
        log.exception("deliveries not read together", extra={"deliveries": len(begun)})
        return [key for pk in begun for key in _read_alone(pk, 1)]


def _read_alone(delivery_id: int, attempt: int) -> list[tuple[UUID, str]]:
    """One whose attempt is counted; when it breaks, it is due again later."""
    try:
        return _split([delivery_id])
    except Exception as error:
        log.exception("delivery not read", extra={"delivery": delivery_id})
        next_at = timezone.now() + decisions.wait_before_reading(attempt, settings.READ_RETRY_AT_MOST)
        rows = InboundDelivery.objects.filter(pk=delivery_id, state=DeliveryState.NEW)
        rows.update(error=repr(error)[:2000], next_at=next_at)
        return []


@transaction.atomic
def _begin_together(delivery_ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """Count the first attempt of those that may be read together; and the others that are due. Who was tried before
    is read alone: it may be the one that stops its worker, and then its neighbours are not stopped with it again."""
    rows = InboundDelivery.objects.select_for_update(skip_locked=True, no_key=True)
    due = rows.filter(_is_due(), pk__in=delivery_ids, state=DeliveryState.NEW).annotate(
        size=OctetLength("body")
    )
    found = list(due.order_by("pk").values_list("pk", "attempts", "size"))
    fresh = [pk for pk, attempts, size in found if attempts == 0 and size <= SMALL]
    InboundDelivery.objects.filter(pk__in=fresh).update(attempts=1, next_at=timezone.now() + LEASE)
    return fresh, [pk for pk, _, _ in found if pk not in fresh]


def _is_due() -> Q:
    """Never tried, or time for another try."""
    return Q(attempts=0) | Q(next_at__lte=timezone.now())


@transaction.atomic
def _begin(delivery_id: int) -> int | None:
    """Count the attempt before it is made, as for items; None when there is nothing to read now."""
    rows = InboundDelivery.objects.select_for_update(skip_locked=True, no_key=True)
    delivery = rows.filter(_is_due(), pk=delivery_id, state=DeliveryState.NEW).defer("body").first()
    if delivery is None:
        return None
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.reason = decisions.why_given_up(delivery.error)
        delivery.state, delivery.error = DeliveryState.DEAD, delivery.error or GAVE_UP
        delivery.save(update_fields=["state", "error", "reason"])
        return None
    delivery.attempts, delivery.next_at = delivery.attempts + 1, timezone.now() + LEASE
    delivery.save(update_fields=["attempts", "next_at"])
    return delivery.attempts


@transaction.atomic
def _split(delivery_ids: Sequence[int]) -> list[tuple[UUID, str]]:
    """All of them or none."""
    rows = InboundDelivery.objects.select_for_update(of=("self",), no_key=True).select_related("channel")
    deliveries = list(rows.filter(pk__in=delivery_ids, state=DeliveryState.NEW).order_by("pk"))
    channels = {row.channel_id: row.channel for row in deliveries}
    numbers = {pk: _numbers_beside(channel) for pk, channel in channels.items()}
    items = [item for delivery in deliveries for item in _read(delivery, _reach(delivery, numbers))]
    InboundItem.objects.bulk_create(items, ignore_conflicts=True)
    _keep_states(deliveries)
    live = dict.fromkeys((i.channel_id, i.conversation_key) for i in items if i.state == DeliveryState.NEW)
    return list(live)


def _reach(delivery: InboundDelivery, numbers: Mapping[UUID, Mapping[str, Channel]]) -> Mapping[str, Channel]:
    """Whose its things may be: what the provider signed, any number's of its app; what a person edited, only those of
    the delivery's own workspace."""
    beside = numbers[delivery.channel_id]
    if delivery.edited_at is None:
        return beside
    return {n: channel for n, channel in beside.items() if channel.workspace_id == delivery.workspace_id}


def _keep_states(deliveries: Sequence[InboundDelivery]) -> None:
    """Most are done, and nothing else is to be said of them."""
    done = [delivery.pk for delivery in deliveries if delivery.state == DeliveryState.DONE]
    InboundDelivery.objects.filter(pk__in=done).update(state=DeliveryState.DONE)
    for delivery in deliveries:
        if delivery.state != DeliveryState.DONE:
            delivery.save(update_fields=["state", "error", "reason"])


def _numbers_beside(channel: Channel) -> dict[str, Channel]:
    """Whose a thing may be that comes to this channel, by the provider's id of the number."""
    channels = selectors.channels_with_secret_of(channel)
    if own := channel.settings.get("phone_number_id"):
        channels[str(own)] = channel  # whoever copies a number's settings gets none of its traffic
    return channels


def _read(delivery: InboundDelivery, numbers: Mapping[str, Channel]) -> list[InboundItem]:
    """What one holds; it is done then, or dead with the reason."""
    adapter = adapter_for(delivery.channel.kind)
    try:
        reading = adapter.read(bytes(delivery.body)) if adapter else None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reading, delivery.error = None, f"{type(error).__name__}: {error}"[:2000]
    if reading is None:
        delivery.reason = decisions.UNREADABLE_BODY if adapter else decisions.NO_ADAPTER
        delivery.state, delivery.error = DeliveryState.DEAD, delivery.error or "no adapter for this kind"
        return []
    delivery.state = DeliveryState.DONE
    return list(_items(delivery, numbers, reading.things, reading.unreadable))


def _items(
    delivery: InboundDelivery,
    numbers: Mapping[str, Channel],
    things: Iterable[InboundThing],
    unreadable: Iterable[Unreadable],
) -> Iterable[InboundItem]:
    """Rows to insert, each for the channel that the provider's own account id names."""
    for thing in things:
        yield _item(delivery, _channel_of(delivery.channel, numbers, thing), thing)
    for part in unreadable:
        yield InboundItem(
            **_common(delivery, delivery.channel, "unreadable", part.external_id),
            conversation_key=part.external_id,
            provider_time=timezone.now(),
            payload={"raw": part.raw},
            state=DeliveryState.DEAD,
            error=part.reason,
            reason=decisions.UNREADABLE_PART,
        )


def _channel_of(came_to: Channel, channels: Mapping[str, Channel], thing: InboundThing) -> Channel | None:
    """By the number it is about, else by the business account; what names neither belongs where it came to."""
    if thing.account:
        is_any = not came_to.settings.get("phone_number_id")
        return channels.get(thing.account) or (came_to if is_any else None)
    business = thing.business_account if isinstance(thing, InboundNotice) else ""
    if not business or came_to.settings.get("waba_id", business) == business:
        return came_to
    return next((c for c in channels.values() if c.settings.get("waba_id") == business), None)


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
    key, at = _addressed(thing)
    row = InboundItem(
        **_common(delivery, channel or delivery.channel, kind_of(thing), thing.external_id),
        conversation_key=key,
        provider_time=at,
        payload=pack(thing),
    )
    if channel is None:
        row.state, row.reason = DeliveryState.DEAD, decisions.UNKNOWN_ACCOUNT
        row.error = (EDITED if delivery.edited_at else UNKNOWN) % _account_of(thing)
    elif isinstance(thing, InboundOther):
        row.state = DeliveryState.IGNORED
        row.error = thing.reason or f"Notices of kind '{thing.kind}' are kept, not worked."
    elif isinstance(thing, InboundMessage | InboundChange) and thing.group_id:
        row.state = DeliveryState.IGNORED
        row.error = "Group messages are not filed into a contact's conversation."
    return row


def _account_of(thing: InboundThing) -> str:
    return thing.account or (thing.business_account if isinstance(thing, InboundNotice) else "")


def _addressed(thing: InboundThing) -> tuple[str, datetime]:
    """The key whose items are worked off in order, and the provider's time."""
    if isinstance(thing, InboundMessage):
        return _key_of(thing.senders), thing.sent_at
    if isinstance(thing, InboundChange | InboundConsent):
        return _key_of(thing.senders), thing.at
    if isinstance(thing, InboundReceipt):
        return f"receipt:{thing.provider_id}", thing.at
    return f"{kind_of(thing)}:{thing.external_id}", thing.at


def _key_of(senders: Sequence[Address]) -> str:
    """One person, one queue: by their user id, which comes with or without a number; else by the number."""
    by_kind = {address.kind: address.value for address in senders}
    return decisions.queue_of(by_kind.get("bsuid") or senders[0].value)
