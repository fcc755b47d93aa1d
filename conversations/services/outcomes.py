"""Writing down how a send went; what happens next depends on the kind of error."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from conversations import decisions
from conversations.channels.port import (
    Accepted,
    ChannelError,
    InboundReceipt,
)
from conversations.events import ChannelPaused, MessageStatusChanged
from conversations.models import Channel, Message, MessageStatus
from conversations.services.claiming import Claim
from conversations.services.endings import fail, mark_unknown, release
from conversations.services.receipts import (
    lock_receipts,
    match_parked_receipts,
    record_receipt,
)
from crm.bus import publish
from crm.core.actors import Actor, acting, system_actor

AUTH_WAIT = timedelta(seconds=60)


def _held(claim: Claim) -> Message | None:
    """The message, locked, if this worker still holds its lease."""
    rows = Message.objects.select_for_update(of=("self",), no_key=True).select_related("channel")
    return rows.filter(pk=claim.message_id, lease_token=claim.token).first()


@transaction.atomic
def mark_sent(*, claim: Claim, accepted: Accepted) -> None:
    """The provider took it. A receipt that was faster is not undone."""
    lock_receipts(accepted.provider_id)
    row = _held(claim)
    if row is None:
        _mark_sent_late(claim, accepted)
        return
    actor = system_actor(row.workspace_id, via="task")
    with acting(actor):
        row.provider_id = accepted.provider_id
        release(row)
        row.sent_at = row.sent_at or timezone.now()
        row.status = decisions.next_status(row.status, "sent")
        if row.status != MessageStatus.FAILED:
            row.error_code = row.error_text = ""
        row.save()
        publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status), actor=actor)
        match_parked_receipts(actor, row)


def _mark_sent_late(claim: Claim, accepted: Accepted) -> None:
    """The lease ran out before the answer came: what we learnt is worth as much as a receipt, and no more."""
    message = Message.objects.select_related("channel").filter(pk=claim.message_id).first()
    if message is None:
        return
    receipt = InboundReceipt(
        external_id="",
        account="",
        provider_id=accepted.provider_id,
        status="sent",
        at=timezone.now(),
        opaque=claim.outgoing.opaque,
    )
    actor = system_actor(message.workspace_id, via="task")
    record_receipt(actor=actor, channel=message.channel, receipt=receipt)


@transaction.atomic
def mark_failed(*, claim: Claim, error: ChannelError) -> None:
    """It did not go through: what happens next depends on the kind of error."""
    row = _held(claim)
    if row is None:
        return
    actor = system_actor(row.workspace_id, via="task")
    with acting(actor):
        if row.status != MessageStatus.QUEUED:  # a receipt was faster and knows better
            release(row)
            row.save(update_fields=["lease_until", "lease_token"])
        elif error.kind == "unknown":
            mark_unknown(actor, row, error.text)
        elif error.kind == "permanent":
            fail(actor, row, error.code, error.text)
        else:
            _try_later(actor, row, error)


def _try_later(actor: Actor, row: Message, error: ChannelError) -> None:
    wait = decisions.wait_before_retry(row.attempts, error.retry_after, error.code)
    if error.kind == "auth":
        wait = AUTH_WAIT
        row.attempts -= 1  # not the message's fault: no attempt is burned
        _pause(actor, row.channel, error)
    release(row)
    row.next_at, row.error_code, row.error_text = timezone.now() + wait, error.code, error.text
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, error.code), actor=actor)


def _pause(actor: Actor, channel: Channel, error: ChannelError) -> None:
    channel.paused_because = f"{error.code}: {error.text}"
    channel.paused_until = timezone.now() + AUTH_WAIT
    channel.save(update_fields=["paused_because", "paused_until"])
    publish(ChannelPaused(str(channel.pk), channel.paused_because), actor=actor)
