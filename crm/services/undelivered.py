"""Events whose reaction broke as often as we try: dead letters of the bus."""

import json

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.bus import MAX_ATTEMPTS
from crm.core.actors import Actor
from crm.core.dead_letters import Brief, Source
from crm.errors import NotDeadError
from crm.models import EventRecord


def replay_event(*, actor: Actor, pk: int) -> None:
    """Tell its reactions once more, within seconds; those that had succeeded hear of it again, and bear it."""
    rows = EventRecord.objects.filter(pk=pk, workspace_id=actor.workspace_id, delivered_at__isnull=True)
    if not rows.filter(attempts__gte=MAX_ATTEMPTS).update(attempts=0, next_at=timezone.now()):
        raise NotDeadError


def _text(record: EventRecord) -> bytes:
    return json.dumps(record.payload, ensure_ascii=False).encode()


DEAD_EVENTS = Source(
    key="event",
    title=_("News that reached nobody"),
    dead=lambda: EventRecord.objects.filter(delivered_at__isnull=True, attempts__gte=MAX_ATTEMPTS),
    since="occurred_at",
    reason="name",
    brief=lambda record: Brief(record.error, record.name, attempts=record.attempts),
    text=_text,
    replay=replay_event,
)
