"""Who changed what, when and through which door: the workspace's events for those who manage it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from crm import policies
from crm.core.actors import Actor
from crm.core.events import known_names
from crm.models import EventRecord

PAGE = 50
EXPORTED = 10_000  # lines of an export at most, the newest
AREAS: dict[str, tuple[str, ...]] = {
    "people": (
        "crm.member_", "crm.user_changed", "crm.role_", "crm.invitation_", "crm.api_key_", "crm.team_",
    ),
    "settings": (
        "crm.workspace_", "agents.agent_", "leads.slot_settings_", "leads.scoring_", "conversations.label_",
        "conversations.canned_reply_", "conversations.channel_", "crm.configuration_",
    ),
    "contacts": ("crm.contact", "crm.identities_"),
    "conversations": ("conversations.",),
    "leads": ("leads.",),
    "agents": ("agents.",),
    "repairs": ("crm.dead_letter_", "crm.replay_"),
}  # fmt: skip
KINDS = ("agent", "api_client", "automation", "contact", "system")


@dataclass(frozen=True)
class AuditWish:
    """What somebody wants to see of the trail; what is empty is not asked."""

    who: str = ""  # a person's id, or a kind of actor
    what: str = ""  # an area, or the name of one kind of event
    record: str = ""  # a row's id, or "lead:<id>"
    since: datetime | None = None
    until: datetime | None = None  # of the last day
    before: int | None = None  # a place in the trail


def audit_rows(actor: Actor, wish: AuditWish) -> QuerySet[EventRecord]:
    """The lines of the trail that are asked for, newest first."""
    policies.check_can_manage_settings(actor)
    rows = EventRecord.objects.filter(_of(wish), workspace_id=actor.workspace_id)
    return rows.order_by("-sequence")


def _of(wish: AuditWish) -> Q:
    asked = Q()
    if wish.who:
        asked &= Q(actor_kind=wish.who) if wish.who in KINDS else Q(actor_id=wish.who)
    if wish.what:
        names = [n for n in known_names() if n.startswith(AREAS.get(wish.what, (wish.what,)))]
        asked &= Q(name__in=names if wish.what in AREAS else [wish.what])
    if wish.record:
        asked &= Q(refs__overlap=_refs(wish.record))
    if wish.since:
        asked &= Q(occurred_at__gte=wish.since)
    if wish.until:
        asked &= Q(occurred_at__lt=wish.until + timedelta(days=1))
    return asked & Q(sequence__lt=wish.before) if wish.before is not None else asked


RECORDS = (
    "lead", "contact", "conversation", "user", "agent", "slot", "team", "role", "message", "label", "canned_reply",
    "channel", "version", "api_key", "invitation", "letter", "workspace", "copy",
)  # fmt: skip


def _refs(record: str) -> list[str]:
    """What rows of this id are called in the trail: "lead:<id>" as it is, a bare id as whatever it may be."""
    record = record.strip().casefold()
    return [record] if ":" in record else [f"{kind}:{record}" for kind in RECORDS]


def audit_page(actor: Actor, wish: AuditWish) -> tuple[list[EventRecord], int | None]:
    """One page of the trail, and the place behind which the next one begins (None at its end)."""
    found = list(audit_rows(actor, wish)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].sequence if len(found) > PAGE else None


def audit_lines(actor: Actor, wish: AuditWish) -> Iterator[list[Any]]:
    """The same as lines of a table with a head, at most EXPORTED; the last one says so when there were more."""
    yield ["time", "who", "kind", "from", "event", "about", "details"]
    for number, row in enumerate(audit_rows(actor, wish)[: EXPORTED + 1]):
        if number == EXPORTED:
            yield [f"Only the newest {EXPORTED} lines are here. Narrow the days to get the others."]
        else:
            yield _line(row)


def _line(row: EventRecord) -> list[Any]:
    when, about = row.occurred_at.isoformat(), " ".join(row.refs)
    details = "; ".join(f"{k}: {v}" for k, v in row.payload.items() if not k.endswith("_id"))
    return [when, row.actor_label, row.actor_kind, row.via, row.name, about, details]
