"""Reading slots."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from conversations.models import Message
from leads.models import Lead, LeadSlot, Slot


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


def slots_of(lead: Lead, message_url: str = "", definitions: Iterable[Slot] | None = None) -> list[SlotView]:
    """All slots of a lead, known or not, with provenance; two queries, one when the definitions are given.

    `message_url` is the address of the conversation; the message is shown by `#message-<id>`.
    """
    said_at = Message.objects.filter(pk=OuterRef("message_id")).values("created_at")[:1]
    rows = LeadSlot.objects.filter(lead=lead).annotate(said_at=Subquery(said_at))
    values = {row.key: row for row in rows}
    wanted = slot_definitions(lead.workspace_id) if definitions is None else definitions
    views = [_view(d.key, d, values.pop(d.key, None), lead, message_url) for d in wanted]
    return views + [_view(key, None, value, lead, message_url) for key, value in values.items()]


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
    url = f"{message_url}#message-{value.message_id}" if message_url and value.message_id else ""
    return SlotView(**named, message_url=url, **{name: getattr(value, name) for name in PROVENANCE})


PROVENANCE = (
    "value", "normalised", "confidence", "message_id", "start", "end", "quote", "is_confirmed", "is_inferred",
    "because", "source", "said_at",
)  # fmt: skip
