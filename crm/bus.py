"""The only announcement there is. A fact is written with the change, delivered after the commit, at least once."""

import logging
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.core.actors import Actor
from crm.core.events import Envelope, Event, kind_of, reactions_to
from crm.core.gathering import put
from crm.core.walls import everywhere, within
from crm.models import EventRecord

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=5)  # the sweep leaves a fresh event to the process that published it
MAX_WAIT = 300  # seconds between two tries at most
MAX_ATTEMPTS = 20  # over about an hour; then it is a dead letter, and people decide


def publish(event: Event, *, actor: Actor) -> EventRecord:
    """Write a fact in the caller's transaction; reactions hear of it after the commit."""
    now = timezone.now()
    record = EventRecord.objects.create(
        workspace_id=actor.workspace_id,
        name=event.name,
        payload=event.payload(),
        refs=event.refs(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        via=actor.via,
        cause_id=actor.cause_id,
        depth=actor.depth,
        occurred_at=now,
        next_at=now + GRACE,
    )
    transaction.on_commit(partial(deliver, record), robust=True)
    return record


def deliver(record: EventRecord, *, is_counted: bool = False) -> bool:
    """Tell every reaction. A broken one does not silence the others; delivered only if all succeeded.
    `is_counted`: the sweep has counted this try before it was made."""
    with within(record.workspace_id):
        return _deliver(record, is_counted)


def _deliver(record: EventRecord, is_counted: bool) -> bool:
    errors = _tell(record)
    if not errors:
        put(_mark_delivered, record.pk, record, is_mark=True)
        return True
    rows = EventRecord.objects.filter(pk=record.pk, delivered_at__isnull=True)
    wait = min(MAX_WAIT, 5 * 2 ** min(record.attempts, 6))
    rows.update(
        attempts=F("attempts") + (0 if is_counted else 1),
        next_at=timezone.now() + timedelta(seconds=wait),
        error="\n".join(errors)[:4000],
    )
    return False


def _mark_delivered(records: list[EventRecord]) -> None:
    """All who waited for them know."""
    for workspace_id in dict.fromkeys(record.workspace_id for record in records):
        theirs = [record.pk for record in records if record.workspace_id == workspace_id]
        with within(workspace_id):
            rows = EventRecord.objects.filter(pk__in=theirs, delivered_at__isnull=True)
            rows.update(delivered_at=timezone.now(), error="")


def deliver_overdue(limit: int = 200) -> int:
    """Deliver what the publishing process could not; returns how many were due. Safe to run anywhere, any time."""
    with everywhere(), transaction.atomic():
        due = list(
            EventRecord.objects.select_for_update(skip_locked=True)
            .filter(delivered_at__isnull=True, next_at__lte=timezone.now(), attempts__lt=MAX_ATTEMPTS)
            .order_by("next_at")[:limit]
        )
        claimed = EventRecord.objects.filter(pk__in=[r.pk for r in due])  # counted now: one that kills
        claimed.update(next_at=timezone.now() + 2 * GRACE, attempts=F("attempts") + 1)  # never gets to say so
    for record in sorted(due, key=lambda r: r.sequence):  # as it happened
        deliver(record, is_counted=True)
    return len(due)


def _tell(record: EventRecord) -> list[str]:
    """Call who waits for the event; returns what went wrong. An event that can't be read must not stop the next."""
    try:
        envelope = _envelope(record)
    except TypeError as error:
        log.exception("event can't be read", extra={"news": record.name})
        return [f"{record.name} #{record.sequence}: {error}"]
    return [] if envelope is None else [e for r in reactions_to(record.name) if (e := _call(r, envelope))]


def _envelope(record: EventRecord) -> Envelope[Event] | None:
    kind = kind_of(record.name)
    if kind is None:
        return None
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in record.payload.items()}
    return Envelope(
        id=record.id,
        sequence=record.sequence,
        event=kind(**values),
        workspace_id=record.workspace_id,
        occurred_at=record.occurred_at,
        actor_kind=record.actor_kind,
        actor_id=record.actor_id,
        depth=record.depth,
        actor_label=record.actor_label,
        via=record.via,
        cause_id=record.cause_id,
    )


def _call(reaction: object, envelope: Envelope[Event]) -> str:
    """Run one reaction; its failure is logged, kept on the event and tried again by the sweep."""
    try:
        reaction(envelope)  # type: ignore[operator]
    except Exception as error:
        log.exception("reaction failed", extra={"news": envelope.event.name})
        return f"{getattr(reaction, '__qualname__', reaction)}: {error!r}"
    return ""
