"""What is to be sent later: written in the composer, listed in its thread and for everybody's, and taken back."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST, require_safe

from conversations import decisions, selectors, services
from conversations.forms import LaterForm
from conversations.models import Conversation, ScheduledMessage
from conversations.views.composer import composer_of
from conversations.views.thread import after, show_thread
from crm.core.actors import Actor
from crm.core.doors import actor_of, tell
from crm.core.errors import InvalidInputError

TIMES = {
    "later": gettext_lazy("Later today"),
    "tomorrow": gettext_lazy("Tomorrow"),
    "next_week": gettext_lazy("Next week"),
}


def own_clock(request: HttpRequest) -> str:
    """The reader's time zone where it is not the workspace's: it is said beside the times they type."""
    zone = timezone.get_current_timezone_name()
    return "" if zone == request.workspace.time_zone else zone.replace("_", " ")  # type: ignore[attr-defined]


@require_GET
def times(request: HttpRequest, id: UUID) -> HttpResponse:
    """When the reply may go: the usual times, each with whether free replies are over by then."""
    conversation = selectors.get_conversation(actor_of(request), id)
    now = timezone.localtime()
    offered = [
        {
            "label": TIMES[name],
            "at": at,
            "value": at.isoformat(),
            "is_too_late": _is_too_late(conversation, at),
        }
        for name, at in decisions.snooze_times(now)
    ]
    context = {
        "conversation": conversation,
        "times": offered,
        "earliest": f"{now:%Y-%m-%dT%H:%M}",
        "clock": own_clock(request),
    }
    return render(request, "conversations/_later_times.html", context)


def _is_too_late(conversation: Conversation, at: datetime) -> bool:
    return selectors.can_send(conversation, at=at).code == "window_closed"


@require_POST
def send_later(request: HttpRequest, id: UUID) -> HttpResponse:
    """Keep the reply for a time; the toast takes it back."""
    actor = actor_of(request)
    conversation = selectors.get_conversation(actor, id)
    form = LaterForm(request.POST)
    if not form.is_valid():
        if "due_at" in form.errors:
            raise InvalidInputError(fields={"due_at": [_("Choose a time.")]})
        return show_thread(request, actor, conversation, composer=composer_of(actor, conversation, form))
    row = services.schedule_message(
        actor=actor,
        conversation_id=id,
        text=form.cleaned_data["text"],
        due_at=moment_of(form.cleaned_data["due_at"]),
        reply_to=_quoted(actor, form.cleaned_data["quoting"]),
        holds_on_answer=form.cleaned_data["holds_on_answer"],
    )
    at = date_format(timezone.localtime(row.due_at), "j M H:i")
    undo = reverse("conversations:withdraw", args=[row.pk])
    return tell(after(request, actor, id), _("Goes out %(at)s.") % {"at": at}, undo_url=undo)


def moment_of(given: str) -> datetime:
    """When, as a form says it: a time without a zone is on the reader's clock, as every time they are shown."""
    try:
        moment = parse_datetime(given)
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidInputError(fields={"due_at": [_("Choose a time.")]})
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _quoted(actor: Actor, message_id: UUID | None) -> str:
    return selectors.get_message(actor, message_id).provider_id if message_id else ""


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Everything that waits for its time or was held back, of all conversations one sees."""
    actor = actor_of(request)
    context = {
        "nav": "inbox",
        "rows": selectors.waiting_scheduled(actor),
        "can_reply": actor.may("conversations.reply"),
        "can_broadcast": actor.may("conversations.broadcast"),
    }
    return render(request, "conversations/waiting.html", context)


@require_POST
def withdraw(request: HttpRequest, scheduled_id: UUID) -> HttpResponse:
    """Not to be sent after all; the toast takes that back. What was held is put out of sight."""
    actor = actor_of(request)
    row = services.withdraw_scheduled(actor=actor, scheduled_id=scheduled_id)
    if row.due_at <= timezone.now():
        return _back(request, actor, row, _("Put away."))
    undo = reverse("conversations:restore", args=[row.pk])
    return _back(request, actor, row, _("It will not be sent."), undo)


@require_POST
def restore(request: HttpRequest, scheduled_id: UUID) -> HttpResponse:
    """To be sent after all."""
    actor = actor_of(request)
    row = services.restore_scheduled(actor=actor, scheduled_id=scheduled_id)
    return _back(request, actor, row, _("It will be sent."))


def _back(
    request: HttpRequest, actor: Actor, row: ScheduledMessage, text: str, undo_url: str = ""
) -> HttpResponse:
    """To where it was pressed: the list, which hears of it by the wire, or the thread."""
    is_list = request.POST.get("from") == "list"
    if not getattr(request, "htmx", False):
        messages.success(request, text)
        return redirect("conversations:waiting") if is_list else after(request, actor, row.conversation_id)
    answer = HttpResponse(status=204) if is_list else after(request, actor, row.conversation_id)
    return tell(answer, text, undo_url=undo_url)
