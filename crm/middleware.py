"""What every request passes: who acts, how a refusal is said, and writes that may be repeated."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm import policies, selectors, services
from crm.core import walls
from crm.core.errors import DomainError, InvalidInputError, NoWorkspaceError
from crm.core.reading import as_read_by

Next = Callable[[HttpRequest], HttpResponse]


class PeopleBackend(AuthenticationBackend):
    """allauth's sign-in, closed for the demo's people unless the demo is on; their sessions end too."""

    def get_user(self, user_id: Any) -> Any:
        """Who a session belongs to, and in the same statement where they work: every page needs both."""
        user = selectors.user_at_work(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Active, and nobody whose password everybody knows."""
        return bool(super().user_can_authenticate(user)) and policies.may_sign_in(user.email)

    def _check_password(self, user: Any, password: str) -> Any:
        """allauth goes on with an active user whose password is right: for the demo's people it isn't."""
        if user is not None and not policies.may_sign_in(user.email):
            return None
        return super()._check_password(user, password)


class ActorMiddleware:
    """Makes `request.actor` and `request.workspace` of the signed-in member; None for strangers."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Between walls from here on."""
        with walls.nowhere():
            return self._answer(request)

    def _answer(self, request: Any) -> HttpResponse:
        """Find the membership once, unless the path never needs one."""
        request.actor = request.workspace = None
        request.is_operator = False  # of the whole installation; on paths without a member nobody is asked
        if request.path.startswith(("/static/", "/hooks/", "/health/", "/metrics", "/api/")):
            return self.get_response(request)
        if request.user.is_authenticated:
            self._introduce(request)
        return self.get_response(request)

    def _introduce(self, request: Any) -> None:
        request.is_operator = request.user.is_superuser
        chosen = selectors.chosen_membership(request.user, request.session.get("workspace", ""))
        if chosen is not None:
            walls.enter(chosen.workspace_id)
            request.workspace = chosen.workspace
            request.actor = selectors.actor_for(chosen, via="page")
        services.note_session_seen(
            request.user.pk,
            request.session.session_key,
            ip=get_adapter().get_client_ip(request),
            device=request.headers.get("User-Agent", ""),
        )

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A signed-in user without a workspace gets the reason on every page of ours (not on sign-out)."""
        needs_member = getattr(view, "__module__", "").split(".")[0] in {
            "crm",
            "conversations",
            "leads",
            "agents",
        }
        needs_member = needs_member and ".views" in view.__module__ and getattr(view, "login_required", True)
        if needs_member and request.user.is_authenticated and request.actor is None:
            return say(request, NoWorkspaceError())
        return None


class ReaderMiddleware:
    """Speaks to whoever is signed in as they chose: in their language, on their clock, in their formats."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Strangers are spoken to in their browser's language, on the clock of nowhere."""
        chosen = request.user if request.actor else None
        zone = getattr(chosen, "time_zone", "") or getattr(request.workspace, "time_zone", "")
        browsers = get_language() or settings.LANGUAGE_CODE
        with as_read_by(getattr(chosen, "language", "") or browsers, getattr(chosen, "formats", ""), zone):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", get_language() or browsers)
        return response


class SecondFactorMiddleware:
    """Leads whoever manages a workspace or the installation to set up a second factor first, where that is asked."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Sign-in, sign-out and the set-up itself stay open."""
        if not policies.needs_second_factor(request.actor, is_operator=request.is_operator):
            return self.get_response(request)
        if request.path.startswith("/accounts/") or selectors.has_second_factor(request.user.pk):
            return self.get_response(request)
        if getattr(request, "htmx", False):
            return HttpResponse(headers={"HX-Redirect": reverse("mfa_index")})
        return redirect("mfa_index")


class RefusalMiddleware:
    """Turns a refusal that a page's view raised into a sentence: a toast for fragments, a page else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """An address with a NUL in it can mean nothing to the database."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            error = InvalidInputError(_("The address holds a NUL character."))
            return problem(error) if request.path.startswith("/api/") else say(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Only refusals; faults go on to the error page and the log."""
        return say(request, error) if isinstance(error, DomainError) else None


def say(request: Any, error: DomainError) -> HttpResponse:
    """One refusal, in the form the caller can show."""
    told = [text for texts in error.fields.values() for text in texts]
    text = " ".join(told) if error.code == "invalid" and told else error.message
    if getattr(request, "htmx", False):
        response = HttpResponse(status=error.status)
        response["HX-Trigger"] = json.dumps({"toast": {"text": text, "kind": "error"}})
        response["HX-Reswap"] = "none"
        return response
    if request.method == "POST" and error.status not in {403, 404}:
        messages.error(request, text)
        return redirect(_back(request))
    page = "404.html" if error.status == 404 else "crm/refused.html"
    return render(request, page, {"message": text, "is_denied": error.status == 403}, status=error.status)


def _back(request: Any) -> str:
    """The page of ours that the request came from, else the start."""
    came_from = str(request.headers.get("Referer", ""))
    ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    return came_from if ours else "/"


def problem(error: DomainError) -> JsonResponse:
    """A refusal as problem JSON, for answers that are made outside of DRF."""
    return JsonResponse(error.as_problem(), status=error.status, content_type="application/problem+json")


class IdempotencyMiddleware:
    """API writes with an Idempotency-Key happen once; the second gets the first one's answer."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Only unsafe methods of the API that carry the header and a living API key."""
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method in {"GET", "HEAD", "OPTIONS"} or not request.path.startswith("/api/"):
            return self.get_response(request)
        scheme, _sep, secret = request.headers.get("Authorization", "").partition(" ")
        holder = selectors.find_api_key(secret.strip()) if scheme.lower() == "bearer" else None
        return self._once(request, holder, key) if holder else self.get_response(request)

    def _once(self, request: HttpRequest, holder: Any, key: str) -> HttpResponse:
        if len(key) > 200:
            return problem(InvalidInputError(fields={"Idempotency-Key": [_("At most 200 characters.")]}))
        if not key.isprintable():
            return problem(
                InvalidInputError(fields={"Idempotency-Key": [_("Letters, digits and signs only.")]})
            )
        asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
        digest = hashlib.sha256(asked).hexdigest()
        try:
            with walls.within(holder.workspace_id), transaction.atomic():
                row = services.begin_request(holder.workspace_id, str(holder.pk), key, digest)
                return self._again(row) if row.status is not None else self._answer(request, row)
        except DomainError as error:
            return problem(error)

    @staticmethod
    def _again(row: Any) -> HttpResponse:
        """What was answered the first time."""
        headers = {"Idempotency-Replayed": "true"}
        body = bytes(row.body or b"")
        return HttpResponse(body, status=row.status, content_type=row.content_type, headers=headers)

    def _answer(self, request: HttpRequest, row: Any) -> HttpResponse:
        """The change and its answer are kept in one commit, or neither is: the key then is free again."""
        response = self.get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        else:
            services.finish_request(
                row, response.status_code, response.content, response.get("Content-Type", "")
            )
        return response
