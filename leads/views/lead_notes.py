"""Notes on a lead: written, changed, deleted and brought back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.doors import actor_of, tell
from leads import services
from leads.forms import NoteForm
from leads.views.answers import read, shown


@require_POST
def note(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Write a note."""
    text = read(request, NoteForm).cleaned_data["text"]
    made = services.note_lead(actor=actor_of(request), lead_id=lead_id, text=text)
    undo = reverse("leads:delete_note", args=[lead_id, made.pk])
    return tell(shown(request, lead_id), _("Noted"), undo_url=undo)


@require_POST
def change(request: HttpRequest, lead_id: UUID, note_id: UUID) -> HttpResponse:
    """Other words for it."""
    text = read(request, NoteForm).cleaned_data["text"]
    services.change_note(actor=actor_of(request), lead_id=lead_id, note_id=note_id, text=text)
    return shown(request, lead_id)


@require_POST
def delete(request: HttpRequest, lead_id: UUID, note_id: UUID) -> HttpResponse:
    """Out of sight, with the way back."""
    services.delete_note(actor=actor_of(request), lead_id=lead_id, note_id=note_id)
    undo = reverse("leads:restore_note", args=[lead_id, note_id])
    return tell(shown(request, lead_id), _("Note deleted"), undo_url=undo)


@require_POST
def restore(request: HttpRequest, lead_id: UUID, note_id: UUID) -> HttpResponse:
    """There again."""
    services.restore_note(actor=actor_of(request), lead_id=lead_id, note_id=note_id)
    return shown(request, lead_id)
