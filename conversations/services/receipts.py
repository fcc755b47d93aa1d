"""What providers say about our messages: every receipt is kept, the shown status never goes back."""

from datetime import datetime
from uuid import UUID

from conversations import decisions
from conversations.channels.port import InboundReceipt
from conversations.events import MessageStatusChanged
from conversations.models import Channel, Message, MessageReceipt, MessageStatus
from conversations.services.changing import apply_parked
from conversations.services.provider_ids import lock_receipts
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service

STAGES = ("sent", "delivered", "read", "played")
UNKNOWN_OUTCOME = "unknown_outcome"  # we gave up waiting; a receipt may still tell


@service
def record_receipt(*, actor: Actor, channel: Channel, receipt: InboundReceipt) -> MessageReceipt:
    """Keep a receipt and show what it tells; without a message of ours it is parked until one is known."""
    lock_receipts(receipt.provider_id)
    message = _message_of(channel, receipt)
    row = MessageReceipt.objects.create(
        workspace_id=channel.workspace_id,
        channel=channel,
        message=message,
        provider_id=receipt.provider_id,
        status=receipt.status,
        at=receipt.at,
        opaque=receipt.opaque[:512],
        error_code=receipt.error_code[:40],
        error_text=receipt.error_text,
    )
    if message is not None:
        _apply(actor, message, row)
    return row


def _message_of(channel: Channel, receipt: InboundReceipt) -> Message | None:
    """By the provider's id, else by our own id that it echoes: so a lost answer is found again."""
    rows = Message.objects.select_for_update(no_key=True).filter(channel=channel, direction="out")
    found = rows.filter(provider_id=receipt.provider_id).first()
    return found or rows.filter(pk__in=_our_ids(receipt.opaque)).first()


def _our_ids(opaque: str) -> list[UUID]:
    try:
        return [UUID(opaque.removeprefix("msg:"))] if opaque.startswith("msg:") else []
    except ValueError:
        return []


def _apply(actor: Actor, message: Message, receipt: MessageReceipt) -> None:
    message.provider_id = message.provider_id or receipt.provider_id
    _note_time(message, receipt.status, receipt.at)
    is_guess = message.status == MessageStatus.FAILED and message.error_code == UNKNOWN_OUTCOME
    status = decisions.next_status("unknown" if is_guess else message.status, receipt.status)
    changed = status != message.status
    if changed:
        message.status = status
        message.error_code = receipt.error_code if status == "failed" else ""
        message.error_text = receipt.error_text if status == "failed" else ""
    message.save()
    if changed:
        told = MessageStatusChanged(str(message.pk), str(message.conversation_id), status, message.error_code)
        publish(told, actor=actor)


def _note_time(message: Message, status: str, at: datetime) -> None:
    """Each stage keeps its first time; playing implies reading, which implies delivery, which implies sending."""
    field = f"{status}_at"
    setattr(message, field, min(getattr(message, field) or at, at))
    implied = STAGES[: STAGES.index(status)] if status in STAGES else ()
    for earlier in implied:
        setattr(message, f"{earlier}_at", getattr(message, f"{earlier}_at") or at)


def match_parked_receipts(actor: Actor, message: Message) -> None:
    """Receipts that came before the provider's answer was written down."""
    parked = MessageReceipt.objects.select_for_update(no_key=True).filter(
        channel_id=message.channel_id, provider_id=message.provider_id, message__isnull=True
    )
    for receipt in parked.order_by("id"):
        receipt.message = message
        receipt.save(update_fields=["message"])
        _apply(actor, message, receipt)
    apply_parked(actor, message)
