"""What every door of every floor needs."""

from typing import Any

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
        raise InvalidInputError(fields={"If-Match": ['Send the version you read, e.g. "3".']})
    return int(given)
