"""Which facts agents find out, as admins set them: added, renamed, ordered, switched off, taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm import selectors as crm_selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service
from crm.models import Workspace
from leads import policies, selectors
from leads.events import SlotSettingsChanged
from leads.models import Slot

FIELDS = ("label", "options", "is_required", "is_active", "position")
MOST = 40


@service
def add_slot(
    *,
    actor: Actor,
    key: str,
    label: str,
    kind: str,
    options: list[str] | None = None,
    is_required: bool = True,
) -> Slot:
    """Agents find out one fact more, after the others."""
    rows = _lock_slots(actor)
    row = Slot(
        workspace_id=actor.workspace_id,
        key=key,
        label=label.strip(),
        kind=kind,
        options=options or [],
        is_required=is_required,
        position=max((slot.position for slot in rows), default=-1) + 1,
    )
    if len(rows) >= MOST:
        raise InvalidInputError(
            fields={"key": [_("At most %(most)d slots. Switch one on again, or rename it.") % {"most": MOST}]}
        )
    _check(row, rows)
    row.save()
    _tell(actor, row)
    return row


def _lock_slots(actor: Actor) -> list[Slot]:
    """All of the workspace's; what they are changes one after another."""
    policies.check_can_set_up(actor)
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace_id)
    return list(Slot.objects.filter(workspace_id=actor.workspace_id))


def _check(row: Slot, rows: list[Slot]) -> None:
    wrong: dict[str, list[str]] = {}
    try:
        row.clean_fields(exclude=["workspace"])
    except ValidationError as error:
        wrong |= error.message_dict
    if row.kind == "choice" and not row.options:
        wrong["options"] = [_("Write at least one option.")]
    if any(slot.key == row.key and slot.pk != row.pk for slot in rows):
        wrong["key"] = [_("There is a slot with this key already, perhaps switched off. Use another one.")]
    if wrong:
        raise InvalidInputError(fields=wrong)


def _tell(actor: Actor, row: Slot) -> None:
    publish(SlotSettingsChanged(slot_id=str(row.pk), called=row.label), actor=actor)


@service
def change_slot(*, actor: Actor, slot_id: UUID, changes: Mapping[str, Any]) -> Slot:
    """Another label, other options; required or not; asked for or not. Key and kind stay: leads hold values of them."""
    rows = _lock_slots(actor)
    row = selectors.get_slot(actor, slot_id)
    wrong = {name: [_("This can't be changed.")] for name in changes if name not in FIELDS}
    if wrong:
        raise InvalidInputError(fields=wrong)
    different = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, changes[name])
    _check(row, rows)
    if different:
        row.save(update_fields=different)
        _tell(actor, row)
    return row


@service
def move_slot(*, actor: Actor, slot_id: UUID, is_up: bool) -> Slot:
    """Asked for one place sooner or later; at the end it stays where it is. Only what is asked for has a place."""
    rows = [slot for slot in sorted(_lock_slots(actor), key=lambda s: (s.position, s.key)) if slot.is_active]
    row = selectors.get_slot(actor, slot_id)
    place = next((n for n, slot in enumerate(rows) if slot.pk == row.pk), None)
    other = place + (-1 if is_up else 1) if place is not None else -1
    if place is None or not 0 <= other < len(rows):
        return row
    rows[place], rows[other] = rows[other], rows[place]
    for position, slot in enumerate(rows):
        if slot.position != position:
            slot.position = position
            slot.save(update_fields=["position"])
    _tell(actor, row)
    return rows[other]


@service
def undo_slot_change(*, actor: Actor, slot_id: UUID, change_id: int) -> Slot:
    """What one change of a slot changed is as it was before it."""
    policies.check_can_set_up(actor)
    row = selectors.get_slot(actor, slot_id)
    back = crm_selectors.way_back(row, change_id, FIELDS)
    return change_slot(actor=actor, slot_id=slot_id, changes=back)
