"""Conversations and messages among what can be found by a few words."""

from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from conversations.selectors.threads import visible_conversations, visible_messages
from crm.core.actors import Actor
from crm.core.texts import Wanted, around
from crm.models import Contact, Identity
from crm.selectors import Finder, Hit, begins_word, rows_of
from crm.selectors.search import Rows

SHORTEST_WORD = 3  # of a message: with less no index helps


def conversations_found(actor: Actor, asked: Wanted) -> list[Rows]:
    """Conversations with whoever has the name or the number."""
    here = {"workspace_id": actor.workspace_id}
    people: Any = Contact.objects.filter(begins_word("folded_name", asked.words), **here).values("id")
    if asked.digits:
        people = Identity.objects.filter(**here, value__contains=asked.digits).values("contact_id")
    rows = visible_conversations(actor).filter(contact_id__in=people, last_message_at__isnull=False)
    return [_conversation_rows(rows)]


def conversations_alike(actor: Actor, asked: Wanted) -> list[Rows]:
    """Conversations with whoever is called nearly so."""
    people = Contact.objects.filter(
        workspace_id=actor.workspace_id, folded_name__trigram_word_similar=asked.folded
    )
    rows = visible_conversations(actor).filter(
        contact_id__in=people.values("id"), last_message_at__isnull=False
    )
    return [_conversation_rows(rows, best=TrigramWordSimilarity(asked.folded, "contact__folded_name"))]


def _conversation_rows(rows: QuerySet[Conversation], best: Any = None) -> Rows:
    return rows_of(
        "conversation",
        rows,
        title=F("contact__name"),
        line=F("last_message_text"),
        about=F("contact_id"),
        at=F("last_message_at"),
        best=best,
    )


def messages_found(actor: Actor, asked: Wanted) -> list[Rows]:
    """Messages in which every word stands."""
    words = [w for w in asked.text.split() if len(w) >= SHORTEST_WORD]
    if not words:
        return []
    said = Q()
    for word in words[:6]:
        said &= Q(text__icontains=word)
    rows = visible_messages(actor).filter(said, deleted_at__isnull=True)
    # whose they are is looked up for the few that are shown, not joined to all that fit
    talk = Conversation.objects.filter(pk=OuterRef("conversation_id"))
    return [
        rows_of(
            "message",
            rows,
            title=talk.values("contact__name")[:1],
            line=F("text"),
            about=talk.values("contact_id")[:1],
            at=F("created_at"),
            place=F("conversation_id"),
        )
    ]


def show_conversation(row: tuple[Any, ...], asked: Wanted) -> Hit:
    """A conversation as a hit."""
    _kind, id_, name, line, about, at, _place = row
    return Hit("conversation", id_, name or str(_("Unknown contact")), line, _address(id_), at, about)


def show_message(row: tuple[Any, ...], asked: Wanted) -> Hit:
    """A message as a hit: the words around what was looked for."""
    _kind, id_, name, text, about, at, place = row
    url = f"{_address(place)}&message={id_}#message-{id_}"
    return Hit("message", id_, name or str(_("Unknown contact")), around(text, asked.words), url, at, about)


def _address(conversation_id: Any) -> str:
    return f"{reverse('conversations:inbox')}?open={conversation_id}"


CONVERSATIONS = Finder(
    kind="conversation",
    label=_("Conversations"),
    icon="message-circle",
    permission="conversations.view",
    exact=conversations_found,
    alike=conversations_alike,
    show=show_conversation,
    rank=3,
)
MESSAGES = Finder(
    kind="message",
    label=_("Messages"),
    icon="message-square",
    permission="conversations.view",
    exact=messages_found,
    show=show_message,
    rank=4,
)
