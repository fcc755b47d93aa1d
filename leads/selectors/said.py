"""The words that events point at, read with the events: of a message, for those who may read it, and of a note."""

from typing import Any
from uuid import UUID

from django.db.models import CharField, OuterRef, QuerySet, Subquery, UUIDField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, JSONObject, Left, NullIf
from django.utils.dateparse import parse_datetime

from conversations.models import Message
from crm.core.actors import Actor
from crm.models import EventRecord
from leads.models import LeadNote

SNIPPET = 280
NOTE = ("id", "text", "author_id", "edited_at", "deleted_at")


def with_words(actor: Actor, rows: QuerySet[EventRecord]) -> QuerySet[EventRecord]:
    """The same events, each with the words it points at; still one statement."""
    here = {"workspace_id": actor.workspace_id, "pk": OuterRef("points_at")}
    notes = LeadNote.objects.filter(**here).values(plain=JSONObject(**{name: name for name in NOTE}))
    rows = rows.annotate(points_at=_pointer("note_id"), said_note=Subquery(notes[:1]))
    if not actor.may("conversations.view"):
        return rows
    said = Message.objects.filter(workspace_id=actor.workspace_id, pk=OuterRef("said_by"))
    text = said.values(start=Left("text", SNIPPET, output_field=CharField()))[:1]
    return rows.annotate(said_by=_pointer("message_id"), said_text=Subquery(text))


def _pointer(name: str) -> Cast:
    """The id an event's payload holds under a name."""
    return Cast(NullIf(KT(f"payload__{name}"), Value("")), UUIDField())


def words_of(record: EventRecord) -> str:
    """The words of the message an event points at; empty when there is none, or none to be read."""
    return getattr(record, "said_text", "") or ""


def note_of(record: EventRecord) -> LeadNote | None:
    """The note an event points at, as it reads now."""
    plain: dict[str, Any] | None = getattr(record, "said_note", None)
    if plain is None:
        return None
    times = {name: plain[name] and parse_datetime(plain[name]) for name in ("edited_at", "deleted_at")}
    ids = {name: UUID(plain[name]) if plain[name] else None for name in ("id", "author_id")}
    return LeadNote(text=plain["text"], **ids, **times)
