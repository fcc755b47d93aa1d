"""Which facts about a contact are others than they were at a moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from leads.models import Lead, LeadSlot, Slot


def facts_changed(contact_id: UUID, since: datetime) -> list[dict[str, str]]:
    """[{"what", "was", "is"}] of the contact's unmerged leads since then, by the slots' order; cleared is empty."""
    leads = list(
        Lead.objects.filter(contact_id=contact_id, merged_into__isnull=True).values_list("pk", flat=True)
    )
    past = LeadSlot.history.filter(lead_id__in=leads).order_by("history_date", "history_id")
    now = _values(past.filter(history_date__gte=since))
    was = _values(past.filter(history_date__lt=since, key__in=[key for _lead, key in now]))
    slots = Slot.objects.filter(workspace_id__in=Lead.objects.filter(pk__in=leads).values("workspace_id"))
    labels = {
        key: (position, label) for key, position, label in slots.values_list("key", "position", "label")
    }
    changed = [
        (labels.get(key, (999, key)), was.get((lead, key), ""), value)
        for (lead, key), value in now.items()
        if value != was.get((lead, key), "")
    ]
    return [{"what": label, "was": before, "is": value} for (_at, label), before, value in sorted(changed)]


def _values(rows: Iterable[Any]) -> dict[tuple[UUID, str], str]:
    """The last value of each; what was cleared is empty."""
    return {(row.lead_id, row.key): "" if row.history_type == "-" else row.value for row in rows}
