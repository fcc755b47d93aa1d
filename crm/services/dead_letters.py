"""Dead letters: try one again, as it was or edited; set it aside, and bring it back."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from crm import decisions, policies, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotAllowedError
from crm.core.service import service
from crm.errors import CannotEditError
from crm.events import DeadLetterReplayed, DeadLetterRestored, DeadLetterSetAside
from crm.models import DeadLetterNote
from crm.selectors import Letter


@service
def replay_letter(*, actor: Actor, letter: str, text: str | None = None) -> DeadLetterNote:
    """Try a dead letter again; with `text` it is edited first, and what it was is kept.

    Safe to repeat: what the letter holds keeps its own ids, so nothing is done twice.
    """
    policies.check_can_replay(actor)
    found = selectors.get_letter(actor, letter)
    note = _note(actor, letter)
    if text is not None:
        _edit(actor, found, note, text)
    found.source.replay(actor=actor, pk=found.row.pk)
    note.replays, note.last_replayed_at, note.set_aside_at = note.replays + 1, timezone.now(), None
    note.save()
    replayed = DeadLetterReplayed(letter, found.source.key, found.reason, is_edited=text is not None)
    publish(replayed, actor=actor)
    return note


def _edit(actor: Actor, letter: Letter, note: DeadLetterNote, text: str) -> None:
    """Put the edited text in the place of what died; the first original stays for good."""
    if selectors.is_masked(actor):
        raise NotAllowedError(_("Editing shows what customers wrote, and your role doesn't see contacts."))
    editable = letter.source.editable(letter.row)
    if letter.source.edit is None or editable is None or len(editable) > selectors.EDITABLE:
        raise CannotEditError
    if fault := decisions.json_fault(text):
        raise InvalidInputError(_("This is not JSON. %(fault)s") % {"fault": fault}, fields={"text": [fault]})
    if note.original is None:
        note.original = editable
    note.edited_at = timezone.now()
    letter.source.edit(actor=actor, pk=letter.row.pk, text=text.encode())


def _note(actor: Actor, letter: str) -> DeadLetterNote:
    """The note of a letter, locked; made when nobody has touched it before."""
    rows = DeadLetterNote.objects.select_for_update(no_key=True)
    note, _is_new = rows.get_or_create(workspace_id=actor.workspace_id, letter=letter)
    return note


@service
def set_letter_aside(*, actor: Actor, letter: str) -> DeadLetterNote:
    """It needs nothing more: off the list and out of the counts, kept as it is. Said twice it stays so."""
    policies.check_can_replay(actor)
    found = selectors.get_letter(actor, letter)
    note = _note(actor, letter)
    if note.set_aside_at is None:
        _put(note, timezone.now())
        publish(DeadLetterSetAside(letter, found.source.key, found.reason), actor=actor)
    return note


@service
def restore_letter(*, actor: Actor, letter: str) -> DeadLetterNote:
    """Back on the list."""
    policies.check_can_replay(actor)
    found = selectors.get_letter(actor, letter)
    note = _note(actor, letter)
    if note.set_aside_at is not None:
        _put(note, None)
        publish(DeadLetterRestored(letter, found.source.key, found.reason), actor=actor)
    return note


def _put(note: DeadLetterNote, at: datetime | None) -> None:
    note.set_aside_at = at
    note.save(update_fields=["set_aside_at"])
