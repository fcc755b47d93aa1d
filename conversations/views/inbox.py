"""The inbox: its list, and the conversation that is open beside it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from conversations import selectors
from conversations.models import Conversation
from conversations.views.thread import thread_context
from crm import panels
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError

PAGE = 40


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The page; `?folder=&q=&open=&cursor=` is its whole state."""
    actor = actor_of(request)
    context = _list_context(request, actor)
    open_id = request.GET.get("open", "")
    if open_id:
        context |= thread_context(actor, selectors.get_conversation(actor, _as_uuid(open_id)), request)
    return render(request, "conversations/inbox.html", context | {"nav": "inbox"})


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(fields={"open": ["Not a conversation's id."]}) from error


def _list_context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    folder = request.GET.get("folder", "all")
    folder = folder if folder in selectors.FOLDERS else "all"
    q = request.GET.get("q", "").strip()[:100]
    rows = selectors.in_folder(selectors.visible_conversations(actor), actor, folder)
    rows = selectors.search_conversations(rows, q) if q else rows
    page, next_cursor = _page(rows, request.GET.get("cursor", ""))
    leads = panels.briefs("lead", actor, [row.contact_id for row in page])
    for row in page:
        state = urlencode(
            {"folder": folder, "q": q, "open": row.pk} if q else {"folder": folder, "open": row.pk}
        )
        row.url = f"{reverse('conversations:inbox')}?{state}"  # type: ignore[attr-defined]
        row.lead = leads.get(row.contact_id)  # type: ignore[attr-defined]
        row.is_open = str(row.pk) == request.GET.get("open")  # type: ignore[attr-defined]
    more = urlencode({"folder": folder, "q": q, "cursor": next_cursor}) if next_cursor else ""
    return {
        "folders": _folders(actor, folder),
        "conversations": page,
        "next_cursor_url": f"{reverse('conversations:inbox')}?{more}" if more else "",
        "q": q,
    }


def _folders(actor: Actor, active: str) -> list[dict[str, Any]]:
    counts = selectors.folder_counts(actor)
    return [
        {
            "key": key,
            "label": _(label),
            "count": counts.get(key),
            "url": f"{reverse('conversations:inbox')}?folder={key}",
            "is_active": key == active,
        }
        for key, label in selectors.FOLDERS.items()
    ]


def _page(rows: QuerySet[Conversation], cursor: str) -> tuple[list[Conversation], str]:
    """A page by keyset: newest message first, and where the next one starts."""
    rows = rows.filter(last_message_at__isnull=False).order_by("-last_message_at", "-id")
    if cursor:
        at, last_id = _read_cursor(cursor)
        rows = rows.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, id__lt=last_id))
    found = list(rows.select_related("contact", "channel", "assignee")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    return found[:PAGE], signing.dumps([last.last_message_at.isoformat(), str(last.pk)])  # type: ignore[union-attr]


def _read_cursor(cursor: str) -> tuple[Any, str]:
    try:
        at, last_id = signing.loads(cursor)
        return parse_datetime(at), last_id
    except (signing.BadSignature, ValueError) as error:
        raise InvalidInputError(fields={"cursor": ["Start again from the first page."]}) from error


@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    """The rail's number: asked again whenever a conversation moves."""
    context = {"unread_total": selectors.unread_total(actor_of(request))}
    return render(request, "conversations/_unread_total.html", context)
