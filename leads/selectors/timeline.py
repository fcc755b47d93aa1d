"""What happened to a lead, as a story: events with the changes they made, and changes nobody announced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet

from crm.core.actors import Actor, ActorKind
from crm.core.asking import ask
from crm.core.told import name_of
from crm.models import EventRecord
from crm.selectors import timeline_of
from leads.models import Lead, LeadNote
from leads.selectors.history import lead_history
from leads.selectors.said import note_of, with_words, words_of
from leads.selectors.stories import STORIES, group_of, label_of, names_in_group, shown_value

TOGETHER = timedelta(seconds=2)  # an event is written within this time after the change it tells of
ONE_SITTING = timedelta(minutes=10)  # edits of one person with no longer breaks are told together
COUNTED = {"score", "temperature"}  # lead_scored tells of them
RESTORABLE = {"tags", "next_step", "next_step_on", "source", "owner", "custom"}
NOTED, EDITED = "leads.lead_noted", "leads.lead_changed"


@dataclass(frozen=True)
class Line:
    """One field that changed, in words; `change_id` and `field` take it back, where that can be done."""

    text: str
    change_id: int | None = None
    field: str = ""


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
    key: str = ""  # its place on the page: an address can point at it
    group: str = "changes"  # messages, notes, changes
    is_ai: bool = False
    actor_id: str = ""
    lines: list[Line] = field(default_factory=list)
    note: LeadNote | None = None
    can_edit: bool = False  # the note

    @property
    def is_edit(self) -> bool:
        """Fields that somebody edited: told line by line, each with the way back."""
        return bool(self.lines) and self.what == str(STORIES[EDITED].what)


@dataclass(frozen=True)
class Asked:
    """Which part of the story: a group of STORIES or "ai", before a place."""

    group: str = ""
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True)
class Story:
    """A part of it, newest first, and the place where the older part begins (None: nothing older)."""

    entries: list[Entry]
    older: int | None = None


def lead_timeline(actor: Actor, lead: Lead, names: Mapping[str, str], limit: int = 100) -> list[Entry]:
    """The story of a lead and its contact, newest first: events with the changes they made, and other changes.

    `names` says what slots and fields (by key) and people (by user id) are called.
    """
    return lead_story(actor, lead, names, Asked(limit=limit)).entries


def lead_story(actor: Actor, lead: Lead, names: Mapping[str, str], asked: Asked) -> Story:
    """A part of the story; three queries at most."""
    refs = [f"lead:{pk}" for pk in (lead.pk, *lead.merged_ids)]
    refs += [f"contact:{pk}" for pk in (lead.contact_id, *lead.merged_contact_ids)]
    question = partial(_story_asked, asked)
    is_usual = asked.before is None  # each further place would be a question of its own
    name = f"story {asked} of {len(STORIES)}"  # upper floors hang theirs up later
    found = ask(actor, name, question, *refs) if is_usual else list(question(actor, *refs))
    found, rest = found[: asked.limit], found[asked.limit :]
    older = found[-1].sequence if rest else None
    records = [r for r in found if _is_about(r, lead)]
    until = found[0].occurred_at if asked.before is not None and found else None
    since = rest[0].occurred_at if rest else None
    changes = [] if asked.group in {"messages", "notes"} else _changes_between(lead, since, until)
    entries = _entries(records, changes, _Words(names), asked)
    return Story(_collapsed(sorted(entries, key=lambda entry: entry.when, reverse=True)), older)


def _story_asked(asked: Asked, actor: Actor, *refs: str) -> QuerySet[EventRecord]:
    """The events of a part of the story, with their words, and one more when an older part follows."""
    rows = timeline_of(
        actor,
        list(refs),
        asked.limit + 1,
        names=names_in_group(asked.group),
        actor_kind=ActorKind.AGENT.value if asked.group == "ai" else "",
        before=asked.before,
    )
    return with_words(actor, rows)


def _entries(
    records: list[EventRecord], changes: list["_Change"], words: "_Words", asked: Asked
) -> list[Entry]:
    """Events as entries, deleted notes left out; and changes no event tells of."""
    teller = {id(c): _teller(c, records) for c in changes}
    told = [words.told(r, [c for c in changes if teller[id(c)] is r]) for r in records]
    entries = [entry for entry in told if entry is not None]
    if asked.group in {"", "changes"}:
        alone = [c for c in changes if teller[id(c)] is None and c.root not in COUNTED]
        entries += [words.untold(c) for c in alone]
    return entries


@dataclass(frozen=True)
class _Change:
    """One field that changed."""

    field: str
    old: Any
    new: Any
    when: datetime
    who: dict[str, str]
    where: str
    id: int

    @property
    def root(self) -> str:
        """The field without the key of a slot or custom value."""
        return self.field.split(".")[0]

    @property
    def change_id(self) -> int | None:
        """By which it can be taken back."""
        return self.id if self.root in RESTORABLE else None


def _changes_between(lead: Lead, since: datetime | None, until: datetime | None) -> list[_Change]:
    """Every field that changed in the time this part of the story tells of, one by one."""
    return [
        _Change(c["field"], c["old"], c["new"], e["when"], e["who"], e["from_where"], e["id"])
        for e in lead_history(lead)
        if (until is None or e["when"] <= until) and (since is None or e["when"] > since)
        for c in e["changes"]
    ]


def _is_about(record: EventRecord, lead: Lead) -> bool:
    """A story we tell, and of this lead: events of the contact's other leads are theirs."""
    ours = {str(lead.pk), *map(str, lead.merged_ids)}
    return record.name in STORIES and str(record.payload.get("lead_id", lead.pk)) in ours


def _teller(change: _Change, records: list[EventRecord]) -> EventRecord | None:
    """The event that is the news of a change: the first of the same actor at or just after it, of that field."""
    after = [
        r
        for r in records
        if r.actor_id == change.who["id"]
        and timedelta(0) <= r.occurred_at - change.when <= TOGETHER
        and change.root in STORIES[r.name].tells
    ]
    return min(after, key=lambda r: r.sequence, default=None)


class _Words:
    """What it takes to put entries into words: what slots and people are called."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def told(self, record: EventRecord, changes: list[_Change]) -> Entry | None:
        """An event as an entry; None for a note that was deleted."""
        story, payload = STORIES[record.name], record.payload
        note = note_of(record) if record.name == NOTED else None
        if note is not None and note.deleted_at is not None:
            return None
        shown = [c for c in reversed(changes) if c.root in story.shows]
        is_bot = record.actor_kind == ActorKind.AGENT.value
        message_id = str(payload.get("message_id", ""))
        return Entry(
            icon="bot" if is_bot and story.tone == "neutral" else story.icon,
            tone="bot" if is_bot and story.tone == "neutral" else story.tone,
            who=str(story.who) if story.who else name_of(record.actor_kind, record.actor_label),
            what=str(story.what),
            when=record.occurred_at,
            where=label_of(record.via),
            text=note.text if note else words_of(record) or self._said(story, payload, shown),
            conversation_id=str(payload.get("conversation_id", "")),
            message_id=message_id,
            key=f"e{record.sequence}",
            group=group_of(record.name),
            is_ai=is_bot,
            actor_id=record.actor_id,
            lines=[self.line(c) for c in shown],
            note=note,
        )

    def untold(self, change: _Change) -> Entry:
        """A change that no event tells of (an admin's, for example)."""
        line = self.line(change)
        return Entry(
            icon="history",
            tone="neutral",
            who=change.who["label"],
            what=str(STORIES[EDITED].what),
            when=change.when,
            where=label_of(change.where),
            text=line.text,
            key=f"c{change.id}-{change.field.replace('.', '-')}",
            actor_id=change.who["id"],
            lines=[line],
        )

    def _said(self, story: Any, payload: dict[str, Any], shown: list[_Change]) -> str:
        said = ("; ".join(self.line(c).text for c in shown), story.text(payload) if story.text else "")
        return " · ".join(words for words in said if words)

    def line(self, change: _Change) -> Line:
        """ "Budget: 5 juta → 6 juta" """
        name = change.field.removeprefix("slots.").removesuffix(".confirmed")
        plain = name.removeprefix("custom.").removesuffix("_id").replace("_", " ").capitalize()
        label = self.names.get(name) or plain
        old, new = self._value(change.old), self._value(change.new)
        text = f"{label}: {old} → {new or '–'}" if old else f"{label}: {new}"
        return Line(text, change.change_id, change.field)

    def _value(self, value: Any) -> str:
        text = shown_value(value)
        return self.names.get(text, text)


def _collapsed(entries: list[Entry]) -> list[Entry]:
    """The same story with edits that one person made one after the other told as one."""
    told: list[Entry] = []
    for entry in entries:
        last = told[-1] if told else None
        if last is not None and _belongs_to(entry, last):
            last.lines, last.text = [*last.lines, *entry.lines], ""
        else:
            told.append(entry)
    return told


def _belongs_to(entry: Entry, last: Entry) -> bool:
    is_same = entry.is_edit and last.is_edit and entry.actor_id == last.actor_id
    return is_same and last.when - entry.when <= ONE_SITTING
