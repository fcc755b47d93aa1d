"""Error pages: what happened and what to do."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from redis.exceptions import RedisError


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/hooks/", "/health/"))


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    body = {
        "type": "about:blank",
        "title": detail,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": {},
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: too large, or not written as HTTP wants it. What exactly is in the log; it may be an attack."""
    text = _("This request can't be read. It is too large, or broken.")
    if _wants_json(request):
        return _problem(400, "bad_request", text)
    return HttpResponse(text, status=400, content_type="text/plain")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    if _wants_json(request):
        return _problem(403, "not_allowed", _("This isn't allowed."))
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    if _wants_json(request):
        return _problem(404, "not_found", _("There is nothing at this address."))
    return render(request, "404.html", status=404)


AWAY = (OperationalError, InterfaceError, RedisError)  # a server of ours doesn't answer


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the fault is logged; the page needs nothing that could fail again. 503 when a server of ours is away."""
    if isinstance(sys.exception(), AWAY):
        return _unavailable(request)
    if _wants_json(request):
        return _problem(500, "fault", _("Something broke on our side. It has been logged."))
    return render(None, "500.html", status=500)


def _unavailable(request: HttpRequest) -> HttpResponse:
    text = _("We can't reach one of our own servers. Nothing was lost; try again in a moment.")
    if _wants_json(request):
        response: HttpResponse = _problem(503, "unavailable", text)
    else:
        response = render(None, "500.html", status=503)
    response["Retry-After"] = "5"
    return response
