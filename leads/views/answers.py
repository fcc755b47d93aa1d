"""How buttons and small forms of a lead read what was sent, and what they answer: the lead as it is now."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.doors import tell
from crm.core.errors import InvalidInputError
from leads import selectors
from leads.views.lead_page import show_lead, show_panel

F = TypeVar("F", bound=forms.Form)


def shown(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """The lead again: the card when the card asked (it sends its conversation), else the page."""
    conversation = request.POST.get("panel", "")
    if not getattr(request, "htmx", False):
        return redirect("leads:detail", lead_id)
    return show_panel(request, _uuid(conversation)) if conversation else show_lead(request, lead_id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(fields={"panel": [_("This is not a conversation.")]}) from error


def read(request: HttpRequest, kind: type[F]) -> F:
    """The form as filled in, or a refusal that names its fields."""
    form = kind(request.POST or request.GET)  # an undo has no body: its address says it all
    if not form.is_valid():
        fields = {name: [str(e) for e in errors] for name, errors in form.errors.items()}
        raise InvalidInputError(next(iter(fields.values()))[0], fields=fields)
    return form


def restorable(request: HttpRequest, lead_id: UUID, said: str, change: Callable[[], object]) -> HttpResponse:
    """Make a change, then the lead again; with the way back when something did change."""
    before = selectors.latest_change(lead_id)
    change()
    after = selectors.latest_change(lead_id)
    undo = reverse("leads:restore", args=[lead_id, after]) if after not in {None, before} else ""
    return tell(shown(request, lead_id), said, undo_url=undo)
