"""Settings, dead letters: what could not be worked off, by kind; one of them; and what people may do about it."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm import selectors, services
from crm.core.actors import Actor
from crm.core.dead_letters import source_of
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError, NotFoundError

SHOWN = 100  # letters on a page; the oldest of them first are for the API


@require_safe
def dead_letters(request: HttpRequest) -> HttpResponse:
    """The kinds there are; of one kind, or of those set aside, the letters."""
    actor = actor_of(request)
    source, reason = request.GET.get("source", ""), request.GET.get("reason", "")
    is_aside = request.GET.get("aside") == "1"
    if source or is_aside:
        return _letters(request, actor, source, reason, is_aside)
    groups = selectors.letter_groups(actor)
    context = {
        "groups": [{"url": _kind_url(g.source.key, g.reason), "group": g} for g in groups],
        "total": sum(g.count for g in groups),
    }
    return render(request, "settings/dead_letters.html", context)


def _letters(request: HttpRequest, actor: Actor, source: str, reason: str, is_aside: bool) -> HttpResponse:
    kind = source_of(source) if source else None
    if (source and kind is None) or "\0" in reason:
        raise NotFoundError
    rows = selectors.visible_letters(actor, source=source, reason=reason, is_aside=is_aside)
    found = [selectors.as_letter(row) for row in rows.order_by("-letter_since", "-letter")[: SHOWN + 1]]
    context = {
        "letters": [_row(actor, letter) for letter in found[:SHOWN]],
        "has_more": len(found) > SHOWN,
        "source": kind,
        "reason": reason,
        "why": selectors.reason_of(kind, reason) if kind else None,
        "count": selectors.dead_rows(actor, kind).filter(letter_reason=reason).count() if kind else None,
        "run": selectors.newest_replay(actor, source, reason) if kind else None,
        "is_aside": is_aside,
        "may_replay": actor.may("deadletters.replay"),
        "here_url": request.get_full_path(),
    }
    return render(request, "settings/dead_letter_list.html", context)


def _kind_url(source: str, reason: str) -> str:
    query = HttpRequest().GET.copy()
    query.update({"source": source, "reason": reason})
    return f"{reverse('crm:dead_letters')}?{query.urlencode()}"


def _row(actor: Actor, letter: selectors.Letter) -> dict[str, Any]:
    brief = letter.source.brief(letter.row)
    return {
        "letter": letter,
        "sentence": selectors.shown_sentence(actor, letter, brief.sentence),
        "about": brief.about,
        "attempts": brief.attempts,
        "url": reverse("crm:dead_letter", args=[letter.id]),
    }


@require_safe
def dead_letter(request: HttpRequest, letter: str) -> HttpResponse:
    """One letter: why it died, what it holds, what was done about it."""
    return _one(request, letter)


def _one(request: HttpRequest, letter: str, error: InvalidInputError | None = None) -> HttpResponse:
    actor = actor_of(request)
    found = selectors.get_letter(actor, letter)
    brief, note = found.source.brief(found.row), selectors.note_of(actor, letter)
    editable = found.source.editable(found.row)
    is_editable = editable is not None and len(editable) <= selectors.EDITABLE
    may_edit = actor.may("deadletters.replay") and is_editable and not selectors.is_masked(actor)
    typed = request.POST.get("text") if error else selectors.shown_text(actor, editable or b"")
    context = {
        **_row(actor, found),
        "brief": brief,
        "kind_url": _kind_url(found.source.key, found.reason),
        "alike": selectors.count_alike(actor, found),
        "text": selectors.shown_text(actor, found.source.text(found.row)),
        "is_masked": selectors.is_masked(actor),
        "note": note,
        "original": selectors.shown_text(actor, bytes(note.original)) if note and note.original else "",
        "history": selectors.timeline_of(actor, [f"letter:{letter}"], limit=20),
        "may_replay": actor.may("deadletters.replay"),
        "edit": {"text": typed, "error": error.message if error else ""} if may_edit else None,
    }
    return render(request, "settings/dead_letter.html", context, status=400 if error else 200)


@require_POST
def replay(request: HttpRequest, letter: str) -> HttpResponse:
    """Try it again; with a text it is edited first. A text that can't be read comes back with what is wrong."""
    actor, text = actor_of(request), request.POST.get("text")
    found = selectors.get_letter(actor, letter)
    try:
        services.replay_letter(actor=actor, letter=letter, text=text)
    except InvalidInputError as error:
        if text is None:
            raise
        return _one(request, letter, error)
    messages.success(request, _("It is tried again now. If it fails once more, it comes back to this list."))
    return redirect(_kind_url(found.source.key, found.reason))


@require_POST
def replay_all(request: HttpRequest) -> HttpResponse:
    """All of one kind, by a worker."""
    source, reason = request.POST.get("source", ""), request.POST.get("reason", "")
    run = services.replay_many(actor=actor_of(request), source=source, reason=reason)
    messages.success(request, _("%(n)s are tried again, one after the other.") % {"n": run.total})
    return redirect(_kind_url(source, reason))


@require_POST
def set_aside(request: HttpRequest, letter: str) -> HttpResponse:
    """It needs nothing more; the note at the edge offers to take that back."""
    actor = actor_of(request)
    found = selectors.get_letter(actor, letter)
    services.set_letter_aside(actor=actor, letter=letter)
    if not getattr(request, "htmx", False):
        messages.success(request, _("Set aside. You find it under Set aside."))
        return redirect(_kind_url(found.source.key, found.reason))
    said = {"text": _("Set aside"), "kind": "good", "undo_url": reverse("crm:restore_letter", args=[letter])}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": said, "letters-moved": {}})})


@require_POST
def restore(request: HttpRequest, letter: str) -> HttpResponse:
    """Back on the list."""
    services.restore_letter(actor=actor_of(request), letter=letter)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"letters-moved": {}})})
    return redirect("crm:dead_letter", letter)
