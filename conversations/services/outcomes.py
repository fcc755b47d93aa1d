"""Writing down how a send went; what happens next depends on the kind of error."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conversations import decisions
from conversations.channels.port import (
    Accepted,
    ChannelError,
    InboundReceipt,
)
from conversations.events import MessageStatusChanged
from conversations.models import Channel, Message, MessageStatus
from conversations.services.channels import hold
from conversations.services.claiming import Claim
from conversations.services.endings import fail, mark_unknown, release
from conversations.services.pacing import note_failure, note_success, note_throttled
from conversations.services.provider_ids import lock_receipts
from conversations.services.receipts import match_parked_receipts, record_receipt
from crm.bus import publish
from crm.core.actors import Actor, acting, system_actor


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
        note_success(actor, row.channel)
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
            note_failure(row.channel)
            mark_unknown(actor, row, error.text)
        elif error.kind == "permanent":
            note_success(actor, row.channel)  # it was refused, and so the provider works
            fail(actor, row, error.code, error.text)
        else:
            _try_later(actor, row, error)


def _try_later(actor: Actor, row: Message, error: ChannelError) -> None:
    is_pair = error.kind == "throttled" and error.scope == "person"
    wait = decisions.wait_before_retry(row.attempts, error.retry_after, is_pair=is_pair)
    if error.kind == "auth":
        wait = timedelta(0)  # the channel waits, not the message
        _pause(actor, row.channel_id, error)
    elif error.kind == "throttled" and error.scope == "account":
        wait = note_throttled(row.channel, error.retry_after)
    elif error.kind == "transient":
        note_failure(row.channel)
    if error.kind == "auth" or error.scope == "account":
        row.attempts -= 1  # not the message's fault: no attempt is burned
    release(row)
    row.next_at, row.error_code, row.error_text = timezone.now() + wait, error.code, error.text
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, error.code), actor=actor)


def _pause(actor: Actor, channel_id: UUID, error: ChannelError) -> None:
    """The account has to be mended: the channel waits, and one message tries now and then whether it is. Where a person
    has paused it meanwhile, that holds, and none tries."""
    channel = Channel.objects.select_for_update(no_key=True).get(pk=channel_id)
    if channel.is_paused_by_person:
        return
    now = timezone.now()
    wait = decisions.wait_before_trying_account(now - (channel.paused_since or now))
    hold(actor, channel, f"{error.code}: {error.text}"[:500], until=now + wait)
