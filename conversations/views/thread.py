"""The open conversation: its messages, who answers, its context; and what can be done there."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from conversations import selectors, services
from conversations.forms import ReactionForm, ReplyForm, TemplateForm
from conversations.models import Conversation, OwnerKind, ScheduledMessage
from conversations.services import Template
from conversations.views.bubbles import stretch_of
from conversations.views.composer import composer_of
from crm import panels
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from crm.core.told import said


@require_GET
def thread(request: HttpRequest, id: UUID) -> HttpResponse:
    """The open conversation as a fragment; a full page when asked without HTMX."""
    actor = actor_of(request)
    if not getattr(request, "htmx", False):
        selectors.get_conversation(actor, id)  # a stranger learns nothing, not even where it would be
        return redirect(f"{reverse('conversations:inbox')}?open={id}")
    if not selectors.visible_conversations(actor).filter(pk=id).exists():
        return _out_of_sight(request, status=404)
    conversation = services.mark_read(actor=actor, conversation_id=id)
    return show_thread(request, actor, selectors.get_conversation(actor, conversation.pk))


def _out_of_sight(request: HttpRequest, *, status: int) -> HttpResponse:
    """In the place of a thread that is open and not for this person any more: says nothing of whose it is."""
    return render(request, "conversations/_out_of_sight.html", status=status)


def show_thread(request: HttpRequest, actor: Actor, conversation: Conversation, **extra: Any) -> HttpResponse:
    """The thread as it is now; 422 when the composer came back with errors."""
    context = thread_context(actor, conversation, request) | extra
    status = 422 if "composer" in extra else 200
    return render(request, "conversations/_thread.html", context, status=status)


def thread_context(actor: Actor, conversation: Conversation, request: HttpRequest) -> dict[str, Any]:
    """Everything _thread.html shows."""
    return {
        "conversation": conversation,
        **stretch_of(actor, conversation, request),
        "ownership": _ownership(actor, conversation),
        "composer": composer_of(actor, conversation),
        "identities": [
            {"kind": i.get_kind_display(), "value": i.shown_as or i.value, "is_former": bool(i.former_since)}
            for i in conversation.contact.identities.all()
        ],
        "scheduled": _scheduled(actor, conversation),
        "origin": _origin(conversation),
        "panels": [
            {"title": p.title, "url": reverse(p.url_name, args=[conversation.pk])}
            for p in panels.panels_of("conversation")
        ],
    }


def _scheduled(actor: Actor, conversation: Conversation) -> list[ScheduledMessage]:
    """What waits for its time here, and what was held."""
    return selectors.scheduled_of(actor, conversation.pk)


def _origin(conversation: Conversation) -> dict[str, Any] | None:
    """The ad they came from, and until when answering is free because of it."""
    if not conversation.attribution:
        return None
    ad = conversation.attribution
    return {
        "title": ad.get("headline") or ad.get("body") or ad.get("source_id", ""),
        "is_ad": ad.get("source_type") == "ad",
        "free_until": selectors.free_entry_until(conversation),
    }


def _ownership(actor: Actor, conversation: Conversation) -> dict[str, Any]:
    names = {
        OwnerKind.AGENT: panels.bot_name(conversation),
        OwnerKind.PERSON: str(conversation.assignee or _("A colleague")),
        OwnerKind.NOBODY: "",
    }
    is_open = conversation.status != Conversation.Status.CLOSED
    may = is_open and actor.may("conversations.take_over")
    is_mine = conversation.owner_kind == OwnerKind.PERSON and conversation.assignee_id == actor.user_id
    return {
        "owner_kind": conversation.owner_kind,
        "owner_name": names[OwnerKind(conversation.owner_kind)],
        "since": conversation.owned_since,
        "why": said(conversation.owned_because),
        "can_take_over": may and not is_mine,
        "can_close": is_open and actor.may("conversations.reply"),
        "can_give_back": may
        and conversation.owner_kind != OwnerKind.AGENT
        and conversation.channel.is_bot_on,
    }


@require_POST
def send(request: HttpRequest, id: UUID) -> HttpResponse:
    """Queue a reply; the composer's key makes a double click one message."""
    actor = actor_of(request)
    form = ReplyForm(request.POST)
    conversation = selectors.get_conversation(actor, id)
    if not form.is_valid():
        return show_thread(request, actor, conversation, composer=composer_of(actor, conversation, form))
    key = form.cleaned_data["idempotency_key"]
    cause = f"composer:{actor.user_id}:{key}" if key else None
    services.send_message(
        actor=actor,
        conversation_id=id,
        text=form.cleaned_data["text"],
        cause=cause,
        quoting=form.cleaned_data["quoting"],
    )
    return after(request, actor, id)


@require_POST
def send_template(request: HttpRequest, id: UUID) -> HttpResponse:
    """Outside the window: queue a template with its blanks filled in."""
    actor = actor_of(request)
    conversation = selectors.get_conversation(actor, id)
    form = TemplateForm(request.POST)
    row = selectors.find_template(conversation, form.cleaned_data["template"]) if form.is_valid() else None
    if row is None:
        raise InvalidInputError(_("Choose a template."), fields={"template": [_("Choose a template.")]})
    key = form.cleaned_data["idempotency_key"]
    services.send_message(
        actor=actor,
        conversation_id=id,
        text=" · ".join([row.name, *form.cleaned_data["values"]]),
        cause=f"template:{actor.user_id}:{key}" if key else None,
        template=Template(row.name, row.language, form.cleaned_data["values"]),
    )
    return after(request, actor, id)


@require_GET
def templates(request: HttpRequest, id: UUID) -> HttpResponse:
    """The templates that may be sent here now, for the composer's third page."""
    conversation = selectors.get_conversation(actor_of(request), id)
    composer = {"templates": selectors.usable_templates(conversation)}
    context = {"conversation": conversation, "composer": composer}
    return render(request, "conversations/_template_form.html", context)


@require_POST
def take_over(request: HttpRequest, id: UUID) -> HttpResponse:
    """One click: the bot is silent."""
    actor = actor_of(request)
    services.take_over(actor=actor, conversation_id=id)
    return after(request, actor, id)


@require_POST
def give_back(request: HttpRequest, id: UUID) -> HttpResponse:
    """One click: the bot has the word again."""
    actor = actor_of(request)
    services.give_back(actor=actor, conversation_id=id)
    return after(request, actor, id)


@require_POST
def close(request: HttpRequest, id: UUID) -> HttpResponse:
    """Done."""
    actor = actor_of(request)
    services.close_conversation(actor=actor, conversation_id=id)
    return after(request, actor, id)


@require_POST
def retry(request: HttpRequest, id: UUID, message_id: UUID) -> HttpResponse:
    """Send a failed message again."""
    actor = actor_of(request)
    services.retry_message(actor=actor, message_id=message_id)
    return after(request, actor, id)


@require_POST
def react(request: HttpRequest, id: UUID, message_id: UUID) -> HttpResponse:
    """React to a message, or take it back."""
    actor = actor_of(request)
    form = ReactionForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(fields={"emoji": [_("One emoji, or nothing to take it back.")]})
    services.react_to_message(actor=actor, message_id=message_id, emoji=form.cleaned_data["emoji"])
    return after(request, actor, id)


@require_POST
def ask_again(request: HttpRequest, id: UUID, media_id: UUID) -> HttpResponse:
    """Ask the customer for a file that can't be had any more."""
    actor = actor_of(request)
    services.ask_again(actor=actor, media_id=media_id)
    return after(request, actor, id)


def after(request: HttpRequest, actor: Actor, id: UUID) -> HttpResponse:
    """The thread after a change, or what stands there when the change took it away; the page itself without HTMX."""
    if getattr(request, "htmx", False):
        if not selectors.visible_conversations(actor).filter(pk=id).exists():
            return _out_of_sight(request, status=200)
        return show_thread(request, actor, selectors.get_conversation(actor, id))
    return redirect(f"{reverse('conversations:inbox')}?open={id}")
