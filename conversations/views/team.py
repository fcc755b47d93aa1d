"""What colleagues do around a thread: notes, drafts, and what stands behind "@" and "/"."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from conversations import selectors, services
from conversations.forms import DraftForm, NoteForm
from conversations.views.composer import composer_of
from conversations.views.thread import after, show_thread
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError

OFFERED = 8  # rows of a list that opens while one types


@require_POST
def write_note(request: HttpRequest, id: UUID) -> HttpResponse:
    """Leave a note; the composer's key makes a double click one note."""
    actor = actor_of(request)
    form = NoteForm(request.POST)
    conversation = selectors.get_conversation(actor, id)
    if not form.is_valid():
        composer = composer_of(actor, conversation) | {"note_form": form, "mode": "note"}
        return show_thread(request, actor, conversation, composer=composer)
    key = form.cleaned_data["idempotency_key"]
    cause = f"note:{actor.user_id}:{key}" if key else None
    services.write_note(actor=actor, conversation_id=id, text=form.cleaned_data["text"], cause=cause)
    return after(request, actor, id)


@require_POST
def delete_note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Take a note away; a toast brings it back."""
    actor = actor_of(request)
    note = services.delete_note(actor=actor, note_id=note_id)
    answer = after(request, actor, note.conversation_id)
    undo = reverse("conversations:restore_note", args=[note.pk])
    toast = {"text": _("Note deleted."), "kind": "good", "undo_url": undo}
    answer["HX-Trigger"] = json.dumps({"toast": toast})
    return answer


@require_POST
def restore_note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Put it back."""
    actor = actor_of(request)
    return after(request, actor, services.restore_note(actor=actor, note_id=note_id).conversation_id)


@require_POST
def keep_draft(request: HttpRequest, id: UUID) -> HttpResponse:
    """What somebody is writing, as they write it; the answer says which wording the server has now."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(fields={k: [str(e) for e in errors] for k, errors in form.errors.items()})
    draft = services.keep_draft(actor=actor_of(request), conversation_id=id, **form.cleaned_data)
    return HttpResponse(status=204, headers={"X-Draft-Saved": str(draft.saved if draft else 0)})


@require_GET
def people(request: HttpRequest, id: UUID) -> HttpResponse:
    """Whom a note here may call: those who see the conversation, by how they are called."""
    actor = actor_of(request)
    conversation = selectors.get_conversation(actor, id)
    names, members = selectors.people_to_mention(actor)
    typed = request.GET.get("q", "").casefold()[:80]
    found: dict[UUID, dict[str, Any]] = {}
    for name, user_id in names.items():
        user = members[user_id].user
        fits = typed in name.casefold() or typed in user.email.casefold()
        if fits and user_id != actor.user_id and user_id not in found:
            found[user_id] = {"title": str(user), "text": user.email, "insert": f"@{name} "}
    seen = (row for id_, row in found.items() if selectors.sees_conversation(members[id_], conversation))
    return _offer(request, _first(seen), _("Nobody of that name sees this conversation."))


@require_GET
def canned(request: HttpRequest, id: UUID) -> HttpResponse:
    """Replies kept ready whose shortcut or words fit, filled in for this conversation."""
    actor = actor_of(request)
    conversation = selectors.get_conversation(actor, id)
    rows = (
        {
            "title": str(row),
            "text": filled.replace("\n", " ")[:160],
            "insert": filled,
        }
        for row in selectors.canned_replies_like(actor, request.GET.get("q", "").strip()[:80])
        for filled in [selectors.filled_for(actor, conversation, row.text)]
    )
    return _offer(request, _first(rows), _("No reply is kept ready under this."))


def _first(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for _n, row in zip(range(OFFERED), rows, strict=False)]


def _offer(request: HttpRequest, rows: list[dict[str, Any]], nothing: str) -> HttpResponse:
    return render(request, "conversations/_offers.html", {"rows": rows, "nothing": nothing})
