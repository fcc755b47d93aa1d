"""How a send can end: not known yet, failed, cancelled. Every ending gives the lease back and is told."""

from datetime import timedelta

from django.utils import timezone

from conversations.events import MessageStatusChanged
from conversations.models import Message, MessageStatus
from crm.bus import publish
from crm.core.actors import Actor

UNKNOWN_WAIT = timedelta(seconds=60)  # for a receipt to tell what became of a send


def release(row: Message) -> None:
    """No worker holds it any more. Does not save."""
    row.lease_until = row.lease_token = None


def mark_unknown(actor: Actor, row: Message, because: str) -> None:
    """It may have gone out: a receipt has some time to tell."""
    release(row)
    row.status, row.error_code, row.error_text = MessageStatus.UNKNOWN, "unknown", because
    row.next_at, row.times_unknown = timezone.now() + UNKNOWN_WAIT, row.times_unknown + 1
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, "unknown"), actor=actor)


def fail(actor: Actor, row: Message, code: str, text: str) -> None:
    """It did not go out, and will not by itself."""
    release(row)
    row.status, row.failed_at = MessageStatus.FAILED, timezone.now()
    row.error_code, row.error_text = code[:40], text
    row.save()
    publish(
        MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, row.error_code), actor=actor
    )


def cancel(actor: Actor, row: Message, because: str) -> None:
    """A queued message that must not go out any more."""
    release(row)
    row.status, row.error_code, row.error_text = MessageStatus.CANCELLED, "cancelled", because
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, "cancelled"), actor=actor)
