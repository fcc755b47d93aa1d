"""The inbox: its list, and the conversation that is open beside it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from conversations import selectors
from conversations.views.listing import list_context
from conversations.views.thread import thread_context
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The page; its address is its whole state (see listing.ListState), with the open conversation and the page."""
    actor = actor_of(request)
    context = list_context(request, actor)
    open_id = request.GET.get("open", "")
    if open_id:
        context |= thread_context(actor, selectors.get_conversation(actor, _as_uuid(open_id)), request)
    return render(request, "conversations/inbox.html", context | {"nav": "inbox"})


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(fields={"open": [_("Not a conversation's id.")]}) from error


@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    """The rail's number: asked again whenever a conversation moves."""
    context = {"unread_total": selectors.unread_total(actor_of(request))}
    return render(request, "conversations/_unread_total.html", context)
