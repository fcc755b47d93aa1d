"""Words among colleagues in a thread. Who is called by name hears of it."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations import decisions, policies, selectors
from conversations.core.mentions import mentioned
from conversations.errors import CannotSeeError
from conversations.events import NoteDeleted, NoteWritten
from conversations.models import Conversation, DraftKind, Mention, Note
from conversations.services.drafts import drop_draft
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.sentences import kept
from crm.core.service import service
from crm.models import Membership

MENTIONED = kept(gettext_noop("%(who)s mentioned you: %(contact)s"))


@service
def write_note(*, actor: Actor, conversation_id: UUID, text: str, cause: str | None = None) -> Note:
    """Leave a note; whoever stands in it as "@Name" is alerted. The same cause never writes twice.

    Refuses empty or too long texts, and to call somebody who does not see the conversation.
    """
    policies.check_can_write_note(actor)
    _check_text(text)
    conversation = selectors.lock_conversation(actor, conversation_id)
    if cause and (known := Note.objects.filter(workspace_id=actor.workspace_id, cause=cause).first()):
        return known
    called = _called(actor, conversation, text)
    note = Note.objects.create(
        workspace_id=actor.workspace_id,
        conversation=conversation,
        author_id=actor.user_id,
        author_name=actor.label[:200],
        text=text.strip(),
        cause=cause,
    )
    _call(actor, conversation, note, called)
    drop_draft(actor, conversation, DraftKind.NOTE)
    ids = tuple(str(member.user_id) for member in called)
    publish(NoteWritten(str(note.pk), str(conversation.pk), str(conversation.contact_id), ids), actor=actor)
    return note


def _check_text(text: str) -> None:
    if not text.strip():
        raise InvalidInputError(fields={"text": [_("Write something.")]})
    if len(text) > decisions.TEXT_LIMIT:
        fix = _("At most %(most)s characters; this has %(count)s.") % {
            "most": decisions.TEXT_LIMIT,
            "count": len(text),
        }
        raise InvalidInputError(fields={"text": [fix]})


def _called(actor: Actor, conversation: Conversation, text: str) -> list[Membership]:
    """The colleagues the note calls, other than its author; all of them must see the conversation."""
    names, members = selectors.people_to_mention(actor)
    called = [members[id_] for id_ in mentioned(text, names) if id_ != actor.user_id]
    blind = [str(m.user) for m in called if not selectors.sees_conversation(m, conversation)]
    if blind:
        raise CannotSeeError(", ".join(blind))
    return called


def _call(actor: Actor, conversation: Conversation, note: Note, called: Sequence[Membership]) -> None:
    """A row for the folder of mentions, and an alert that leads to the note."""
    url = f"{reverse('conversations:inbox')}?open={conversation.pk}#note-{note.pk}"
    for member in called:
        Mention.objects.create(
            workspace_id=note.workspace_id, note=note, conversation=conversation, user_id=member.user_id
        )
        crm_services.alert_user(
            actor=actor,
            user_id=member.user_id,
            kind="mention",
            key=f"mention:{note.pk}",
            title=(MENTIONED % {"who": note.author_name, "contact": conversation.contact.label})[:200],
            body=decisions.snippet(note.text),
            url=url,
        )


@service
def delete_note(*, actor: Actor, note_id: UUID) -> Note:
    """Take a note away; said twice it stays away. It can be put back."""
    note = _lock(actor, note_id)
    if note.deleted_at is None:
        note.deleted_at = timezone.now()
        note.save(update_fields=["deleted_at"])
        publish(NoteDeleted(str(note.pk), str(note.conversation_id)), actor=actor)
    return note


@service
def restore_note(*, actor: Actor, note_id: UUID) -> Note:
    """Put a note back that was taken away."""
    note = _lock(actor, note_id)
    if note.deleted_at is not None:
        note.deleted_at = None
        note.save(update_fields=["deleted_at"])
        publish(NoteDeleted(str(note.pk), str(note.conversation_id), is_back=True), actor=actor)
    return note


def _lock(actor: Actor, note_id: UUID) -> Note:
    seen = selectors.get_note(actor, note_id, with_deleted=True)
    policies.check_can_delete_note(actor, seen.author_id)
    return Note.objects.select_for_update(no_key=True).get(pk=seen.pk)


def see_mentions(actor: Actor, conversation: Conversation) -> None:
    """The actor has opened the conversation: they were called and have come."""
    rows = Mention.objects.filter(conversation=conversation, user=actor.user_id, seen_at__isnull=True)
    rows.update(seen_at=timezone.now())
