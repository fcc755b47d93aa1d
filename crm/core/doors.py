"""What every door of every floor needs."""

import json
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NoWorkspaceError


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
