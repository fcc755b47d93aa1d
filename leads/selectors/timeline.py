"""What happened to a lead: its history row by row, and the same as a story."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conversations.models import Message
from crm.core.actors import Actor
from crm.models import EventRecord
from crm.selectors import history_of, timeline_of
from leads.models import Lead, LeadSlot
from leads.selectors.stories import STORIES, label_of, shown_value

SLOT_FIELDS = ("value", "is_confirmed")
TOGETHER = timedelta(seconds=2)  # an event is written within this time after the change it tells of
SNIPPET = 280
COUNTED = {"score", "temperature"}  # lead_scored tells of them


def lead_history(lead: Lead) -> list[dict[str, Any]]:
    """Who changed the lead or one of its slots, what, when and from where; newest first; three queries.

    Entries as of `crm.selectors.history_of`; a slot's field is called "slots.<key>".
    """
    entries = [e for e in history_of(lead) if e["changes"] or e["what"] != "changed"]
    return sorted([*entries, *_slot_history(lead)], key=lambda e: e["when"], reverse=True)


def _slot_history(lead: Lead) -> list[dict[str, Any]]:
    """The same for the lead's slots, cleared ones included."""
    entries, before = [], dict[Any, Any]()
    for new in LeadSlot.history.filter(lead_id=lead.pk).order_by("history_date", "history_id"):
        entries.append(_slot_entry(new, before.get(new.id)))
        before[new.id] = new
    return [entry for entry in entries if entry["changes"]]


def _slot_entry(new: Any, old: Any) -> dict[str, Any]:
    """One change of a slot's value or confirmation."""
    was = {name: getattr(old, name) if old else None for name in SLOT_FIELDS}
    now = {name: getattr(new, name) if new.history_type != "-" else None for name in SLOT_FIELDS}
    changes = [{"field": f"slots.{new.key}", "old": was["value"], "new": now["value"]}]
    if was["value"] == now["value"]:
        changes = []
        if bool(was["is_confirmed"]) != bool(now["is_confirmed"]):
            field = f"slots.{new.key}.confirmed"
            changes = [{"field": field, "old": bool(was["is_confirmed"]), "new": bool(now["is_confirmed"])}]
    return {
        "id": new.history_id,
        "what": {"+": "created", "~": "changed", "-": "deleted"}[new.history_type],
        "who": {"kind": new.actor_kind or "system", "id": new.actor_id, "label": new.actor_label or "System"},
        "when": new.history_date,
        "from_where": new.via or "system",
        "changes": changes,
    }


@dataclass
class Entry:
    """One thing that happened, as a page tells it; the pointers say where its words are."""

    icon: str
    tone: str
    who: str
    what: str
    when: datetime
    where: str = ""
    text: str = ""
    conversation_id: str = ""
    message_id: str = ""
    url: str = ""


def lead_timeline(actor: Actor, lead: Lead, names: Mapping[str, str], limit: int = 100) -> list[Entry]:
    """The story of a lead and its contact, newest first: events with the changes they made, and other changes.

    `names` says what slots (by key) and people (by user id) are called.
    """
    records = list(timeline_of(actor, [f"lead:{lead.pk}", f"contact:{lead.contact_id}"], 2 * limit))
    records = [r for r in records if r.name in STORIES and _is_about(r, lead)]
    changes = _changes_of(lead)
    told = {record.sequence: [c for c in changes if _teller(c, records) is record] for record in records}
    words = _Words(_texts_of(actor, records), names)
    entries = [words.told(record, told[record.sequence]) for record in records]
    entries += [words.untold(c) for c in changes if _teller(c, records) is None and c.field not in COUNTED]
    return sorted(entries, key=lambda entry: entry.when, reverse=True)[:limit]


@dataclass(frozen=True)
class _Change:
    """One field that changed."""

    field: str
    old: Any
    new: Any
    when: datetime
    who: dict[str, str]
    where: str


def _changes_of(lead: Lead) -> list[_Change]:
    """Every field that changed, one by one."""
    return [
        _Change(c["field"], c["old"], c["new"], e["when"], e["who"], e["from_where"])
        for e in lead_history(lead)
        for c in e["changes"]
    ]


def _is_about(record: EventRecord, lead: Lead) -> bool:
    """Events of the contact's other leads are theirs."""
    return str(record.payload.get("lead_id", lead.pk)) == str(lead.pk)


def _teller(change: _Change, records: list[EventRecord]) -> EventRecord | None:
    """The event that is the news of a change: the first of the same actor at or just after it, of that field."""
    root = change.field.split(".")[0]
    after = [
        r
        for r in records
        if r.actor_id == change.who["id"]
        and timedelta(0) <= r.occurred_at - change.when <= TOGETHER
        and root in STORIES[r.name].tells
    ]
    return min(after, key=lambda r: r.sequence, default=None)


def _texts_of(actor: Actor, records: Iterable[EventRecord]) -> dict[str, str]:
    """The words of the messages that events point at, for those who may read them."""
    ids = [r.payload["message_id"] for r in records if r.payload.get("message_id")]
    if not ids or not actor.may("conversations.view"):
        return {}
    rows = Message.objects.filter(workspace_id=actor.workspace_id, pk__in=ids).values_list("pk", "text")
    return {str(pk): text[:SNIPPET] for pk, text in rows}


class _Words:
    """What it takes to put entries into words: the messages' texts by id, and what slots and people are called."""

    def __init__(self, texts: Mapping[str, str], names: Mapping[str, str]) -> None:
        self.texts, self.names = texts, names

    def told(self, record: EventRecord, changes: list[_Change]) -> Entry:
        """An event as an entry."""
        story, payload = STORIES[record.name], record.payload
        message_id = str(payload.get("message_id", ""))
        shown = [c for c in reversed(changes) if c.field.split(".")[0] in story.shows]
        said = (self._line(shown), story.text(payload) if story.text else "")
        text = self.texts.get(message_id) or " · ".join(words for words in said if words)
        is_bot = record.actor_kind == "agent" and story.tone == "neutral"
        return Entry(
            icon="bot" if is_bot else story.icon,
            tone="bot" if is_bot else story.tone,
            who=str(story.who) if story.who else record.actor_label,
            what=str(story.what),
            when=record.occurred_at,
            where=label_of(record.via),
            text=text,
            conversation_id=str(payload.get("conversation_id", "")),
            message_id=message_id,
        )

    def untold(self, change: _Change) -> Entry:
        """A change that no event tells of (an admin's, for example)."""
        what = str(STORIES["leads.lead_changed"].what)
        who, where = change.who["label"], label_of(change.where)
        return Entry("history", "neutral", who, what, change.when, where, self._line([change]))

    def _line(self, changes: list[_Change]) -> str:
        """ "Budget: 5 juta → 6 juta; Owner: Ani" """
        parts = []
        for change in changes:
            name = change.field.removeprefix("slots.").removesuffix(".confirmed")
            label = self.names.get(name) or name.removesuffix("_id").replace("_", " ").capitalize()
            old, new = self._value(change.old), self._value(change.new)
            parts.append(f"{label}: {old} → {new}" if old else f"{label}: {new}")
        return "; ".join(parts)

    def _value(self, value: Any) -> str:
        text = shown_value(value)
        return self.names.get(text, text)
