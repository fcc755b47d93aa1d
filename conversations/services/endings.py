"""How a send can end: not known yet, failed, cancelled. Every ending gives the lease back and is told."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from conversations.events import MessageStatusChanged
from conversations.models import Message, MessageStatus
from crm.bus import publish
from crm.core.actors import Actor

UNKNOWN_WAIT = timedelta(seconds=settings.UNKNOWN_WAIT)  # for a receipt to tell what became of a send
LEASE = timedelta(
    seconds=settings.CLAIM_LEASE
)  # of a worker that sends: longer than the provider's time limit


def release(row: Message) -> None:
    """No worker holds it any more. Does not save."""
    row.lease_until = row.lease_token = None


def mark_unknown(actor: Actor, row: Message, because: str) -> None:
    """It may have gone out: a receipt has some time to tell."""
    release(row)
    row.status, row.error_code, row.error_text = MessageStatus.UNKNOWN, "unknown", because
    row.next_at = timezone.now() + UNKNOWN_WAIT
    row.times_unknown += 1
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, "unknown"), actor=actor)


def fail(actor: Actor, row: Message, code: str, text: str, *, gave_up: bool = False) -> None:
    """It did not go out, and will not by itself. `gave_up`: nobody refused it, we ran out of tries."""
    release(row)
    row.status, row.failed_at, row.gave_up = MessageStatus.FAILED, timezone.now(), gave_up
    row.error_code, row.error_text = code[:40], text
    row.save()
    publish(
        MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, row.error_code), actor=actor
    )


def cancel(actor: Actor, row: Message, because: str, *, code: str = "cancelled") -> None:
    """A queued message that must not go out any more."""
    release(row)
    row.status, row.error_code, row.error_text = MessageStatus.CANCELLED, code, because
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, code), actor=actor)
