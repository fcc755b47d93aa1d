"""What people edit on a lead."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, StaleVersionError
from crm.core.service import service
from leads import policies, selectors
from leads.events import LeadChanged, LeadNoted
from leads.models import Lead
from leads.services.scoring import write_score

EDITABLE = ("tags", "next_step", "next_step_on", "source")
SCORED = {"tags", "source"}
MOST_TAGS = 50


@service
def change_lead(
    *, actor: Actor, lead_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Lead:
    """Change tags, next step (text and date) or source; refuses when the lead was changed since `version`."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    if version is not None and lead.version != version:
        raise StaleVersionError
    given = checked_changes(changes)
    changed = [name for name, value in given.items() if getattr(lead, name) != value]
    for name in changed:
        setattr(lead, name, given[name])
    if changed:
        fields = set(changed)
        if SCORED & fields:
            fields |= set(write_score(lead, actor=actor, caused_by="changed"))
        lead.save(update_fields=fields)
        publish(LeadChanged(str(lead.id), tuple(changed)), actor=actor)
    return lead


def checked_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes in their stored form, or a refusal that names every field that can't be used."""
    wrong = {name: ["This field can't be changed here."] for name in changes if name not in EDITABLE}
    if "next_step_on" in changes and not isinstance(changes["next_step_on"], date | None):
        wrong["next_step_on"] = ["Write a date, e.g. 2026-11-30."]
    given = {name: value for name, value in changes.items() if name in EDITABLE}
    if "tags" in given:
        given["tags"] = clean_tags(given["tags"])
        if len(given["tags"]) > MOST_TAGS:
            wrong["tags"] = [f"At most {MOST_TAGS} tags."]
    for name, most in (("next_step", 200), ("source", 40)):
        given.update({name: str(given[name]).strip()} if name in given else {})
        if len(given.get(name, "")) > most:
            wrong[name] = [f"At most {most} characters."]
    if wrong:
        raise InvalidInputError(fields=wrong)
    return given


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Each tag once, trimmed, in the order given; empty ones are left out."""
    return list(dict.fromkeys(text for tag in tags if (text := " ".join(str(tag).split())[:60])))


@service
def tag_lead(*, actor: Actor, lead_id: UUID, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Lead:
    """Put tags on a lead and take others off."""
    lead = selectors.lock_lead(actor, lead_id)
    off = set(clean_tags(remove))
    tags = [tag for tag in clean_tags([*lead.tags, *add]) if tag not in off]
    return change_lead(actor=actor, lead_id=lead_id, changes={"tags": tags})


@service
def note_lead(*, actor: Actor, lead_id: UUID, text: str) -> Lead:
    """Write a note on the lead's timeline."""
    policies.check_can_edit_leads(actor)
    lead = selectors.get_lead(actor, lead_id)
    if not text.strip():
        raise InvalidInputError(fields={"text": ["Write something first."]})
    publish(LeadNoted(str(lead.id), text.strip()[:4000]), actor=actor)
    return lead
