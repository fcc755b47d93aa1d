"""The least a Django view can do for the same answer: the floor under what the product does."""

import hashlib
import hmac
import os
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path

from crm.core.walls import within

SECRET = os.environ["FLOOR_SECRET"].encode()
KEEP = "INSERT INTO floor_delivery (body) VALUES (%s)"
LEADS = """
    SELECT id, name_line, business_type, status, score, temperature, last_message_direction, last_message_text,
           last_activity_at, next_step, next_step_on, owner_name, source
    FROM leads_lead WHERE workspace_id = %s AND (owner_id IS NULL OR owner_id = %s)
"""
LIST = LEADS + "ORDER BY last_activity_at DESC, id DESC LIMIT 50"
ONE = LEADS + "AND id = %s"
FOUND = LEADS + "AND search_line LIKE %s ORDER BY last_activity_at DESC LIMIT 5"


def accept(request: HttpRequest) -> HttpResponse:
    """A signed body, kept: HMAC, one INSERT, its commit, 200."""
    body = request.body
    right = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, request.headers.get("X-Hub-Signature-256", "")):
        return _plain("The signature is wrong.", status=401)
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [body])
    return _plain("kept")


def leads(request: HttpRequest, workspace: UUID, person: UUID) -> HttpResponse:
    """The fifty rows of the lead list: one query, one bare template."""
    return render(request, "leads.html", {"leads": _asked(LIST, workspace, person)})


def lead(request: HttpRequest, workspace: UUID, person: UUID, id: UUID) -> HttpResponse:
    """One lead: one query, one bare template."""
    return render(request, "lead.html", {"lead": _asked(ONE, workspace, person, id)[0]})


def found(request: HttpRequest, workspace: UUID, person: UUID) -> HttpResponse:
    """Leads with a few letters in their line: one query, JSON."""
    letters = request.GET["q"].lower()
    return JsonResponse({"found": _asked(FOUND, workspace, person, f"%{letters}%")})


def _asked(query: str, workspace: UUID, *values: Any) -> list[dict[str, Any]]:
    with within(workspace), connection.cursor() as cursor:
        cursor.execute(query, [workspace, *values])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def nothing(request: HttpRequest) -> HttpResponse:
    """What the server and Django cost by themselves."""
    return _plain("nothing")


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, headers={"Content-Length": str(len(text))})


urlpatterns = [
    path("accept/", accept),
    path("leads/<uuid:workspace>/<uuid:person>/", leads),
    path("leads/<uuid:workspace>/<uuid:person>/<uuid:id>/", lead),
    path("found/<uuid:workspace>/<uuid:person>/", found),
    path("nothing/", nothing),
]
