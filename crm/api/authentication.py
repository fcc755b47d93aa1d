"""Who calls the API: a program with a key, or a signed-in member."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from crm import selectors, services
from crm.core import walls
from crm.core.actors import ActorKind
from crm.core.permissions import within_scopes


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`: the program acts as the key's member."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The key's user and row; None without the header, a 401 when the key is not alive."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        key = selectors.find_api_key(parts[1].decode("latin-1")) if len(parts) == 2 else None
        if key is None:
            raise AuthenticationFailed(_("This API key is unknown, expired or revoked."))
        _introduce(request, key.membership, ActorKind.API_CLIENT, key.name)
        _narrow(request, frozenset(key.scopes))
        services.note_key_used(key)
        return key.membership.user, key

    def authenticate_header(self, request: Request) -> str:
        """Makes refusals 401, with the scheme to use."""
        return "Bearer"


class SessionWithActor(SessionAuthentication):
    """A signed-in member in the browser (CSRF applies)."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The session's user, acting in the workspace they chose."""
        found = super().authenticate(request)
        if found is None:
            return None
        chosen = selectors.chosen_membership(found[0], request.session.get("workspace", ""))
        if chosen is not None:
            _introduce(request, chosen, ActorKind.PERSON, "")
            selectors.check_second_factor(request.actor, found[0])  # type: ignore[attr-defined]
        return found


def _introduce(request: Request, membership: Any, kind: ActorKind, label: str) -> None:
    walls.enter(membership.workspace_id)
    actor = selectors.actor_for(membership, via="api")
    request.actor = replace(actor, kind=kind, label=f"{actor.label} ({label})" if label else actor.label)  # type: ignore[attr-defined]
    request.workspace = membership.workspace  # type: ignore[attr-defined]


def _narrow(request: Any, scopes: frozenset[str]) -> None:
    """The key's scopes, asked at each use: a member who may less takes their keys along."""
    held: frozenset[str] = request.actor.permissions
    may = within_scopes(held, scopes)
    request.actor = replace(request.actor, permissions=may, withheld=held - may)


class HasWorkspace(BasePermission):
    """Only callers who act in a workspace; what they may do there the services and selectors say."""

    message = gettext_lazy("Sign in or send an API key.")

    def has_permission(self, request: Request, view: Any) -> bool:
        """True once an actor is known."""
        return getattr(request, "actor", None) is not None


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the key is described in the OpenAPI schema."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the browser session is described in the OpenAPI schema."""

    target_class = SessionWithActor
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A cookie."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
