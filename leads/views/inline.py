"""Editing a cell of the list where it stands: the name, the owner, the status."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_fsm import can_proceed

from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError, NotFoundError
from crm.selectors import visible_members
from leads import selectors, services
from leads.models import Lead, LeadStatus
from leads.views.list_state import read_state
from leads.views.rows import Painter


@require_safe
def editor(request: HttpRequest, lead_id: UUID, field: str) -> HttpResponse:
    """The little form that stands in the cell; a status that can't be reached is not offered."""
    actor = actor_of(request)
    lead = selectors.get_lead(actor, lead_id)
    if field not in _EDITORS:
        raise NotFoundError
    return render(
        request, "leads/_cell_editor.html", {"lead": lead, "field": field, **_EDITORS[field](actor, lead)}
    )


def _owners(actor: Actor, lead: Lead) -> dict[str, Any]:
    """Whoever may not give leads away can only take one."""
    members = [m for m in visible_members(actor) if actor.may("leads.assign") or m.user_id == actor.user_id]
    choices = [(str(m.user_id), str(m.user)) for m in members]
    if lead.owner_id and lead.owner_id not in {m.user_id for m in members}:
        choices.append((str(lead.owner_id), lead.owner_name))
    return {"choices": choices, "now": str(lead.owner_id or ""), "may_be_nobody": actor.may("leads.assign")}


def _statuses(actor: Actor, lead: Lead) -> dict[str, Any]:
    ways = {
        LeadStatus.QUALIFIED: lead.qualify,
        LeadStatus.DISQUALIFIED: lead.disqualify,
        LeadStatus.WORKING: lead.reopen,
    }
    open_to = [status for status, way in ways.items() if can_proceed(way)]
    choices = [(s.value, s.label) for s in LeadStatus if s == lead.status or s in open_to]
    return {"choices": choices, "now": lead.status}


def _name(actor: Actor, lead: Lead) -> dict[str, Any]:
    return {"now": lead.name_line}


_EDITORS: dict[str, Callable[[Actor, Lead], dict[str, Any]]] = {
    "owner": _owners,
    "status": _statuses,
    "name": _name,
}


@require_POST
def edit(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """The value of one cell, by the service it belongs to; the answer is the row."""
    actor, field, value = actor_of(request), request.POST.get("field", ""), request.POST.get("value", "")
    if field == "owner":
        services.assign_lead(actor=actor, lead_id=lead_id, user_id=_user(value))
    elif field == "status":
        _change_status(actor, lead_id, value, request.POST.get("reason", ""))
    elif field == "name":
        _rename(actor, lead_id, value)
    else:
        raise InvalidInputError(fields={"field": [_("Choose from: name, owner, status.")]})
    state = read_state(request.GET, selectors.views_of(actor))
    painter = Painter(state.columns, own=state.own_columns)
    return HttpResponse(painter.row(selectors.get_lead(actor, lead_id)))


def _user(value: str) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError as error:
        raise InvalidInputError(fields={"value": [_("Choose somebody of the list.")]}) from error


def _change_status(actor: Actor, lead_id: UUID, value: str, reason: str) -> None:
    if value == LeadStatus.DISQUALIFIED:
        services.disqualify_lead(actor=actor, lead_id=lead_id, reason=reason)
    elif value == LeadStatus.QUALIFIED:
        services.qualify_lead(actor=actor, lead_id=lead_id)
    elif value == LeadStatus.WORKING:
        services.reopen_lead(actor=actor, lead_id=lead_id)
    else:
        raise InvalidInputError(fields={"value": [_("This status can't be chosen.")]})


def _rename(actor: Actor, lead_id: UUID, value: str) -> None:
    """The name is the contact's; the list shows it at once."""
    name = " ".join(value.split())
    if not 0 < len(name) <= 200:
        raise InvalidInputError(fields={"value": [_("Write a name of 1 to 200 characters.")]})
    services.rename_lead(actor=actor, lead_id=lead_id, name=name)
