"""Reading slots."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from leads import policies
from leads.models import Lead, LeadSlot, Slot
from leads.selectors.said import quote_of, with_times


@dataclass(frozen=True)
class SlotView:
    """A slot as a page shows it: its definition, its value (empty when not known), where that came from."""

    key: str
    label: str
    kind: str
    is_required: bool
    options: list[str]
    value: str = ""
    normalised: dict[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    message_id: UUID | None = None
    message_url: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    is_confirmed: bool = False
    is_inferred: bool = False
    because: str = ""
    source: str = ""
    said_at: datetime | None = None  # when the message came
    lead_id: UUID | None = None

    @property
    def is_known(self) -> bool:
        """True when there is a value."""
        return bool(self.value)

    @property
    def percent(self) -> int:
        """The confidence for people, 0..100."""
        return round(self.confidence * 100)


def slot_definitions(workspace_id: UUID) -> QuerySet[Slot]:
    """The active slots of a workspace, in the order they are asked for."""
    return Slot.objects.filter(workspace_id=workspace_id, is_active=True).order_by("position", "key")


def all_slots(actor: Actor) -> QuerySet[Slot]:
    """Every slot of the workspace, those that are asked for first and in that order; for whoever sets them up."""
    policies.check_can_set_up(actor)
    return Slot.objects.filter(workspace_id=actor.workspace_id).order_by("-is_active", "position", "key")


def get_slot(actor: Actor, slot_id: UUID) -> Slot:
    """One of them."""
    found = all_slots(actor).filter(pk=slot_id).first()
    if found is None:
        raise NotFoundError
    return found


def slots_held(lead: Lead) -> dict[str, LeadSlot]:
    """The values that are known of a lead, by key."""
    return {row.key: row for row in LeadSlot.objects.filter(lead=lead)}


def slots_of(
    actor: Actor,
    lead: Lead,
    message_url: str = "",
    definitions: Iterable[Slot] | None = None,
    known: Iterable[LeadSlot] | None = None,
) -> list[SlotView]:
    """All slots of a lead, known or not, with provenance; two queries, one less for each of the two that is given.

    `message_url` is the address of the conversation; the message is shown by `#message-<id>`.
    """
    rows = with_times(actor, LeadSlot.objects.filter(lead=lead)) if known is None else known
    values = {row.key: row for row in rows}
    wanted = slot_definitions(lead.workspace_id) if definitions is None else definitions
    views = [_view(d.key, d, values.pop(d.key, None), lead, message_url) for d in wanted]
    return views + [_view(key, None, value, lead, message_url) for key, value in values.items()]


def plain_slots(actor: Actor, lead_ids: OuterRef) -> ArraySubquery:
    """The values of a lead as a column of another statement, for `read_slots`."""
    rows = with_times(actor, LeadSlot.objects.filter(lead=lead_ids)).order_by("key")
    return ArraySubquery(rows.values(j=JSONObject(**{name: F(name) for name in ("key", *PROVENANCE)})))


def read_slots(plain: Iterable[dict[str, Any]]) -> list[LeadSlot]:
    """The values of such a column."""
    return [_read(dict(row)) for row in plain]


def _read(row: dict[str, Any]) -> LeadSlot:
    said_at = row.pop("said_at")
    slot = LeadSlot(**{**row, "message_id": UUID(row["message_id"]) if row["message_id"] else None})
    slot.said_at = parse_datetime(said_at) if said_at else None  # type: ignore[attr-defined]
    return slot


def _view(key: str, slot: Slot | None, value: LeadSlot | None, lead: Lead, message_url: str) -> SlotView:
    """One slot for the page; a value whose definition is gone keeps its key as the label."""
    named: dict[str, Any] = {
        "key": key,
        "label": slot.label if slot else key.replace("_", " ").capitalize(),
        "kind": slot.kind if slot else "text",
        "is_required": bool(slot and slot.is_required),
        "options": slot.options if slot else [],
        "lead_id": lead.pk,
    }
    if value is None:
        return SlotView(**named)
    shown = {name: getattr(value, name) for name in PROVENANCE} | {"quote": quote_of(value)}
    if shown["said_at"] is None:  # no message, or none that may be read: nowhere to go
        shown["message_id"] = None
    url = f"{message_url}#message-{value.message_id}" if message_url and shown["message_id"] else ""
    return SlotView(**named, message_url=url, **shown)


PROVENANCE = (
    "value", "normalised", "confidence", "message_id", "start", "end", "quote", "is_confirmed", "is_inferred",
    "because", "source", "said_at",
)  # fmt: skip
