"""Two leads that are one: joined with a choice for each field, and parted again; or told apart for good."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm import services as people
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.service import service
from crm.models import Contact
from leads import policies, selectors
from leads.errors import MergeAlreadyUndoneError, OpenLeadMustStayError, SameLeadError
from leads.events import LeadsMerged, LeadsParted, LeadsToldApart
from leads.models import Lead, LeadMerge, LeadNote, LeadSlot, NotTheSame
from leads.services.lines import write_lines
from leads.services.scoring import write_score
from leads.services.slots import PROVENANCE

WINNER, LOSER = "winner", "loser"
NOTHING: Mapping[str, Any] = {"value": None}  # of a slot
COLUMNS = ("owner_id", "source", "next_step", "next_step_on")


@service
def merge_leads(
    *,
    actor: Actor,
    winner_id: UUID,
    loser_id: UUID,
    choices: Mapping[str, str] | None = None,
    because: str = "",
) -> LeadMerge:
    """Two leads are one: notes, conversations and what is known go to the winner. Can be undone.

    `choices` say whose value stays, "winner" or "loser": `owner`, `source`, `next_step`, `name`, `custom.<key>`,
    `slots.<key>`; one that is empty can be chosen, too. Without a choice the winner's stays, and the loser's fills
    what is empty.
    """
    policies.check_can_edit_leads(actor)
    winner, loser = _checked_pair(actor, winner_id, loser_id)
    wanted = _checked_choices(choices or {})
    names = {WINNER: winner.contact.name, LOSER: loser.contact.name}  # before the contacts are one
    merge = LeadMerge(workspace_id=actor.workspace_id, winner=winner, loser=loser, by=actor.label)
    merge.because = (because.strip() or gettext_noop("Somebody saw that they are one."))[:300]
    if winner.contact_id != loser.contact_id:
        merge.contact_merge = people.merge_contacts(
            actor=actor, winner_id=winner.contact_id, loser_id=loser.contact_id, because=merge.because
        )
    winner, loser = _locked(winner, loser)
    _check_owner(actor, winner, loser, wanted.get("owner", ""))
    merge.moved = _take(actor, winner, loser, wanted, names)
    loser.merged_into = winner
    loser.save(update_fields=["merged_into"])
    merge.save()
    _settle(winner, actor, "merged")
    publish(LeadsMerged(str(winner.pk), str(loser.pk), str(merge.pk), merge.because), actor=actor)
    return merge


def _checked_pair(actor: Actor, winner_id: UUID, loser_id: UUID) -> tuple[Lead, Lead]:
    """Both as the actor sees them; of an open one and a closed one the open one stays."""
    if winner_id == loser_id:
        raise SameLeadError
    winner, loser = selectors.get_lead(actor, winner_id), selectors.get_lead(actor, loser_id)
    if loser.is_open and not winner.is_open:
        raise OpenLeadMustStayError
    return winner, loser


def _check_owner(actor: Actor, winner: Lead, loser: Lead, choice: str) -> None:
    """Whoever chooses another owner than a merge would leave gives a lead to somebody."""
    chosen = {WINNER: winner.owner_id, LOSER: loser.owner_id}.get(choice)
    if choice and chosen != (winner.owner_id or loser.owner_id):
        policies.check_can_assign(actor, winner, chosen)


def _checked_choices(choices: Mapping[str, str]) -> dict[str, str]:
    known = {"owner", "source", "next_step", "name"}
    wrong = {
        name: [_("Choose winner or loser.")]
        if value not in {WINNER, LOSER}
        else [_("There is no such field.")]
        for name, value in choices.items()
        if value not in {WINNER, LOSER} or not (name in known or name.startswith(("custom.", "slots.")))
    }
    if wrong:
        raise InvalidInputError(fields=wrong)
    return dict(choices)


def _locked(one: Lead, other: Lead) -> tuple[Lead, Lead]:
    """Their contact first, then both in one order for everybody. The contact is one by now."""
    Contact.objects.select_for_update(no_key=True).get(pk=one.contact_id)
    rows = Lead.objects.select_for_update(no_key=True, of=("self",)).select_related("contact", "owner")
    found = {row.pk: row for row in rows.filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    if any(row.merged_into_id for row in found.values()):
        raise NotFoundError
    return found[one.pk], found[other.pk]


def _take(
    actor: Actor, winner: Lead, loser: Lead, wanted: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, Any]:
    """Give the winner what was chosen; returns what it takes to give it back."""
    after = _columns_after(winner, loser, wanted)
    before = {column: getattr(winner, column) for column in after}
    for column, value in after.items():
        setattr(winner, column, value)
    notes = list(LeadNote.objects.filter(lead=loser).values_list("pk", flat=True))
    LeadNote.objects.filter(pk__in=notes).update(lead=winner)
    moved = {
        "before": _plain(before),
        "after": _plain(after),
        "slots": _take_slots(winner, loser, wanted),
        "notes": [str(pk) for pk in notes],
    }
    name = names.get(wanted.get("name", ""), winner.contact.name)
    if name != winner.contact.name:
        moved["name"] = {"before": names[WINNER], "after": name}
        winner.contact = people.change_contact(
            actor=actor, contact_id=winner.contact_id, changes={"name": name}
        )
    return moved


def _columns_after(winner: Lead, loser: Lead, wanted: Mapping[str, str]) -> dict[str, Any]:
    """The winner's columns that change: chosen ones, empty ones the loser fills, all tags, custom values."""
    after: dict[str, Any] = {}
    for column in COLUMNS:
        choice = wanted.get({"owner_id": "owner", "next_step_on": "next_step"}.get(column, column), "")
        is_empty = not winner.next_step if column == "next_step_on" else not getattr(winner, column)
        if _is_taken(choice, is_empty=is_empty):
            after[column] = getattr(loser, column)
    custom = {**loser.custom, **winner.custom}
    for key in custom:
        is_taken = _is_taken(wanted.get(f"custom.{key}", ""), is_empty=key not in winner.custom)
        custom[key] = (loser if is_taken else winner).custom.get(key)
    after |= {
        "custom": {key: value for key, value in custom.items() if value is not None},
        "tags": [*winner.tags, *(tag for tag in loser.tags if tag not in winner.tags)],
    }
    return {column: value for column, value in after.items() if getattr(winner, column) != value}


def _is_taken(choice: str, *, is_empty: bool) -> bool:
    """Whether the loser's value becomes the winner's: as chosen, else where the winner has none."""
    return choice == LOSER or (not choice and is_empty)


def _take_slots(winner: Lead, loser: Lead, wanted: Mapping[str, str]) -> dict[str, Any]:
    held, given = ({row.key: row for row in LeadSlot.objects.filter(lead=lead)} for lead in (winner, loser))
    taken = {}
    for key in {**held, **given}:
        if _is_taken(wanted.get(f"slots.{key}", ""), is_empty=key not in held):
            taken[key] = {"before": _said_of(held.get(key)), "after": _said_of(given.get(key))}
            _put_slot(winner, key, held.get(key), taken[key]["after"])
    return taken


def _said_of(row: LeadSlot | None) -> dict[str, Any] | None:
    """What a slot holds, as JSON; None when there is none."""
    return _plain({name: getattr(row, name) for name in PROVENANCE}) if row else None


def _put_slot(lead: Lead, key: str, row: LeadSlot | None, values: Mapping[str, Any] | None) -> None:
    """The slot holds these values from now on; None: nothing."""
    if values is None:
        if row is not None:
            row.delete()
        return
    row = row or LeadSlot(workspace_id=lead.workspace_id, lead=lead, key=key)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same as JSON."""
    return {name: str(v) if isinstance(v, date | UUID) else v for name, v in values.items()}


def _settle(lead: Lead, actor: Actor, how: str) -> None:
    """Lines and score follow; one save."""
    write_lines(lead)
    write_score(lead, actor=actor, caused_by=how)
    lead.save()


@service
def part_leads(*, actor: Actor, winner_id: UUID, merge_id: UUID) -> LeadMerge:
    """Undo a merge: the other lead is one of its own again. What people changed since stays as it is."""
    policies.check_can_edit_leads(actor)
    winner = selectors.get_lead(actor, winner_id)
    found = LeadMerge.objects.filter(
        pk=merge_id, winner_id=winner_id, workspace_id=actor.workspace_id
    ).first()
    if found is None:
        raise NotFoundError(_("There is no such merge."))
    if found.contact_merge is not None and found.contact_merge.undone_at is None:
        people.part_contacts(actor=actor, winner_id=winner.contact_id, merge_id=found.contact_merge.pk)
    Contact.objects.select_for_update(no_key=True).get(pk=winner.contact_id)
    rows = Lead.objects.select_for_update(no_key=True, of=("self",)).select_related("contact", "owner")
    leads = {row.pk: row for row in rows.filter(pk__in=[winner_id, found.loser_id]).order_by("pk")}
    merge = LeadMerge.objects.select_for_update(no_key=True, of=("self",)).get(pk=merge_id)
    if merge.undone_at is not None:
        raise MergeAlreadyUndoneError
    winner, loser = leads[winner_id], leads[merge.loser_id]
    _give_back(actor, winner, merge.moved)
    LeadNote.objects.filter(pk__in=merge.moved["notes"], lead=winner).update(lead=loser)
    loser.merged_into = None
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    _settle(winner, actor, "parted")
    _settle(loser, actor, "parted")
    publish(LeadsParted(str(winner.pk), str(loser.pk), str(merge.pk)), actor=actor)
    return merge


def _give_back(actor: Actor, winner: Lead, moved: Mapping[str, Any]) -> None:
    """The winner's values from before, where the merge's are still there."""
    now = _plain({column: getattr(winner, column) for column in moved["after"]})
    for column, value in moved["after"].items():
        if now[column] == value:
            setattr(winner, column, _read(column, moved["before"][column]))
    for key, taken in moved["slots"].items():
        row = LeadSlot.objects.select_for_update(no_key=True).filter(lead=winner, key=key).first()
        if (_said_of(row) or NOTHING)["value"] == (taken["after"] or NOTHING)["value"]:
            _put_slot(winner, key, row, taken["before"])
    name = moved.get("name")
    if name and winner.contact.name == name["after"]:
        winner.contact = people.change_contact(
            actor=actor, contact_id=winner.contact_id, changes={"name": name["before"]}
        )


def _read(column: str, value: Any) -> Any:
    """A column's value from JSON."""
    readers: dict[str, Callable[[str], Any]] = {"owner_id": UUID, "next_step_on": date.fromisoformat}
    return readers[column](value) if value and column in readers else value


@service
def tell_apart(*, actor: Actor, lead_id: UUID, other_id: UUID) -> None:
    """Two leads that look alike are of two people: they are not shown as doubles any more."""
    policies.check_can_edit_leads(actor)
    one, other = sorted(_contacts_of(actor, lead_id, other_id))
    _row, is_new = NotTheSame.objects.get_or_create(
        one_id=one, other_id=other, defaults={"workspace_id": actor.workspace_id, "by": actor.label}
    )
    if is_new:
        publish(LeadsToldApart(str(lead_id), str(other_id)), actor=actor)


@service
def forget_told_apart(*, actor: Actor, lead_id: UUID, other_id: UUID) -> None:
    """They may be one after all."""
    policies.check_can_edit_leads(actor)
    one, other = sorted(_contacts_of(actor, lead_id, other_id))
    NotTheSame.objects.filter(one_id=one, other_id=other, workspace_id=actor.workspace_id).delete()


def _contacts_of(actor: Actor, lead_id: UUID, other_id: UUID) -> tuple[UUID, UUID]:
    one, other = selectors.get_lead(actor, lead_id), selectors.get_lead(actor, other_id)
    if one.contact_id == other.contact_id:
        raise SameLeadError
    return one.contact_id, other.contact_id
