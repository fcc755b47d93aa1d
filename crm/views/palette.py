"""The command palette's two questions: what can be done here, and what is found."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, JsonResponse, QueryDict
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

from crm import selectors
from crm.core import palette
from crm.core.doors import actor_of
from crm.core.errors import NotAllowedError, NotFoundError


@require_safe
def acts(request: HttpRequest) -> JsonResponse:
    """What can be done at an address of ours (`?at=/leads/...`); nothing at one that isn't there for this person."""
    actor = actor_of(request)
    try:
        place = urlsplit(request.GET.get("at", "")[:2000])
        match = resolve(place.path)
        given = QueryDict(place.query).dict() | match.kwargs
        offer = palette.offer_of(actor, match.view_name, given)
    except (ValueError, Resolver404, NotFoundError, NotAllowedError):  # no address, or none for them
        offer = None
    if offer is None:
        return JsonResponse({"about": "", "acts": []})
    return JsonResponse({"about": offer.about, "acts": [act.as_plain() for act in offer.acts]})


@require_safe
def search(request: HttpRequest) -> JsonResponse:
    """What is found by a few words, by kind; `?people=1` for people only."""
    is_people = request.GET.get("people") == "1"
    groups = selectors.find_everything(actor_of(request), request.GET.get("q", ""), people_only=is_people)
    return JsonResponse({"groups": [_plain(group) for group in groups]})


def _plain(group: selectors.HitGroup) -> dict[str, Any]:
    rows = [
        {"label": hit.title, "hint": hit.line, "href": hit.url, "icon": group.icon, "at": hit.at}
        for hit in group.hits
    ]
    return {"label": str(group.label), "acts": rows}
