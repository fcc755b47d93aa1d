"""The copies a lead keeps of others, so that the list need not join."""

from leads.models import Lead, LeadSlot
from leads.selectors import fold

LINES = ("name_line", "business_type", "search_line")


def write_lines(lead: Lead) -> list[str]:
    """Set the lead's lines from its contact and slots; returns the fields that changed. Does not save."""
    slots = dict(LeadSlot.objects.filter(lead=lead).values_list("key", "value"))
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
