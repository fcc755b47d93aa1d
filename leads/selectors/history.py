"""What happened to a lead, row by row: its history and that of its slots."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.core.asking import ask_about
from crm.core.told import name_of
from crm.selectors import history_of
from leads.models import Lead, LeadSlot

SLOT_FIELDS = ("value", "is_confirmed")


def lead_history(lead: Lead) -> list[dict[str, Any]]:
    """Who changed the lead or one of its slots, what, when and from where; newest first; three queries.

    Entries as of `crm.selectors.history_of`; a slot's field is called "slots.<key>".
    """
    entries = [_by_custom_field(e) for e in history_of(lead) if e["changes"] or e["what"] != "changed"]
    return sorted([*entries, *_slot_history(lead)], key=lambda e: e["when"], reverse=True)


def latest_change(lead_id: UUID) -> int | None:
    """The id of a lead's latest history row, by which it can be taken back."""
    rows = Lead.history.filter(id=lead_id).order_by("-history_id")
    found: int | None = rows.values_list("history_id", flat=True).first()
    return found


def _by_custom_field(entry: dict[str, Any]) -> dict[str, Any]:
    """The same entry with a change of the custom values told field by field."""
    changes = []
    for change in entry["changes"]:
        if change["field"] != "custom":
            changes.append(change)
            continue
        old, new = change["old"] or {}, change["new"] or {}
        changes += [
            {"field": f"custom.{key}", "old": old.get(key), "new": new.get(key)}
            for key in sorted({*old, *new})
            if old.get(key) != new.get(key)
        ]
    return {**entry, "changes": changes}


def _slot_history(lead: Lead) -> list[dict[str, Any]]:
    """The same for the lead's slots, cleared ones included."""
    entries, before = [], dict[Any, Any]()
    for new in ask_about("history of slots", _slots_asked, lead.pk):
        entries.append(_slot_entry(new, before.get(new.id)))
        before[new.id] = new
    return [entry for entry in entries if entry["changes"]]


def _slots_asked(lead_id: UUID) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = LeadSlot.history.filter(lead_id=lead_id)
    return rows.order_by("history_date", "history_id")


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
        "who": {
            "kind": new.actor_kind or "system",
            "id": new.actor_id,
            "label": name_of(new.actor_kind, new.actor_label),
        },
        "when": new.history_date,
        "from_where": new.via or "system",
        "changes": changes,
    }
