"""What every door of every floor needs."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.errors import DomainError, InvalidInputError, NoWorkspaceError


def actor_of(request: Any) -> Actor:
    """Who acts in this request; the middleware (pages) or the authentication (API) has found out."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NoWorkspaceError
    return actor


def if_match(request: Any) -> int | None:
    """The version a client says it read (`If-Match: "3"`), or None when it doesn't say."""
    given = str(request.headers.get("If-Match", "")).strip().removeprefix("W/").strip('"')
    if not given or given == "*":
        return None
    if not given.isdecimal():
        raise InvalidInputError(fields={"If-Match": [_('Send the version you read, e.g. "3".')]})
    return int(given)


def tell(response: HttpResponse, text: str, *, undo_url: str = "", kind: str = "good") -> HttpResponse:
    """The same answer with a short note at the edge of the screen, which can offer to undo what was done."""
    toast = {"text": text, "kind": kind, **({"undo_url": undo_url} if undo_url else {})}
    response["HX-Trigger"] = json.dumps({"toast": toast})
    return response


def explain(form: Any, error: DomainError) -> None:
    """Say a service's refusal beside the fields of a form it names; what no field shows is said above them."""
    for name, sentences in error.fields.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
    if not error.fields:
        form.add_error(None, error.message)


def lead_on(
    request: HttpRequest, to: str, text: str = "", *, undo_url: str = "", **given: Any
) -> HttpResponse:
    """On to another page, which says what was done and offers to undo it; for buttons and parts of pages alike."""
    if text:
        messages.success(request, text, extra_tags=f"undo:{undo_url}" if undo_url else "")
    place = resolve_url(to, **given)
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": place})
    return redirect(place)
