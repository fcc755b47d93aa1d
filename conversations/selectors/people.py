"""The person behind a conversation: what they allow, who they turned out to be, what was tried, what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from conversations.models import (
    Channel,
    Choice,
    Consent,
    Conversation,
    Message,
    MessageStatus,
    Priority,
    Purpose,
)
from conversations.selectors.threads import visible_conversations
from crm import selectors as crm
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.told import name_of, said
from crm.models import Contact, ContactMerge, EventRecord

TRIED_AT_MOST, TOLD_AT_MOST, OFFERED = 8, 12, 6


@dataclass(frozen=True)
class ConsentState:
    """What a contact allows on a channel: their last own word, and what the provider holds back."""

    channel: Channel
    word: Consent | None
    held: Consent | None


def consent_states(actor: Actor, contact: Contact) -> list[ConsentState]:
    """For each channel the contact has talked on, by its name."""
    talks = visible_conversations(actor).filter(contact=contact)
    channels = Channel.objects.filter(pk__in=talks.values("channel_id")).order_by("name", "pk")
    words = list(
        Consent.objects.filter(contact=contact, purpose=Purpose.MARKETING).order_by("-at", "-pk")[:200]
    )
    return [_state(channel, [c for c in words if c.channel_id == channel.pk]) for channel in channels]


def channel_talked_on(actor: Actor, contact: Contact, channel_id: UUID) -> Channel:
    """One of the channels the contact has talked on."""
    talks = visible_conversations(actor).filter(contact=contact, channel_id=channel_id)
    found = Channel.objects.filter(pk__in=talks.values("channel_id")).first()
    if found is None:
        raise NotFoundError
    return found


def _state(channel: Channel, noted: Sequence[Consent]) -> ConsentState:
    words = [row for row in noted if row.choice != Choice.HELD]
    held = [row for row in noted if row.choice == Choice.HELD]
    return ConsentState(channel, words[0] if words else None, held[0] if held else None)


def merges_into(contact: Contact) -> list[ContactMerge]:
    """Who turned out to be this contact, and was not parted again; the latest first."""
    rows = contact.merges.filter(undone_at__isnull=True).select_related("loser")
    return list(rows.order_by("-created_at"))


def maybe_the_same(actor: Actor, contact: Contact, typed: str) -> list[Contact]:
    """Other contacts of that name, number or address; nobody for nothing."""
    if len(typed) < 2:
        return []
    rows = crm.search_contacts(crm.visible_contacts(actor).exclude(pk=contact.pk), typed)
    return list(rows.prefetch_related("identities").order_by("name", "pk")[:OFFERED])


def send_attempts(conversation: Conversation) -> list[Message]:
    """What was tried more than once, failed, or is not confirmed: the youngest first."""
    rows = Message.objects.filter(conversation=conversation, direction="out")
    failing = [MessageStatus.FAILED, MessageStatus.UNKNOWN]
    troubled = rows.filter(status__in=failing) | rows.filter(attempts__gt=1)
    return list(troubled.order_by("-sequence")[:TRIED_AT_MOST])


OWNED = {
    "taken_over": gettext_lazy("took the conversation over"),
    "given_back": gettext_lazy("gave it back to the bot"),
    "handed_over": gettext_lazy("handed it over"),
    "assigned": gettext_lazy("assigned it"),
}
# name of the event -> its icon and sentence
TOLD: dict[str, tuple[str, Any]] = {
    "conversations.conversation_opened": ("message-circle", gettext_lazy("opened the conversation")),
    "conversations.owner_changed": ("hand", gettext_lazy("changed who answers")),
    "conversations.conversation_closed": ("archive", gettext_lazy("closed it")),
    "conversations.conversation_reopened": ("undo-2", gettext_lazy("reopened it")),
    "conversations.conversation_snoozed": ("alarm-clock", gettext_lazy("snoozed it")),
    "conversations.conversation_woken": ("alarm-clock", gettext_lazy("brought it back to the inbox")),
    "conversations.conversation_labelled": ("tag", gettext_lazy("changed its labels")),
    "conversations.conversation_prioritised": ("flag", gettext_lazy("said how much it matters")),
    "conversations.note_written": ("sticky-note", gettext_lazy("left a note")),
    "conversations.consent_changed": ("circle-check", gettext_lazy("noted what the customer allows")),
    "crm.contacts_merged": ("users-round", gettext_lazy("merged two contacts")),
    "crm.contacts_parted": ("users-round", gettext_lazy("parted two contacts")),
    "crm.identities_changed": ("user-round", gettext_lazy("noted another address")),
    "agents.conversation_escalated": ("circle-alert", gettext_lazy("called for a person")),
}


@dataclass(frozen=True)
class Happening:
    """One line of a conversation's story, as components/timeline_entry.html shows it."""

    icon: str
    who: str
    what: str
    text: str
    when: datetime
    tone: str = "neutral"


def story_of(actor: Actor, conversation: Conversation) -> list[Happening]:
    """What was done with the conversation and its contact, the youngest first; messages are in the thread."""
    refs = [f"conversation:{conversation.pk}", f"contact:{conversation.contact_id}"]
    rows = crm.timeline_of(actor, refs, TOLD_AT_MOST, names=list(TOLD))
    return [_told(row, conversation.pk) for row in rows if _is_here(row, conversation.pk)]


def _is_here(row: EventRecord, conversation_id: UUID) -> bool:
    """Not what happened in another conversation of the same contact."""
    return str(row.payload.get("conversation_id", conversation_id)) == str(conversation_id)


def _told(row: EventRecord, conversation_id: UUID) -> Happening:
    icon, what = TOLD[row.name]
    given: dict[str, Any] = row.payload
    what = OWNED.get(given.get("how", ""), what)
    who = name_of(row.actor_kind, row.actor_label)
    return Happening(icon, who, str(what), _more(row.name, given), row.occurred_at)


def _more(name: str, given: dict[str, Any]) -> str:
    """What the sentence leaves open."""
    if name == "conversations.conversation_labelled":
        return ", ".join([*(f"+ {n}" for n in given["added"]), *(f"- {n}" for n in given["removed"])])
    if name == "conversations.consent_changed":
        return str(Choice(given["choice"]).label)
    if name == "conversations.conversation_prioritised":
        return str(Priority[given["priority"].upper()].label)
    return said(str(given.get("because", ""))) or str(given.get("reason", "")).replace("_", " ")
