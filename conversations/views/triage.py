"""What can be done in the list: to one conversation or many, with a way back; and the menus it takes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from conversations import decisions, selectors, services
from conversations.models import InboxAct
from conversations.views.list_conditions import channel_names, priority_names
from conversations.views.list_state import ListState
from crm import selectors as crm_selectors
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError

DONE: Mapping[str, Any] = {
    "assign": gettext_lazy("%(n)d assigned"),
    "label": gettext_lazy("%(n)d labelled"),
    "unlabel": gettext_lazy("%(n)d without the label now"),
    "snooze": gettext_lazy("%(n)d snoozed"),
    "wake": gettext_lazy("%(n)d back in the inbox"),
    "close": gettext_lazy("%(n)d closed"),
    "reopen": gettext_lazy("%(n)d reopened"),
    "priority": gettext_lazy("%(n)d with another priority"),
    "read": gettext_lazy("%(n)d marked as read"),
    "unread": gettext_lazy("%(n)d marked as unread"),
}
TIMES = {
    "later": gettext_lazy("Later today"),
    "tomorrow": gettext_lazy("Tomorrow"),
    "next_week": gettext_lazy("Next week"),
}


@require_GET
def filters(request: HttpRequest) -> HttpResponse:
    """The filter menu of a list: fetched when it is opened, so that no list pays for it."""
    actor = actor_of(request)
    state = ListState(request.GET, actor)
    people = [("me", _("Me")), ("nobody", _("Nobody"))]
    people += [(str(m.user_id), str(m.user)) for m in crm_selectors.visible_members(actor)]
    groups = [
        ("label", _("Label"), [(str(row.pk), row.name) for row in selectors.visible_labels(actor)]),
        ("assignee", _("Assignee"), people),
        ("priority", _("Priority"), list(priority_names().items())),
        ("channel", _("Channel"), list(channel_names(actor).items())),
    ]
    shown = [{"label": label, "options": _options(state, name, rows)} for name, label, rows in groups if rows]
    unread: dict[str, Any] = {"url": state.url(unread="" if request.GET.get("unread") else "1")}
    conditions_url = f"{reverse('conversations:inbox_conditions')}?{state.kept().urlencode()}"
    context = {
        "conditions_url": conditions_url,
        "groups": shown,
        "unread": unread | {"is_active": request.GET.get("unread") == "1"},
    }
    return render(request, "conversations/_filters.html", context)


def _options(state: ListState, name: str, rows: list[tuple[str, str]]) -> list[dict[str, Any]]:
    held = state.params.getlist(name)
    return [
        {"label": label, "url": state.toggled(name, key), "is_active": key in held} for key, label in rows
    ]


@require_GET
def choices(request: HttpRequest) -> HttpResponse:
    """To whom, which label, until when: what the keys A, L and S offer."""
    actor = actor_of(request)
    now = timezone.localtime()
    context = {
        "members": crm_selectors.visible_members(actor),
        "may_assign": actor.may("conversations.assign"),
        "labels": selectors.visible_labels(actor),
        "priorities": list(priority_names().items()),
        "may_make_labels": actor.may("settings.manage"),
        "times": [
            {"label": TIMES[name], "at": at, "value": at.isoformat()}
            for name, at in decisions.snooze_times(now)
        ],
        "earliest": f"{now:%Y-%m-%dT%H:%M}",
    }
    return render(request, "conversations/_choices.html", context)


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do one thing to the conversations that were chosen; say what came of it, and offer the way back."""
    actor = actor_of(request)
    name = request.POST.get("act", "")
    row = services.act_on(
        actor=actor, ids=_ids(request.POST.getlist("ids")), act=name, value=_value(request, actor, name)
    )
    undo_url = reverse("conversations:undo_act", args=[row.pk]) if row.steps else ""
    return _tell(request, _said(row, DONE[name] % {"n": len(row.steps)}), row, undo_url)


def _ids(given: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in given]
    except ValueError as error:
        raise InvalidInputError(fields={"ids": [_("Choose conversations of the list.")]}) from error


def _value(request: HttpRequest, actor: Actor, name: str) -> Any:
    """Who, which label, until when; a time without a zone is on one's own clock."""
    given = request.POST.get("value", "")
    if name == "assign" and given == "me":
        return actor.user_id
    if name != "snooze":
        return given
    try:
        until = parse_datetime(given)
    except ValueError:
        until = None
    return _on_the_clock(until) if until else None


def _on_the_clock(until: datetime) -> datetime:
    return timezone.make_aware(until) if timezone.is_naive(until) else until


def _said(row: InboxAct, done: str) -> str:
    """ "12 closed, 2 refused: why"; each reason once."""
    reasons = " ".join(dict.fromkeys(_(refusal["why"]) for refusal in row.refusals))
    refused = _("%(n)d refused: %(why)s") % {"n": len(row.refusals), "why": reasons}
    if not row.refusals:
        return done if row.steps else _("It was so already.")
    return f"{done}, {refused}" if row.steps else capfirst(reasons)


def _tell(request: HttpRequest, text: str, row: InboxAct, undo_url: str = "") -> HttpResponse:
    """A toast, and the news that the list has something to show; without scripts a sentence on the page."""
    kind = "bad" if row.refusals else "good"
    if not getattr(request, "htmx", False):
        messages.add_message(request, messages.ERROR if row.refusals else messages.SUCCESS, text)
        return redirect("conversations:inbox")
    toast = {"text": text, "kind": kind, "undo_url": undo_url}
    done = {"ids": [step["id"] for step in row.steps], "act": row.act}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": toast, "acted": done})})


@require_POST
def undo(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """Take it back; what could not be taken back is said."""
    row = services.undo_act(actor=actor_of(request), act_id=act_id)
    taken_back = len(row.steps) - len(row.refusals)
    reasons = " ".join(dict.fromkeys(_(refusal["why"]) for refusal in row.refusals))
    text = _("%(n)d taken back") % {"n": taken_back}
    if row.refusals:
        text = _("%(done)s, %(n)d not: %(why)s") % {"done": text, "n": len(row.refusals), "why": reasons}
    return _tell(request, text, row)


@require_POST
def save_folder(request: HttpRequest) -> HttpResponse:
    """Keep this list under a name."""
    row = services.save_folder(
        actor=actor_of(request),
        name=request.POST.get("name", ""),
        query=request.POST.get("query", ""),
        is_shared=request.POST.get("is_shared") == "1",
    )
    return _go(request, f"{reverse('conversations:inbox')}?{row.query}")


@require_POST
def delete_folder(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Its conversations stay where they are."""
    services.delete_folder(actor=actor_of(request), folder_id=folder_id)
    return _go(request, reverse("conversations:inbox"))


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
