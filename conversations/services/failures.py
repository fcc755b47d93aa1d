"""What a failure tells of the contact or the conversation, beyond the message that failed."""

from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations import decisions, selectors
from conversations.models import Choice, Consent, Conversation, Message, MessageStatus
from conversations.services.consents import note_consent
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.core.actors import Actor
from crm.core.sentences import kept
from crm.core.service import service

NOT_DELIVERED = kept(gettext_noop("Not delivered to %(who)s"))

UNREACHABLE, HELD, OPTED_OUT = "131026", "131049", "131050"
HELD_FOR = timedelta(hours=24)
CHOICES = {HELD: Choice.HELD, OPTED_OUT: Choice.OUT}


@service
def note_failure(*, actor: Actor, message_id: UUID) -> None:
    """Take the provider at its word: the window is closed, they can't be reached, or they want no offers.

    Told again, it changes nothing more. What the contact wrote after the failure counts more than the failure.
    """
    message = Message.objects.filter(pk=message_id, workspace_id=actor.workspace_id).first()
    if message is None or message.status != MessageStatus.FAILED:
        return
    conversation = selectors.lock_conversation(actor, message.conversation_id)
    at = message.failed_at or timezone.now()
    wrote_since = conversation.last_inbound_at is not None and conversation.last_inbound_at > at
    if not _was_said_anew(message):
        _write(conversation, "send_failed_at", at)
    _tell_author(actor, conversation, message)
    if message.error_code in CHOICES:
        _note_choice(actor, conversation, message, CHOICES[message.error_code])
    elif message.error_code == UNREACHABLE and not wrote_since:
        _write(conversation, "unreachable_since", conversation.unreachable_since or at)
    elif (
        message.error_code == decisions.CLOSED_BY_PROVIDER
        and not wrote_since
        and conversation.window_expires_at
    ):
        _write(conversation, "window_expires_at", min(conversation.window_expires_at, at))


def _tell_author(actor: Actor, conversation: Conversation, message: Message) -> None:
    """The person who wrote it, once for each message; a bot needs nobody to tell it."""
    author = message.author_id if message.author_kind == "person" else ""
    member = crm_selectors.find_member(conversation.workspace_id, author)
    if member is None:
        return
    crm_services.alert_user(
        actor=actor,
        user_id=member.user_id,
        kind="failed_send",
        key=f"failed:{message.pk}:{message.attempts}",
        title=(NOT_DELIVERED % {"who": conversation.contact.label})[:200],
        body=message.error_text or message.text[:200],
        url=f"{reverse('conversations:inbox')}?open={conversation.pk}&message={message.pk}#message-{message.pk}",
    )


def _was_said_anew(message: Message) -> bool:
    """Whether we have written since, and that did not fail: then nobody needs to look."""
    later = Message.objects.filter(conversation_id=message.conversation_id, sequence__gt=message.sequence)
    lost = [MessageStatus.FAILED, MessageStatus.CANCELLED]
    return later.filter(direction="out").exclude(status__in=lost).exists()


def _write(conversation: Conversation, field: str, value: object) -> None:
    setattr(conversation, field, value)
    conversation.save_without_historical_record(update_fields=[field])  # type: ignore[attr-defined]


def _note_choice(actor: Actor, conversation: Conversation, message: Message, choice: Choice) -> None:
    if Consent.objects.filter(message=message, choice=choice).exists():
        return
    at = message.failed_at or timezone.now()
    note_consent(
        actor,
        conversation.contact,
        conversation.channel,
        choice=choice,
        source="error",
        at=at,
        evidence=message.error_text,
        until=at + HELD_FOR if choice == Choice.HELD else None,
        message=message,
    )
