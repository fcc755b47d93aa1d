"""Which stretch of a thread is shown: the newest, one further up, or the one around a message; and its bubbles."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from conversations import selectors
from conversations.models import Conversation, GiveBack, Message, Note
from crm import panels
from crm.core.actors import Actor
from crm.core.asking import ask_about

Beside = Note | GiveBack

THREAD_PAGE = 60
HALF_A_PAGE = 30
AT_MOST = 600  # of what came while the thread was open


def stretch_of(actor: Actor, conversation: Conversation, request: HttpRequest) -> dict[str, Any]:
    """What _messages.html shows: `bubbles`, and before them `earlier` ones when a message further up was asked for.

    `since` keeps the first message of an open thread where it was, so that nothing falls between what is repainted
    and what was fetched before it. Gaps are closed from above: `after` and `before` say between which messages.
    """
    before, after = _number(request, "before"), _number(request, "after")
    if before and after:
        return _between(actor, conversation, after, before)
    if before:
        page = _newest(_rows(conversation.pk).filter(sequence__lt=before))
        return _shown(actor, conversation, page)
    newest = _opened(conversation, _number(request, "since"))
    shown = _shown(actor, conversation, newest, is_newest=True)
    return shown | _around(actor, conversation, newest, request)


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name) or request.POST.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _rows(conversation_id: UUID) -> QuerySet[Message]:
    ours = Q(kind="reaction", direction="out") & ~Q(
        status="failed"
    )  # they stand at the message they are about
    rows = Message.objects.filter(conversation_id=conversation_id).exclude(ours)
    return rows.prefetch_related("media").select_related("conversation")


def _newest(rows: QuerySet[Message], count: int = THREAD_PAGE) -> list[Message]:
    return list(reversed(rows.order_by("-sequence")[:count]))


def _opened(conversation: Conversation, since: int | None) -> list[Message]:
    """The newest page, or everything from the message on that was its first when the thread was opened."""
    if since is None:
        return list(reversed(ask_about("opened thread", _opened_asked, conversation.pk)))
    return _newest(_rows(conversation.pk).filter(sequence__gte=since), AT_MOST)


def _opened_asked(conversation_id: UUID) -> QuerySet[Message]:
    return _rows(conversation_id).order_by("-sequence")[:THREAD_PAGE]


def _around(
    actor: Actor, conversation: Conversation, newest: list[Message], request: HttpRequest
) -> dict[str, Any]:
    """A stretch further up, when the message that is asked for is not among the newest."""
    wanted = _asked_for(conversation, request.GET.get("message", ""))
    if wanted is None or not newest or wanted >= newest[0].sequence:
        return {}
    first = newest[0].sequence
    rows = _rows(conversation.pk).filter(sequence__lt=first)
    above = _newest(rows.filter(sequence__lt=wanted), HALF_A_PAGE)
    page = [*above, *rows.filter(sequence__gte=wanted).order_by("sequence")[:HALF_A_PAGE]]
    shown = _shown(actor, conversation, page)
    gap = _gap_url(conversation, page[-1].sequence, first)
    return {"earlier": shown["bubbles"], "older_url": shown["older_url"], "earlier_gap_url": gap}


def _asked_for(conversation: Conversation, given: str) -> int | None:
    try:
        message_id = UUID(given)
    except ValueError:
        return None  # no message is asked for
    rows = Message.objects.filter(conversation=conversation, pk=message_id)
    return rows.values_list("sequence", flat=True).first()


def _between(actor: Actor, conversation: Conversation, after: int, before: int) -> dict[str, Any]:
    """The next page downwards into a gap, and what is left of the gap."""
    rows = _rows(conversation.pk).filter(sequence__gt=after, sequence__lt=before)
    page = list(rows.order_by("sequence")[:THREAD_PAGE])
    shown = _shown(actor, conversation, page)
    left = _gap_url(conversation, page[-1].sequence, before) if page else ""
    return shown | {"older_url": "", "gap_url": left}


def _gap_url(conversation: Conversation, after: int, before: int) -> str:
    """Where what lies between is fetched; nothing when nothing does."""
    if not _rows(conversation.pk).filter(sequence__gt=after, sequence__lt=before).exists():
        return ""
    return f"{_thread_url(conversation)}?after={after}&before={before}"


def _thread_url(conversation: Conversation) -> str:
    return reverse("conversations:thread", args=[conversation.pk])


def _shown(
    actor: Actor, conversation: Conversation, messages: list[Message], *, is_newest: bool = False
) -> dict[str, Any]:
    """A page of messages with its notes, and where what is older is fetched."""
    _dress(actor, messages)
    first = messages[0].sequence if messages else 1
    older = f"{_thread_url(conversation)}?before={first}" if first > 1 else ""
    beside = _beside(actor, conversation, messages, is_newest=is_newest)
    return {
        "messages": messages,
        "bubbles": list(_woven(messages, beside)),
        "older_url": older,
        "first_sequence": first,
    }


def _dress(actor: Actor, messages: list[Message]) -> None:
    """Put on each message what its bubble tells beyond its row."""
    reasons = panels.briefs("turn", actor, [m.pk for m in messages if m.author_kind == "agent"])
    quoted, earlier = selectors.quoted_by(messages), selectors.earlier_texts(messages)
    for message in messages:
        message.quoted = quoted.get(message.reply_to)  # type: ignore[attr-defined]
        message.earlier = earlier.get(message.pk, [])  # type: ignore[attr-defined]
        message.turn_note = reasons.get(message.pk, {}).get("note")  # type: ignore[attr-defined]
        message.trace = reasons.get(message.pk, {}).get("trace")  # type: ignore[attr-defined]


def _beside(
    actor: Actor, conversation: Conversation, messages: list[Message], *, is_newest: bool
) -> list[Beside]:
    """Notes and returns to the bot of the stretch that is shown: from its first message on, or from the beginning."""
    since = messages[0].created_at if messages and messages[0].sequence > 1 else None
    until = None if is_newest or not messages else _end_of(conversation, messages[-1])
    notes = selectors.notes_between(conversation, since, until)
    for note in notes:
        note.can_delete = actor.may("conversations.reply") and note.author_id == actor.user_id  # type: ignore[attr-defined]
    returns = selectors.give_backs_between(conversation, since, until)
    for line in returns:
        line.facts_shown = line.facts if actor.may("leads.view") else []  # type: ignore[attr-defined]
    return sorted([*notes, *returns], key=lambda row: row.created_at)


def _end_of(conversation: Conversation, last: Message) -> datetime | None:
    """When the message after this one came: up to there, notes stand with it."""
    rows = Message.objects.filter(conversation=conversation, sequence__gt=last.sequence).order_by("sequence")
    return rows.values_list("created_at", flat=True).first()


def _woven(messages: list[Message], beside: list[Beside]) -> Iterator[Message | Beside]:
    """Messages in their order, and what stands beside them before the first message that is younger."""
    waiting = list(beside)
    for message in messages:
        while waiting and waiting[0].created_at <= message.created_at:
            yield waiting.pop(0)
        yield message
    yield from waiting
