"""What happened to a lead: its history row by row, and the same as a story."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conversations.models import Message
from crm.core.actors import Actor
from crm.models import EventRecord
from crm.selectors import history_of, timeline_of
from leads.models import Lead, LeadSlot
from leads.selectors.slots import slot_definitions
from leads.selectors.stories import STORIES, label_of, shown_value

SLOT_FIELDS = ("value", "is_confirmed")
TOGETHER = timedelta(seconds=2)  # a change and the event that tells of it are written within this time
SNIPPET = 280


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


def lead_timeline(actor: Actor, lead: Lead, limit: int = 100) -> list[Entry]:
    """The story of a lead and its contact, newest first: events, the changes they made, and other changes."""
    records = list(timeline_of(actor, [f"lead:{lead.pk}", f"contact:{lead.contact_id}"], 2 * limit))
    records = [r for r in records if r.name in STORIES and _is_about(r, lead)]
    changes = lead_history(lead)
    labels = {slot.key: slot.label for slot in slot_definitions(lead.workspace_id)}
    texts = _texts_of(actor, records)
    entries = [_told(record, _taken(changes, record), labels, texts) for record in records]
    entries += [_untold(change, labels) for change in changes if change["what"] == "changed"]
    return sorted(entries, key=lambda entry: entry.when, reverse=True)[:limit]


def _is_about(record: EventRecord, lead: Lead) -> bool:
    """Events of the contact's other leads are theirs."""
    return str(record.payload.get("lead_id", lead.pk)) == str(lead.pk)


def _taken(changes: list[dict[str, Any]], record: EventRecord) -> list[dict[str, Any]]:
    """The changes this event tells of; they are taken out of the list, so that nothing is told twice."""
    mine = [c for c in changes if _belongs(c, record)]
    for change in mine:
        changes.remove(change)
    return [change for entry in mine for change in entry["changes"]]


def _belongs(change: dict[str, Any], record: EventRecord) -> bool:
    """Was this change made with the event: by the same actor, in the same moment, in its field?"""
    if change["who"]["id"] != record.actor_id or abs(change["when"] - record.occurred_at) > TOGETHER:
        return False
    tells = STORIES[record.name].tells
    return change["what"] == "created" or any(c["field"].split(".")[0] in tells for c in change["changes"])


def _texts_of(actor: Actor, records: Iterable[EventRecord]) -> dict[str, str]:
    """The words of the messages that events point at, for those who may read them."""
    ids = [r.payload["message_id"] for r in records if r.payload.get("message_id")]
    if not ids or not actor.may("conversations.view"):
        return {}
    rows = Message.objects.filter(workspace_id=actor.workspace_id, pk__in=ids).values_list("pk", "text")
    return {str(pk): text[:SNIPPET] for pk, text in rows}


def _told(
    record: EventRecord, changes: list[dict[str, Any]], labels: dict[str, str], texts: dict[str, str]
) -> Entry:
    """An event as an entry."""
    story, payload = STORIES[record.name], record.payload
    message_id = str(payload.get("message_id", ""))
    text = texts.get(message_id) or (story.text(payload) if story.text else "") or _as_text(changes, labels)
    return Entry(
        icon=story.icon,
        tone=story.tone,
        who=str(story.who) if story.who else record.actor_label,
        what=str(story.what),
        when=record.occurred_at,
        where=label_of(record.via),
        text=text,
        conversation_id=str(payload.get("conversation_id", "")),
        message_id=message_id,
    )


def _untold(change: dict[str, Any], labels: dict[str, str]) -> Entry:
    """A change that no event tells of (an admin's, for example)."""
    return Entry(
        icon="history",
        tone="neutral",
        who=change["who"]["label"],
        what=str(STORIES["leads.lead_changed"].what),
        when=change["when"],
        where=label_of(change["from_where"]),
        text=_as_text(change["changes"], labels),
    )


def _as_text(changes: list[dict[str, Any]], labels: dict[str, str]) -> str:
    """ "Budget: 5 juta → 6 juta; Status: New → Working"."""
    parts = []
    for change in changes:
        name = change["field"].removeprefix("slots.").removesuffix(".confirmed")
        label = labels.get(name) or name.removesuffix("_id").replace("_", " ").capitalize()
        old, new = shown_value(change["old"]), shown_value(change["new"])
        parts.append(f"{label}: {old} → {new}" if old else f"{label}: {new}")
    return "; ".join(parts)
