"""How channels are doing: what is known of each right now, in one query per sign."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from conversations import decisions
from conversations.models import (
    Channel,
    ChannelNotice,
    DeliveryState,
    InboundDelivery,
    InboundItem,
    Message,
    MessageStatus,
)
from crm import selectors as crm
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.permissions import check
from crm.core.walls import everywhere

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class ChannelCard:
    """A channel with its signs and what they mean."""

    channel: Channel
    signs: decisions.ChannelSigns
    health: decisions.ChannelHealth
    last_inbound_at: datetime | None


def channel_cards(actor: Actor) -> list[ChannelCard]:
    """The workspace's channels, those in trouble first."""
    check(actor, "conversations.view")
    rows = Channel.objects.filter(workspace_id=actor.workspace_id)
    order = {"red": 0, "amber": 1, "green": 2, "off": 3}
    return sorted(cards_of(rows), key=lambda card: (order[card.health.colour], str(card.channel)))


def channel_card(actor: Actor, channel_id: UUID) -> ChannelCard:
    """One channel's card."""
    check(actor, "conversations.view")
    found = cards_of(Channel.objects.filter(workspace_id=actor.workspace_id, pk=channel_id))
    if not found:
        raise NotFoundError
    return found[0]


def cards_of(channels: QuerySet[Channel]) -> list[ChannelCard]:
    """Cards of some channels of one workspace."""
    last = InboundDelivery.objects.filter(channel=OuterRef("pk")).order_by("-pk").values("received_at")[:1]
    rows = list(channels.annotate(last_inbound_at=Subquery(last)))
    known = _known_of([row.pk for row in rows])
    return [_card(row, row.last_inbound_at, known) for row in rows]


def _card(channel: Channel, last: datetime | None, known: dict[str, dict[UUID, Any]]) -> ChannelCard:
    now = timezone.now()
    own = {name: values[channel.pk] for name, values in known.items() if channel.pk in values}
    signs = decisions.ChannelSigns(
        is_active=channel.is_active,
        paused_because=channel.paused_because,
        is_broken=bool(channel.broken_until),
        is_throttled=bool(channel.throttled_until and channel.throttled_until > now),
        check_error=channel.check_error,
        since_inbound=(now - last).total_seconds() if last else None,
        **own,
    )
    return ChannelCard(channel, signs, decisions.health_of(signs), last)


def _known_of(ids: Collection[UUID]) -> dict[str, dict[UUID, Any]]:
    """Sign by sign, by channel."""
    now = timezone.now()
    deliveries = InboundDelivery.objects.filter(channel__in=ids, state=DeliveryState.NEW)
    items = InboundItem.objects.filter(channel__in=ids, state=DeliveryState.NEW)
    out = Message.objects.filter(channel__in=ids, direction="out")
    queued = out.filter(status=MessageStatus.QUEUED, next_at__lte=now).values_list("channel")
    tried = out.filter(attempted_at__gte=now - HOUR).order_by()
    broke = Q(status__in=[MessageStatus.FAILED, MessageStatus.QUEUED, MessageStatus.UNKNOWN])
    broke &= ~Q(error_code__in=["", *decisions.ONE_CUSTOMERS])
    return {
        "oldest_unread": _ages(
            now,
            deliveries.values_list("channel").annotate(at=Min("received_at")),
            items.values_list("channel").annotate(at=Min("delivery__received_at")),
        ),
        "oldest_queued": _ages(now, queued.annotate(at=Min("next_at"))),
        "sends": dict(tried.values_list("channel").annotate(n=Count("pk"))),
        "errors": dict(tried.filter(broke).values_list("channel").annotate(n=Count("pk"))),
        "dead": _dead(ids),
        "problem": _told(ids, "problem", now),
        "warning": _told(ids, "warning", now),
    }


def _ages(now: datetime, *firsts: Any) -> dict[UUID, float]:
    """The greatest age in seconds by channel."""
    ages: dict[UUID, float] = {}
    for channel_id, at in (pair for first in firsts for pair in first.order_by()):
        ages[channel_id] = max(ages.get(channel_id, 0.0), (now - at).total_seconds())
    return ages


def _dead(ids: Collection[UUID]) -> dict[UUID, int]:
    """Dead deliveries, items and replies by channel, without what was set aside."""
    counts: dict[UUID, int] = {}
    for key in ("delivery", "item", "message"):
        for channel_id, n in _counted(crm.waiting_rows(key).filter(channel__in=ids)):
            counts[channel_id] = counts.get(channel_id, 0) + n
    return counts


def _counted(rows: QuerySet[Any]) -> Any:
    return rows.order_by().values_list("channel").annotate(n=Count("pk"))


def _told(ids: Collection[UUID], level: str, now: datetime) -> dict[UUID, str]:
    """The newest notice of a level in the last day, by channel."""
    rows = ChannelNotice.objects.filter(channel__in=ids, level=level, at__gte=now - DAY).order_by("at")
    return dict(rows.values_list("channel", "title"))


@everywhere()
def workspaces_with_channels() -> list[UUID]:
    """Where there is a channel to look after."""
    rows = Channel.objects.filter(is_active=True).order_by()
    return list(rows.values_list("workspace_id", flat=True).distinct())


@everywhere()
def oldest_queued_by_lane() -> dict[str, float]:
    """Age in seconds of the oldest message that is due to be sent, per lane: people's words, the bot's, bulk."""
    now = timezone.now()
    rows = Message.objects.filter(direction="out", status=MessageStatus.QUEUED, next_at__lte=now).order_by()
    ages = {f"sending_{lane}": 0.0 for lane in ("person", "bot", "bulk")}
    for author, at in rows.values_list("author_kind").annotate(at=Min("next_at")):
        lane = f"sending_{decisions.AUTHOR_LANES.get(author, 'bulk')}"
        ages[lane] = max(ages[lane], (now - at).total_seconds())
    return ages
