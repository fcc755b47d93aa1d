"""Words of conversations on pages of leads, for those who may read them there; and of notes.

Who sees a lead does not always see its conversation: that may be another team's.
"""

from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, JSONObject, Left, NullIf
from django.utils.dateparse import parse_datetime

from conversations.models import Conversation, Message
from conversations.selectors import visible_conversations, visible_messages
from crm.core.actors import Actor
from crm.models import EventRecord
from leads.models import Lead, LeadNote, LeadSlot

SNIPPET = 280
NOTE = ("id", "text", "author_id", "edited_at", "deleted_at")


def with_words(actor: Actor, rows: QuerySet[EventRecord]) -> QuerySet[EventRecord]:
    """The same events, each with the words it points at; still one statement."""
    here = {"workspace_id": actor.workspace_id, "pk": OuterRef("points_at")}
    notes = LeadNote.objects.filter(**here).values(plain=JSONObject(**{name: name for name in NOTE}))
    rows = rows.annotate(points_at=_pointer("note_id"), said_note=Subquery(notes[:1]))
    said = _messages(actor).filter(pk=OuterRef("said_by"))
    text = said.values(start=Left("text", SNIPPET, output_field=CharField()))[:1]
    return rows.annotate(said_by=_pointer("message_id"), said_text=Subquery(text))


def _messages(actor: Actor) -> QuerySet[Message]:
    return visible_messages(actor) if actor.may("conversations.view") else Message.objects.none()


def _conversations(actor: Actor) -> QuerySet[Conversation]:
    return visible_conversations(actor) if actor.may("conversations.view") else Conversation.objects.none()


def with_times(actor: Actor, rows: QuerySet[LeadSlot]) -> QuerySet[LeadSlot]:
    """Values with the time their message came; without one for whoever may not read it."""
    said_at = _messages(actor).filter(pk=OuterRef("message_id")).values("created_at")[:1]
    return rows.annotate(said_at=Subquery(said_at))


def quote_of(slot: Any) -> str:
    """The words a value came from; nothing when they are a message's that may not be read."""
    return slot.quote if slot.message_id is None or slot.said_at is not None else ""


def last_words(actor: Actor) -> Case:
    """What was said last to or by a lead; nothing for whoever may not read its conversation."""
    theirs = Exists(_conversations(actor).filter(pk=OuterRef("conversation_id")))
    may_read = When(Q(conversation_id__isnull=True) | theirs, then=F("last_message_text"))
    return Case(may_read, default=Value(""), output_field=CharField())


def with_last_words(actor: Actor, rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """The same leads, each with its last words (`heard_text`)."""
    heard: dict[str, Any] = {"heard_text": last_words(actor)}
    return rows.annotate(**heard)


def told_leads(actor: Actor, rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """The same leads with their last words and their slots, as this actor may read them."""
    slots = Prefetch("slots", with_times(actor, LeadSlot.objects.all()))
    return with_last_words(actor, rows).prefetch_related(slots)


def told_lead(actor: Actor, lead: Lead) -> Lead:
    """The same for one the actor has in hand: what they just did may have put it out of their sight."""
    return told_leads(actor, Lead.objects.filter(workspace_id=actor.workspace_id, pk=lead.pk)).get()


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
