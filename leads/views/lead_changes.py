"""Buttons and small forms of a lead. Each one calls one service, then shows the lead as it is now."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from leads import services
from leads.forms import NextStepForm, NoteForm, OwnerForm, ReasonForm, SlotForm, TagsForm
from leads.views.lead_page import show_lead, show_panel

F = TypeVar("F", bound=forms.Form)


def _shown(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """The lead again: the card when the card asked (it sends its conversation), else the page."""
    conversation = request.POST.get("panel", "")
    if not getattr(request, "htmx", False):
        return redirect("leads:detail", lead_id)
    return show_panel(request, _uuid(conversation)) if conversation else show_lead(request, lead_id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(fields={"panel": ["This is not a conversation."]}) from error


def _read(request: HttpRequest, kind: type[F]) -> F:
    """The form as filled in, or a refusal that names its fields."""
    form = kind(request.POST)
    if not form.is_valid():
        fields = {name: [str(e) for e in errors] for name, errors in form.errors.items()}
        raise InvalidInputError(next(iter(fields.values()))[0], fields=fields)
    return form


def _button(change: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """A view for a service that needs nothing but the lead."""

    @require_POST
    def view(request: HttpRequest, lead_id: UUID) -> HttpResponse:
        change(actor=actor_of(request), lead_id=lead_id)
        return _shown(request, lead_id)

    view.__module__ = __name__
    return view


qualify = _button(services.qualify_lead)
reopen = _button(services.reopen_lead)


@require_POST
def take(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """The lead is mine."""
    actor = actor_of(request)
    services.assign_lead(actor=actor, lead_id=lead_id, user_id=actor.user_id)
    return _shown(request, lead_id)


@require_POST
def assign(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Give the lead to somebody, or to nobody."""
    form = _read(request, OwnerForm)
    services.assign_lead(actor=actor_of(request), lead_id=lead_id, user_id=form.cleaned_data["user"])
    return _shown(request, lead_id)


@require_POST
def disqualify(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Close the lead, with the reason."""
    form = _read(request, ReasonForm)
    services.disqualify_lead(actor=actor_of(request), lead_id=lead_id, reason=form.cleaned_data["reason"])
    return _shown(request, lead_id)


@require_POST
def note(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Write a note."""
    form = _read(request, NoteForm)
    services.note_lead(actor=actor_of(request), lead_id=lead_id, text=form.cleaned_data["text"])
    return _shown(request, lead_id)


@require_POST
def next_step(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Plan the next step."""
    form = _read(request, NextStepForm)
    services.change_lead(actor=actor_of(request), lead_id=lead_id, changes=form.cleaned_data)
    return _shown(request, lead_id)


@require_POST
def tags(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Set the tags."""
    form = _read(request, TagsForm)
    services.change_lead(actor=actor_of(request), lead_id=lead_id, changes={"tags": form.as_list()})
    return _shown(request, lead_id)


@require_POST
def confirm_slot(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """The value is right."""
    services.confirm_slot(actor=actor_of(request), lead_id=lead_id, key=key)
    return _shown(request, lead_id)


@require_POST
def correct_slot(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """Write the right value."""
    value = _read(request, SlotForm).cleaned_data["value"]
    services.correct_slot(actor=actor_of(request), lead_id=lead_id, key=key, value=value)
    return _shown(request, lead_id)


@require_POST
def clear_slot(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """The value is wrong."""
    services.clear_slot(actor=actor_of(request), lead_id=lead_id, key=key)
    return _shown(request, lead_id)
