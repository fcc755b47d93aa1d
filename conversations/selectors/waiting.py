"""What is due now, one piece of work per channel and lane: so that choosing costs the same however much waits."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Min, Q
from django.utils import timezone

from conversations import decisions
from conversations.decisions import Unit
from conversations.models import Conversation, Message, MessageStatus
from crm.core.walls import everywhere

TOGETHER = 8  # keys whose items are done in one piece of work
WINDOW = 64  # items near the head that are looked at for company
AT_ONCE = 25  # deliveries that are read together
ANY_TIMES = 32_767  # tries: the cap is whoever reads' to know
GRACE = timedelta(seconds=5)  # the sweep leaves a fresh delivery to its own nudge

# From one channel to the next: the first of each, then the second of each, so that a flood of one keeps nobody waiting.
DELIVERIES = """
WITH RECURSIVE lane AS (
  (SELECT channel_id FROM conversations_inbounddelivery WHERE state = 'new' ORDER BY channel_id LIMIT 1)
  UNION ALL
  SELECT next.channel_id FROM lane CROSS JOIN LATERAL (
    SELECT d.channel_id FROM conversations_inbounddelivery d
    WHERE d.state = 'new' AND d.channel_id > lane.channel_id ORDER BY d.channel_id LIMIT 1) next
)
SELECT first.id FROM lane CROSS JOIN LATERAL (
  SELECT d.id, d.next_at, row_number() OVER (ORDER BY d.next_at) AS place
  FROM conversations_inbounddelivery d
  WHERE d.state = 'new' AND d.channel_id = lane.channel_id AND d.attempts <= %(tried)s
    AND (%(now)s::timestamptz IS NULL OR d.next_at <= %(now)s AND d.received_at <= %(received)s)
  ORDER BY d.next_at LIMIT %(limit)s) first
ORDER BY first.place, first.next_at LIMIT %(limit)s
"""

# Both walk an index from one (channel, kind) to the next and look at the head of each; heads of queues only.
ITEMS = """
WITH RECURSIVE lane AS (
  (SELECT channel_id, kind FROM conversations_inbounditem WHERE state = 'new' ORDER BY channel_id, kind LIMIT 1)
  UNION ALL
  SELECT next.channel_id, next.kind FROM lane CROSS JOIN LATERAL (
    SELECT i.channel_id, i.kind FROM conversations_inbounditem i
    WHERE i.state = 'new' AND (i.channel_id, i.kind) > (lane.channel_id, lane.kind)
    ORDER BY i.channel_id, i.kind LIMIT 1) next
)
SELECT lane.kind, channel.workspace_id, channel.id, head.conversation_key,
  CASE WHEN head.attempts = 0 THEN beside.keys END
FROM lane JOIN conversations_channel channel ON channel.id = lane.channel_id
CROSS JOIN LATERAL (
  SELECT i.conversation_key, i.attempts FROM conversations_inbounditem i
  WHERE i.state = 'new' AND i.channel_id = lane.channel_id AND i.kind = lane.kind AND i.next_at <= %(now)s
    AND (i.lease_until IS NULL OR i.lease_until <= %(now)s) AND i.conversation_key <> ALL(%(without)s)
    AND NOT EXISTS (
      SELECT 1 FROM conversations_inbounditem older
      WHERE older.state = 'new' AND older.channel_id = i.channel_id
        AND older.conversation_key = i.conversation_key
        AND (older.provider_time, older.id) < (i.provider_time, i.id))
  ORDER BY i.next_at LIMIT 1) head
CROSS JOIN LATERAL (
  SELECT array_agg(i.conversation_key ORDER BY i.next_at) AS keys FROM (
    SELECT near.* FROM conversations_inbounditem near
    WHERE near.state = 'new' AND near.channel_id = lane.channel_id AND near.kind = lane.kind
      AND near.next_at <= %(now)s ORDER BY near.next_at LIMIT %(window)s) i
  WHERE i.attempts = 0 AND i.lease_until IS NULL AND i.conversation_key <> ALL(%(without)s)
    AND NOT EXISTS (
      SELECT 1 FROM conversations_inbounditem older
      WHERE older.state = 'new' AND older.channel_id = i.channel_id
        AND older.conversation_key = i.conversation_key
        AND (older.provider_time, older.id) < (i.provider_time, i.id))) beside
"""
SENDS = """
WITH RECURSIVE lane AS (
  (SELECT channel_id, author_kind FROM conversations_message
   WHERE direction = 'out' AND status IN ('queued', 'unknown') ORDER BY channel_id, author_kind LIMIT 1)
  UNION ALL
  SELECT next.channel_id, next.author_kind FROM lane CROSS JOIN LATERAL (
    SELECT m.channel_id, m.author_kind FROM conversations_message m
    WHERE m.direction = 'out' AND m.status IN ('queued', 'unknown')
      AND (m.channel_id, m.author_kind) > (lane.channel_id, lane.author_kind)
    ORDER BY m.channel_id, m.author_kind LIMIT 1) next
)
SELECT lane.author_kind, channel.workspace_id, channel.id, head.conversation_id
FROM lane JOIN conversations_channel channel ON channel.id = lane.channel_id
  AND channel.is_active
  AND (channel.paused_because = '' OR channel.paused_until <= %(now)s)
  AND coalesce(channel.throttled_until, %(now)s) <= %(now)s
  AND coalesce(channel.broken_until, %(now)s) <= %(now)s
CROSS JOIN LATERAL (
  SELECT m.conversation_id FROM conversations_message m
  WHERE m.direction = 'out' AND m.status IN ('queued', 'unknown') AND m.channel_id = lane.channel_id
    AND m.author_kind = lane.author_kind AND m.next_at <= %(now)s
    AND (m.lease_until IS NULL OR m.lease_until <= %(now)s) AND m.conversation_id::text <> ALL(%(without)s)
    AND NOT EXISTS (
      SELECT 1 FROM conversations_message older
      WHERE older.conversation_id = m.conversation_id AND older.direction = 'out'
        AND older.status IN ('queued', 'unknown') AND older.sequence < m.sequence)
  ORDER BY m.next_at LIMIT 1) head
"""


def fresh_deliveries(limit: int = AT_ONCE) -> list[int]:
    """Some that nobody has tried yet, as many of each channel, its oldest first."""
    return _deliveries(limit, tried=0)


def overdue_deliveries(limit: int = 200) -> list[int]:
    """Deliveries whose nudge was lost or whose next try is due, as many of each channel. For the sweep."""
    now = timezone.now()
    return _deliveries(limit, tried=ANY_TIMES, now=now, received=now - GRACE)


@everywhere()
def _deliveries(
    limit: int, *, tried: int, now: datetime | None = None, received: datetime | None = None
) -> list[int]:
    """Tried so often at most; due by `now` and `received` by then, if that is said."""
    with connection.cursor() as cursor:
        cursor.execute(DELIVERIES, {"limit": limit, "tried": tried, "now": now, "received": received})
        return [pk for (pk,) in cursor.fetchall()]


@everywhere()
def due_units(*, without: Iterable[str] = ()) -> list[Unit]:
    """The next piece of work of each channel and lane, of all workspaces; `without` the keys of broken ones."""
    given: dict[str, Any] = {"now": timezone.now(), "without": list(without), "window": WINDOW}
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, given)
        units = [_items(*row) for row in cursor.fetchall()]
        cursor.execute(SENDS, given)
        for author, workspace, channel, talk in cursor.fetchall():
            lane = decisions.AUTHOR_LANES.get(author, "bulk")
            units.append(Unit(lane, workspace, channel, str(talk)))
    return units


def _items(kind: str, workspace: UUID, channel: UUID, key: str, beside: list[str] | None) -> Unit:
    """The head of a lane, and who may come along; one that was tried before goes alone."""
    fresh = tuple(dict.fromkeys([key, *beside]))[:TOGETHER] if beside else ()
    return Unit(decisions.ITEM_LANES.get(kind, "inbound"), workspace, channel, key, fresh)


@everywhere()
def seconds_until_next_send(at_most: float) -> float | None:
    """How long until the next message may go; None when that is later than `at_most` seconds."""
    now = timezone.now()
    soon = Message.objects.filter(
        direction="out",
        status__in=[MessageStatus.QUEUED, MessageStatus.UNKNOWN],
        next_at__gt=now,
        next_at__lte=now + timedelta(seconds=at_most),
    )
    first = soon.aggregate(at=Min("next_at"))["at"]
    return (first - now).total_seconds() if first else None


@everywhere()
def overdue_sends(limit: int = 200) -> list[UUID]:
    """Conversations with a bot's answer that is too late, or a send of which nothing was heard for too long: also
    on channels that can't send now."""
    now = timezone.now()
    patience = now - decisions.BOT_PATIENCE
    late = Q(author_kind="agent", status=MessageStatus.QUEUED, created_at__lte=patience)
    late &= Q(retried_at__isnull=True) | Q(retried_at__lte=patience)
    silent = Q(status=MessageStatus.UNKNOWN, attempted_at__lte=now - decisions.UNKNOWN_AT_MOST)
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    rows = Message.objects.filter(late | silent, free, direction="out")
    found = rows.order_by(F("next_at").asc(nulls_first=True)).values_list("conversation_id", flat=True)
    return list(dict.fromkeys(found[:limit]))


@everywhere()
def due_wakings(limit: int = 500) -> list[tuple[UUID, UUID]]:
    """(workspace, conversation) whose snooze is over, of all workspaces, the longest due first. For the sweep."""
    rows = Conversation.objects.filter(status=Conversation.Status.SNOOZED, snoozed_until__lte=timezone.now())
    return list(rows.order_by("snoozed_until").values_list("workspace_id", "pk")[:limit])
