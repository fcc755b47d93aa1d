"""Notes of colleagues about a lead: written, changed, deleted, brought back."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.service import service
from leads import policies, selectors
from leads.events import LeadNoted, LeadNoteEdited
from leads.models import LeadNote

LONGEST = 4000


@service
def note_lead(*, actor: Actor, lead_id: UUID, text: str) -> LeadNote:
    """Write a note on the lead's timeline."""
    policies.check_can_edit_leads(actor)
    lead = selectors.get_lead(actor, lead_id)
    note = LeadNote(workspace_id=lead.workspace_id, lead=lead, author_id=actor.user_id, text=_checked(text))
    note.save()
    publish(LeadNoted(str(lead.pk), note.text, str(note.pk)), actor=actor)
    return note


def _checked(text: str) -> str:
    if not text.strip():
        raise InvalidInputError(fields={"text": [_("Write something first.")]})
    if len(text.strip()) > LONGEST:
        raise InvalidInputError(fields={"text": [_("At most %(most)s characters.") % {"most": LONGEST}]})
    return text.strip()


def _locked(actor: Actor, lead_id: UUID, note_id: UUID) -> LeadNote:
    """A note of this lead, fresh, for whoever may change it."""
    lead = selectors.get_lead(actor, lead_id)
    note = LeadNote.objects.select_for_update(no_key=True).filter(pk=note_id, lead=lead).first()
    if note is None:
        raise NotFoundError(_("There is no such note."))
    policies.check_can_change_note(actor, note)
    return note


@service
def change_note(*, actor: Actor, lead_id: UUID, note_id: UUID, text: str) -> LeadNote:
    """Other words for a note; the first ones stay in its history."""
    note, words = _locked(actor, lead_id, note_id), _checked(text)
    if note.text != words:
        note.text, note.edited_at = words, timezone.now()
        note.save(update_fields=["text", "edited_at"])
        publish(LeadNoteEdited(str(lead_id), str(note_id), "changed"), actor=actor)
    return note


@service
def delete_note(*, actor: Actor, lead_id: UUID, note_id: UUID) -> LeadNote:
    """Take a note out of sight; said twice it is gone once."""
    note = _locked(actor, lead_id, note_id)
    if note.deleted_at is None:
        note.deleted_at = timezone.now()
        note.save(update_fields=["deleted_at"])
        publish(LeadNoteEdited(str(lead_id), str(note_id), "deleted"), actor=actor)
    return note


@service
def restore_note(*, actor: Actor, lead_id: UUID, note_id: UUID) -> LeadNote:
    """Bring a deleted note back."""
    note = _locked(actor, lead_id, note_id)
    if note.deleted_at is not None:
        note.deleted_at = None
        note.save(update_fields=["deleted_at"])
        publish(LeadNoteEdited(str(lead_id), str(note_id), "restored"), actor=actor)
    return note
