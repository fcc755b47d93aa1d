"""What was found out about a lead, with the words it came from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm import services as people
from crm.bus import publish
from crm.core.actors import Actor, ActorKind
from crm.core.errors import InvalidInputError
from crm.core.sentences import kept
from crm.core.service import service
from leads import policies, selectors
from leads.errors import SlotNotFilledError, SlotUnknownError
from leads.events import SlotsRecorded
from leads.models import Lead, LeadSlot, LeadStatus, SlotKind, SlotSource
from leads.selectors import SlotFact, amount_in, storable
from leads.services.lines import write_lines
from leads.services.scoring import write_score

WROTE_IT = kept(gettext_noop("%(who)s wrote it"))

SURE = 0.6  # from this confidence on a name is good enough to call somebody by
PROVENANCE = (
    "value", "normalised", "confidence", "message_id", "start", "end", "quote", "is_confirmed", "source",
    "is_inferred", "because",
)  # fmt: skip
PEOPLE = {ActorKind.PERSON.value, ActorKind.API_CLIENT.value}


@service
def record_slots(
    *,
    actor: Actor,
    lead_id: UUID,
    slots: Sequence[SlotFact],
    intents: Sequence[str] = (),
    is_strict: bool = False,
) -> Lead:
    """Keep what was found, and what the contact wanted ("ask_price"), each once; a new wish counts for the score.

    A confirmed value gives way only to a person or to the contact's own correction, a stated one not to an
    inferred one. Keys the workspace does not know are left out; refused when strict.
    """
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_with_contact(actor, lead_id)
    known = set(selectors.slot_definitions(lead.workspace_id).values_list("key", flat=True))
    unknown = {f"slots.{fact.key}": [_(SlotUnknownError.message)] for fact in slots if fact.key not in known}
    if is_strict and unknown:
        raise SlotUnknownError(fields=unknown)
    held = selectors.slots_held(lead)
    written = [
        fact for fact in slots
        if fact.key in known and fact.value.strip() and _write(lead, held, fact, actor)
    ]  # fmt: skip
    wishes = [name for name in dict.fromkeys(intents) if name and name not in lead.intents]
    lead.intents = [*lead.intents, *wishes]
    if written:
        _rename_contact(lead, written, actor)
        _settle(lead, [fact.key for fact in written], "recorded", actor, held)
    elif wishes:
        lead.save(update_fields=["intents", *write_score(lead, actor=actor, caused_by="intents", slots=held)])
    return lead


def _write(lead: Lead, held: dict[str, LeadSlot], fact: SlotFact, actor: Actor) -> bool:
    """Write one value; False when the one we hold stays."""
    old = held.get(fact.key)
    if old is not None and not _gives_way(old, fact, actor):
        return False
    row = old or LeadSlot(workspace_id=lead.workspace_id, lead=lead, key=fact.key)
    for name, value in _columns(fact, actor).items():
        setattr(row, name, value)
    row.save()
    held[fact.key] = row
    return True


def _gives_way(old: LeadSlot, fact: SlotFact, actor: Actor) -> bool:
    """May this fact replace the value we hold?"""
    if (old.value, old.normalised) == (fact.value.strip(), dict(fact.normalised)):
        return False
    if fact.is_correction or actor.kind.value in PEOPLE:
        return True
    return not old.is_confirmed and not (fact.is_inferred and not old.is_inferred)


def _columns(fact: SlotFact, actor: Actor) -> dict[str, Any]:
    """A fact as the columns of its row. What a person gave is confirmed."""
    return {
        "value": storable(fact.value).strip(),
        "normalised": storable(fact.normalised),
        "confidence": max(0.0, min(1.0, fact.confidence)),
        "message_id": UUID(fact.message_id) if fact.message_id else None,
        "start": fact.start,
        "end": fact.end,
        "quote": storable(fact.quote),
        "is_inferred": fact.is_inferred,
        "because": storable(fact.because)[:300],
        "is_confirmed": actor.kind is ActorKind.PERSON,
        "source": _source_of(actor),
    }


def _source_of(actor: Actor) -> str:
    kinds = {ActorKind.PERSON: SlotSource.PERSON, ActorKind.API_CLIENT: SlotSource.API}
    if actor.kind in kinds:
        return kinds[actor.kind].value
    return SlotSource.IMPORT.value if actor.via == "import" else SlotSource.AGENT.value


def _rename_contact(lead: Lead, facts: Sequence[SlotFact], actor: Actor) -> None:
    """Call the contact by the name they gave, unless a person of ours named them."""
    name = next((storable(f.value).strip() for f in facts if f.key == "name" and f.confidence >= SURE), "")[
        :200
    ]
    contact = lead.contact
    if not name or name == contact.name or not actor.may("contacts.edit"):
        return
    if contact.name and actor.kind.value not in PEOPLE and _was_named_by_a_person(lead):
        return
    lead.contact = people.change_contact(actor=actor, contact_id=contact.id, changes={"name": name})


def _was_named_by_a_person(lead: Lead) -> bool:
    """Who first wrote the name the contact has now?"""
    rows = lead.contact.history.filter(name=lead.contact.name).order_by("history_date", "history_id")
    first = rows.first()
    return first is not None and first.actor_kind in PEOPLE


def _settle(
    lead: Lead, keys: Sequence[str], how: str, actor: Actor, held: dict[str, LeadSlot] | None = None
) -> None:
    """After slots changed: lines, score, status, wishes, news; one save. `held`: the slots as they are now."""
    if lead.status == LeadStatus.NEW:
        lead.start_work()
    slots = selectors.slots_held(lead) if held is None else held
    score = write_score(lead, actor=actor, caused_by=f"slots {how}", slots=slots)
    lead.save(update_fields={"status", "intents", *write_lines(lead, slots), *score})
    publish(SlotsRecorded(str(lead.id), tuple(keys), how), actor=actor)


def _filled(lead: Lead, key: str) -> LeadSlot:
    row = LeadSlot.objects.select_for_update(no_key=True).filter(lead=lead, key=key).first()
    if row is None:
        raise SlotNotFilledError(fields={key: [_(SlotNotFilledError.message)]})
    return row


@service
def confirm_slot(*, actor: Actor, lead_id: UUID, key: str) -> LeadSlot:
    """A person says that the value is right; agents leave it alone from now on."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    row = _filled(lead, key)
    if not row.is_confirmed:
        row.is_confirmed, row.confidence = True, 1.0
        row.save(update_fields=["is_confirmed", "confidence"])
        _settle(lead, [key], "confirmed", actor)
    return row


@service
def correct_slot(
    *, actor: Actor, lead_id: UUID, key: str, value: str, normalised: dict[str, Any] | None = None
) -> LeadSlot:
    """A person writes the right value. It is confirmed; the old words no longer vouch for it."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_with_contact(actor, lead_id)
    slot = selectors.slot_definitions(lead.workspace_id).filter(key=key).first()
    if slot is None:
        raise SlotUnknownError(fields={key: [_(SlotUnknownError.message)]})
    if not value.strip():
        raise InvalidInputError(fields={key: [_("Write a value, or clear the slot.")]})
    if normalised is None:
        normalised = amount_in(value) if slot.kind == SlotKind.MONEY else {}
    fact = SlotFact(key, value, normalised, because=WROTE_IT % {"who": actor.label}, is_correction=True)
    row = LeadSlot.objects.filter(lead=lead, key=key).first() or LeadSlot(
        workspace_id=lead.workspace_id, lead=lead, key=key
    )
    for name, new in {**_columns(fact, actor), "is_confirmed": True}.items():
        setattr(row, name, new)
    row.save()
    _rename_contact(lead, [fact], actor)
    _settle(lead, [key], "corrected", actor)
    return row


@service
def clear_slot(*, actor: Actor, lead_id: UUID, key: str) -> Lead:
    """The value is wrong and the right one is not known: the agent will ask again."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    _filled(lead, key).delete()
    _settle(lead, [key], "cleared", actor)
    return lead


@service
def restore_slot(*, actor: Actor, lead_id: UUID, key: str) -> LeadSlot:
    """A value that was cleared is there again, with the words it came from. One found meanwhile stays."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    held = LeadSlot.objects.filter(lead=lead, key=key).first()
    if held is not None:
        return held
    last = LeadSlot.history.filter(lead_id=lead.pk, key=key).order_by("-history_id").first()
    if last is None:
        raise SlotNotFilledError(fields={key: [_(SlotNotFilledError.message)]})
    row = LeadSlot(workspace_id=lead.workspace_id, lead=lead, key=key)
    for name in PROVENANCE:
        setattr(row, name, getattr(last, name))
    row.save()
    _settle(lead, [key], "restored", actor)
    return row
