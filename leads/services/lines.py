"""The copies a lead keeps of others, so that the list need not join."""

from collections.abc import Mapping

from leads.models import Lead, LeadSlot
from leads.selectors import fold, slots_held

LINES = ("name_line", "business_type", "search_line")


def write_lines(lead: Lead, known_slots: Mapping[str, LeadSlot] | None = None) -> list[str]:
    """Set the lead's lines from its contact and slots (by key, when they are at hand); returns the fields that changed.
    Does not save."""
    held = slots_held(lead) if known_slots is None else known_slots
    slots = {key: row.value for key, row in held.items()}
    known = lead.contact.identities.values_list("value", "shown_as")
    words = [
        lead.contact.name,
        slots.get("name", ""),
        slots.get("business_type", ""),
        slots.get("location", ""),
    ]
    words += [text for pair in known for text in dict.fromkeys(pair) if text]
    lines = {
        "name_line": (lead.contact.name or slots.get("name", ""))[:200],
        "business_type": slots.get("business_type", "")[:120],
        "search_line": fold(" ".join(dict.fromkeys(w for w in words if w)))[:2000],
    }
    changed = [name for name, text in lines.items() if getattr(lead, name) != text]
    for name in changed:
        setattr(lead, name, lines[name])
    return changed
