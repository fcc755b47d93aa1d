"""Who asks more often than anybody needs to is told when to come again, before anything else is done for them."""

import json
import math
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from prometheus_client import Counter

from crm.core import limits
from crm.core.clients import client_address, network_of
from crm.core.errors import TooFastError
from crm.middleware import problem

LIMITED = Counter("crm_rate_limited_total", "Requests that came too soon, by bucket", ["bucket"])
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
FREE = (
    "/hooks/",
    "/health/",
    "/metrics",
    "/static/",
)  # providers and probes; deliveries are never turned away


class RateLimitMiddleware:
    """The API and whatever changes something, per caller and per address. Reading pages is free."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A token of each bucket it falls into, or 429."""
        for bucket, who in _buckets(request):
            burst, per_second = settings.RATE_LIMITS.get(bucket, (0.0, 0.0))
            wait = limits.take(bucket, who, burst=burst, per_second=per_second) if per_second else 0.0
            if wait > 0:
                LIMITED.labels(bucket).inc()
                return _come_again(request, wait)
        return self.get_response(request)


def _buckets(request: HttpRequest) -> Iterator[tuple[str, str]]:
    is_read = request.method in SAFE and not request.path.startswith(("/api/", "/csp-report"))
    if is_read or request.path.startswith(FREE):
        return
    address = network_of(client_address(request.META, settings.TRUSTED_PROXIES))
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if request.path.startswith("/api/"):
        yield "api_address", address
        if caller := request.headers.get("Authorization") or session:
            yield "api_caller", caller
    elif request.path.startswith("/csp-report"):
        yield "report_address", address
    else:
        yield "page_address", address
        if session:
            yield "page_session", session


def _come_again(request: HttpRequest, wait: float) -> HttpResponse:
    """In the form the caller can read, with the seconds to wait."""
    error = TooFastError()
    if request.path.startswith("/api/"):
        response: HttpResponse = problem(error)
    elif request.headers.get("HX-Request"):
        toast = {"toast": {"text": error.message, "kind": "error"}}
        response = HttpResponse(status=429, headers={"HX-Trigger": json.dumps(toast), "HX-Reswap": "none"})
    else:
        response = render(request, "crm/refused.html", {"message": error.message}, status=429)
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response
