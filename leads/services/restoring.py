"""A change of a lead taken back: the fields it changed get their values from before."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.service import service
from leads import policies, selectors
from leads.errors import NothingToRestoreError
from leads.models import Lead
from leads.services.changing import EDITABLE, change_lead
from leads.services.handing import assign_lead

PLAIN = [name for name in EDITABLE if name not in {"tags", "custom"}]


@service
def restore_change(*, actor: Actor, lead_id: UUID, change_id: int, field: str = "") -> Lead:
    """Undo one change of the lead's own fields (or one field of it: "source", "custom.seats"), whatever came after it;
    other fields stay as they are now."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_with_contact(actor, lead_id)
    new = lead.history.filter(history_id=change_id).first()
    if new is None:
        raise NotFoundError(_("There is no such change."))
    old = new.prev_record
    changes = _way_back(lead, old, new) if old is not None else {}
    has_owner = old is not None and old.owner_id != new.owner_id
    if field:
        changes, has_owner = _only(changes, field), has_owner and field == "owner"
    if not changes and not has_owner:
        raise NothingToRestoreError
    if has_owner:
        assign_lead(actor=actor, lead_id=lead_id, user_id=old.owner_id)
    return change_lead(actor=actor, lead_id=lead_id, changes=changes)


def _only(changes: dict[str, Any], field: str) -> dict[str, Any]:
    """Of these changes the one of a field."""
    root, _sep, key = field.partition(".")
    if root == "custom":
        values = {k: v for k, v in changes.get("custom", {}).items() if k == key}
        return {"custom": values} if values else {}
    return {root: changes[root]} if root in changes else {}


def _way_back(lead: Lead, old: Any, new: Any) -> dict[str, Any]:
    """The values from before: plain fields whole, tags and custom fields one by one."""
    back = {name: getattr(old, name) for name in PLAIN if getattr(old, name) != getattr(new, name)}
    if old.tags != new.tags:
        kept = [tag for tag in lead.tags if tag in old.tags or tag not in new.tags]
        back["tags"] = [*kept, *(tag for tag in old.tags if tag not in new.tags and tag not in kept)]
    keys = {key for key in {*old.custom, *new.custom} if old.custom.get(key) != new.custom.get(key)}
    if keys:
        back["custom"] = {key: old.custom.get(key) for key in keys}
    return back
