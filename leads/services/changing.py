"""What people edit on a lead."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm import services as people
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, StaleVersionError
from crm.core.service import service
from crm.services import change_contact
from leads import policies, selectors
from leads.events import LeadChanged
from leads.models import Lead
from leads.services.capturing import refresh_lines
from leads.services.scoring import write_score

EDITABLE = ("tags", "next_step", "next_step_on", "source", "custom")
SCORED = {"tags", "source"}
MOST_TAGS = 50


@service
def change_lead(
    *, actor: Actor, lead_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Lead:
    """Change tags, next step (text and date), source or custom fields (those given).

    Refuses when the lead was changed since `version`.
    """
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    if version is not None and lead.version != version:
        raise StaleVersionError
    given = checked_changes(actor, changes, lead.custom)
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


def checked_changes(
    actor: Actor, changes: Mapping[str, Any], held: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The changes in their stored form, or a refusal that names every field that can't be used.

    `held` are the custom values the lead has; None when there is no lead yet.
    """
    wrong = {name: [_("This field can't be changed here.")] for name in changes if name not in EDITABLE}
    if "next_step_on" in changes and not isinstance(changes["next_step_on"], date | None):
        wrong["next_step_on"] = [_("Write a date, e.g. 2026-11-30.")]
    given = {name: value for name, value in changes.items() if name in EDITABLE}
    if "tags" in given:
        given["tags"] = people.clean_tags(given["tags"])
        if len(given["tags"]) > MOST_TAGS:
            wrong["tags"] = [_("At most %(most)s tags.") % {"most": MOST_TAGS}]
    for name, most in (("next_step", 200), ("source", 40)):
        given.update({name: str(given[name]).strip()} if name in given else {})
        if len(given.get(name, "")) > most:
            wrong[name] = [_("At most %(most)s characters.") % {"most": most}]
    if wrong:
        raise InvalidInputError(fields=wrong)
    if "tags" in given:
        given["tags"] = people.spell_tags(actor=actor, names=given["tags"])
    if held is None or "custom" in given:
        given["custom"] = people.checked_custom(
            actor.workspace_id, "lead", given.get("custom") or {}, held or {}, is_new=held is None
        )
    return given


@service
def tag_lead(*, actor: Actor, lead_id: UUID, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Lead:
    """Put tags on a lead and take others off."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    tags = people.changed_tags(actor, lead.tags, add, remove)
    return change_lead(actor=actor, lead_id=lead_id, changes={"tags": tags})


@service
def rename_lead(*, actor: Actor, lead_id: UUID, name: str) -> Lead:
    """The lead's contact gets another name, which its leads show at once."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_with_contact(actor, lead_id)
    change_contact(actor=actor, contact_id=lead.contact_id, changes={"name": name})
    refresh_lines(actor=actor, contact_id=lead.contact_id)
    return selectors.get_lead(actor, lead_id)
