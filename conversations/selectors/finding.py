"""Words looked for inside one conversation: where they stand, the youngest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from conversations.models import Conversation, Message, Note

FOUND_AT_MOST = 200  # more than anybody walks through
WORDS_AT_MOST = 6


@dataclass(frozen=True)
class Place:
    """A message or a note in which the words stand, and the message it stands at in the thread."""

    kind: str  # message, note
    id: UUID
    message_id: UUID | None
    at: datetime


def found_in(conversation: Conversation, text: str) -> list[Place]:
    """Messages and notes of this conversation that hold every word; nothing is found by nothing."""
    words = text.split()[:WORDS_AT_MOST]
    if not words:
        return []
    said = Q()
    for word in words:
        said &= Q(text__icontains=word)
    places = [*_messages(conversation, said), *_notes(conversation, said)]
    return sorted(places, key=lambda place: place.at, reverse=True)[:FOUND_AT_MOST]


def _messages(conversation: Conversation, said: Q) -> list[Place]:
    rows = Message.objects.filter(said, conversation=conversation, deleted_at__isnull=True)
    rows = rows.exclude(kind="reaction").order_by("-sequence")
    found = rows.values_list("pk", "created_at")[:FOUND_AT_MOST]
    return [Place("message", pk, pk, at) for pk, at in found]


def _notes(conversation: Conversation, said: Q) -> list[Place]:
    rows = Note.objects.filter(said, conversation=conversation, deleted_at__isnull=True)
    found = rows.annotate(beside=Subquery(_message_before())).order_by("-created_at")
    return [
        Place("note", pk, beside, at)
        for pk, beside, at in found.values_list("pk", "beside", "created_at")[:FOUND_AT_MOST]
    ]


def _message_before() -> Any:
    """The message a note stands behind."""
    rows = Message.objects.filter(
        conversation_id=OuterRef("conversation_id"), created_at__lte=OuterRef("created_at")
    )
    return rows.order_by("-sequence").values("pk")[:1]
