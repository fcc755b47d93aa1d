"""/csp-report/: what a browser stopped on a page of ours. Counted and logged by directive and place."""

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from prometheus_client import Counter

log = logging.getLogger(__name__)
STOPPED = Counter("crm_csp_reports_total", "What browsers stopped on our pages, by directive", ["directive"])
LONGEST = 16 * 1024
KNOWN = {
    f"{kind}-src{part}"
    for kind in ("default", "script", "style", "img", "media", "connect", "object", "frame", "font", "worker")
    for part in ("", "-elem", "-attr")
} | {"base-uri", "form-action", "frame-ancestors"}


@csrf_exempt
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Anybody may send one, so nothing in it is believed: a known directive, a host and a path, cut short."""
    try:
        body = request.body if int(request.headers.get("Content-Length") or 0) <= LONGEST else b""
        found = list(_reports(json.loads(body)))
    except (ValueError, RecursionError, RequestDataTooBig):
        return HttpResponse("This is no report.", status=400, content_type="text/plain")
    for report in found[:10]:
        _note(report)
    return HttpResponse(status=204)


def _reports(given: Any) -> Iterator[dict[str, Any]]:
    """The reports in both shapes that browsers send: one by itself, or a list of any kind of report."""
    for one in given if isinstance(given, list) else [given]:
        report = (one.get("csp-report") or one.get("body")) if isinstance(one, dict) else None
        if not isinstance(report, dict):
            raise ValueError("not a report")
        yield report


def _note(report: dict[str, Any]) -> None:
    named = str(report.get("effective-directive") or report.get("effectiveDirective") or "").split(" ")[0]
    directive = named if named in KNOWN else "other"
    STOPPED.labels(directive).inc()
    blocked = str(report.get("blocked-uri") or report.get("blockedURL") or "")
    page = str(report.get("document-uri") or report.get("documentURL") or "")
    log.warning(
        "a page did what our content policy forbids",
        extra={"directive": directive, "blocked": _origin(blocked), "page": _path(page)},
    )


def _origin(address: str) -> str:
    """Who was kept out, without the path and query, which may hold somebody's words."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "unreadable"
    return f"{parts.scheme}://{parts.netloc}"[:200] if parts.netloc else address.partition(":")[0][:40]


def _path(address: str) -> str:
    try:
        return urlsplit(address).path[:200]
    except ValueError:
        return "unreadable"
