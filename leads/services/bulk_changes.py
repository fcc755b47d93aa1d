"""What a bulk change does to one lead, and how that is taken back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm import selectors as people
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service
from crm.services import clean_tags
from leads import policies, selectors
from leads.errors import AnotherLeadOpenError, LeadChangedSinceError
from leads.events import LeadStatusTakenBack
from leads.models import OPEN_STATUSES, JobAction, Lead, LeadStatus
from leads.services.changing import tag_lead
from leads.services.handing import assign_lead, give_back_lead
from leads.services.qualifying import disqualify_lead, qualify_lead, reopen_lead

Kept = dict[str, Any]


class NothingToDo(Exception):  # noqa: N818  it is no fault
    """The lead is as wanted already."""


@dataclass(frozen=True)
class Change:
    """A change of one lead: `do` gives how it was and how it is, `undo` takes that back."""

    do: Callable[[Actor, UUID, Mapping[str, Any]], tuple[Kept, Kept]]
    undo: Callable[[Actor, UUID, Kept, Kept], object]


def checked_wish(actor: Actor, action: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is wanted in its stored form, or a refusal that names what is wrong with it."""
    if action == JobAction.ASSIGN:
        user_id = _user_id(wanted.get("user"))
        return {"user": str(people.get_member(actor, user_id).user_id) if user_id else ""}
    if action == JobAction.STATUS:
        to, reason = str(wanted.get("to", "")), str(wanted.get("reason", "")).strip()
        if to not in {LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED, LeadStatus.WORKING}:
            raise InvalidInputError(fields={"to": [_("Choose from: qualified, disqualified, working.")]})
        if to == LeadStatus.DISQUALIFIED and not reason:
            raise InvalidInputError(fields={"reason": [_("Say why, in a few words.")]})
        return {"to": to, "reason": reason[:200]}
    if action == JobAction.TAG:
        add, remove = clean_tags(wanted.get("add", [])), clean_tags(wanted.get("remove", []))
        if not add and not remove:
            raise InvalidInputError(fields={"add": [_("Name at least one tag.")]})
        return {"add": add, "remove": remove}
    raise InvalidInputError(fields={"action": [_("Choose from: assign, status, tag.")]})


def _user_id(given: Any) -> UUID | None:
    try:
        return UUID(str(given)) if given else None
    except ValueError as error:
        raise InvalidInputError(fields={"user": [_("Send a user's id, or nothing for nobody.")]}) from error


def _assign(actor: Actor, lead_id: UUID, wanted: Mapping[str, Any]) -> tuple[Kept, Kept]:
    lead = selectors.lock_with_contact(actor, lead_id)
    before, after = {"user": str(lead.owner_id or "")}, {"user": wanted["user"]}
    if before == after:
        raise NothingToDo
    assign_lead(actor=actor, lead_id=lead_id, user_id=_user_id(wanted["user"]))
    return before, after


def _assign_back(actor: Actor, lead_id: UUID, before: Kept, after: Kept) -> None:
    lead = selectors.lock_with_contact(actor, lead_id)
    if str(lead.owner_id or "") != after["user"]:
        raise LeadChangedSinceError
    if before["user"]:
        assign_lead(actor=actor, lead_id=lead_id, user_id=_user_id(before["user"]))
    else:
        give_back_lead(actor=actor, lead_id=lead_id)


def _status(actor: Actor, lead_id: UUID, wanted: Mapping[str, Any]) -> tuple[Kept, Kept]:
    lead = selectors.lock_lead(actor, lead_id)
    if lead.status == wanted["to"]:
        raise NothingToDo
    before = standing_of(lead)
    if wanted["to"] == LeadStatus.QUALIFIED:
        lead = qualify_lead(actor=actor, lead_id=lead_id)
    elif wanted["to"] == LeadStatus.DISQUALIFIED:
        lead = disqualify_lead(actor=actor, lead_id=lead_id, reason=wanted["reason"])
    else:
        lead = reopen_lead(actor=actor, lead_id=lead_id)
    return before, standing_of(lead)


def standing_of(lead: Lead) -> Kept:
    """How far a lead is, with everything that was written down with it."""
    times = {name: getattr(lead, name) for name in ("qualified_at", "closed_at")}
    return {
        "status": lead.status,
        "because": lead.disqualified_because,
        **{name: at.isoformat() if at else "" for name, at in times.items()},
    }


def _status_back(actor: Actor, lead_id: UUID, before: Kept, after: Kept) -> None:
    take_back_status(actor=actor, lead_id=lead_id, before=before, after=after)


@service
def take_back_status(
    *, actor: Actor, lead_id: UUID, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Lead:
    """A lead is as far as it was before a change of status; refuses when it was changed since."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    if standing_of(lead) != dict(after):
        raise LeadChangedSinceError
    opens = before["status"] in OPEN_STATUSES and not lead.is_open
    if opens and selectors.open_lead_of(actor, lead.contact_id):
        raise AnotherLeadOpenError
    lead.stand_again(before["status"])
    lead.disqualified_because = before["because"]
    lead.qualified_at, lead.closed_at = (
        parse_datetime(before["qualified_at"]),
        parse_datetime(before["closed_at"]),
    )
    lead.save(update_fields=["status", "disqualified_because", "qualified_at", "closed_at"])
    publish(LeadStatusTakenBack(str(lead.pk), lead.status), actor=actor)
    return lead


def _tag(actor: Actor, lead_id: UUID, wanted: Mapping[str, Any]) -> tuple[Kept, Kept]:
    before = list(selectors.lock_lead(actor, lead_id).tags)
    after = list(tag_lead(actor=actor, lead_id=lead_id, add=wanted["add"], remove=wanted["remove"]).tags)
    if before == after:
        raise NothingToDo
    return {"tags": before}, {"tags": after}


def _tag_back(actor: Actor, lead_id: UUID, before: Kept, after: Kept) -> None:
    """Only the tags this change put on or took off; others may have come since."""
    put_on = [tag for tag in after["tags"] if tag not in before["tags"]]
    taken_off = [tag for tag in before["tags"] if tag not in after["tags"]]
    tag_lead(actor=actor, lead_id=lead_id, add=taken_off, remove=put_on)


CHANGES: dict[str, Change] = {
    JobAction.ASSIGN: Change(_assign, _assign_back),
    JobAction.STATUS: Change(_status, _status_back),
    JobAction.TAG: Change(_tag, _tag_back),
}
