"""Views are saved, changed, removed and put back; the look is that of the list at the address."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.doors import actor_of
from leads import selectors, services
from leads.services import Look
from leads.views.list_state import read_state


def _look(request: HttpRequest) -> Look:
    """What the list at this address shows."""
    state = read_state(request.GET, selectors.views_of(actor_of(request)))
    return Look(state.tree, state.sort, state.columns, state.group_by).known(state.own)


def _shown(key: object) -> HttpResponse:
    return redirect(f"{reverse('leads:list')}?view={key}")


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep this look under a name."""
    row = services.save_view(
        actor=actor_of(request),
        name=request.POST.get("name", ""),
        look=_look(request),
        is_shared=request.POST.get("is_shared") == "1",
    )
    messages.success(request, _("The view is saved."))
    return _shown(row.pk)


@require_POST
def change_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Another name, shared or not, or (with nothing said) the look of this address."""
    name, shared = request.POST.get("name"), request.POST.get("is_shared")
    row = services.change_view(
        actor=actor_of(request),
        view_id=view_id,
        name=name,
        look=_look(request) if name is None and shared is None else None,
        is_shared=None if shared is None else shared == "1",
    )
    messages.success(request, _("The view is saved."))
    return _shown(row.pk)


@require_POST
def remove_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Off the list; a note offers to put it back."""
    row = services.remove_view(actor=actor_of(request), view_id=view_id)
    text = _("The view '%(name)s' is removed.") % {"name": row.name}
    messages.success(request, text, extra_tags=f"undo:{reverse('leads:put_view_back', args=[row.pk])}")
    return redirect("leads:list")


@require_POST
def put_view_back(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """It is there again."""
    row = services.put_view_back(actor=actor_of(request), view_id=view_id)
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": f"{reverse('leads:list')}?view={row.pk}"})
    return _shown(row.pk)


@require_POST
def begin_with_view(request: HttpRequest) -> HttpResponse:
    """The list begins with it from now on."""
    key = request.POST.get("key", "")
    services.begin_with_view(actor=actor_of(request), key=key)
    messages.success(request, _("Your list begins with this view."))
    return _shown(key)
