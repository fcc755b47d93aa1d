"""Sending: queued with the decision, claimed by one worker, in order, with the last checks at the claim."""

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conversations import decisions, policies, selectors
from conversations.channels.port import (
    Accepted,
    Account,
    Address,
    ChannelError,
    InboundReceipt,
    Outgoing,
    Template,
)
from conversations.channels.registry import adapter_for
from conversations.errors import BotSilencedError, CannotSendError
from conversations.events import ChannelPaused, MessageQueued, MessageStatusChanged
from conversations.models import Channel, Conversation, Message, MessageStatus, OwnerKind
from conversations.services.ownership import silence_bot
from conversations.services.receipts import (
    UNKNOWN_OUTCOME,
    lock_receipts,
    match_parked_receipts,
    record_receipt,
)
from crm.bus import publish
from crm.core.actors import Actor, ActorKind, acting, system_actor
from crm.core.errors import InvalidInputError
from crm.core.service import service

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # longer than the provider's time limit
UNKNOWN_WAIT = timedelta(seconds=60)  # for a receipt to tell what became of a send
AUTH_WAIT = timedelta(seconds=60)
MAX_TIMES_UNKNOWN = 2  # once more when nothing was heard of it, then a person decides


@service
def send_message(
    *,
    actor: Actor,
    conversation_id: UUID,
    text: str,
    cause: str | None = None,
    epoch: int | None = None,
    reply_to: str = "",
    template: Template | None = None,
) -> Message:
    """Queue a message. A person who writes owns the conversation from then on; a bot must still own it.

    `cause` names what made us send it (a turn, a handoff): the same cause never sends twice. `epoch` is the
    ownership a bot decided in. Refuses empty or too long texts, a closed window and a silenced bot.
    """
    policies.check_can_reply(actor)
    _check_text(text, template)
    conversation = selectors.lock_conversation(actor, conversation_id)
    if cause and (known := Message.objects.filter(workspace_id=actor.workspace_id, cause=cause).first()):
        return known
    verdict = selectors.can_send(conversation, is_template=template is not None)
    if not verdict.ok:
        raise CannotSendError(verdict.code, verdict.reason)
    _check_owner(actor, conversation, epoch)
    return _queue(actor, conversation, text, cause, reply_to, template)


def _check_text(text: str, template: Template | None) -> None:
    if template is None and not text.strip():
        raise InvalidInputError(fields={"text": ["Write something."]})
    if len(text) > decisions.TEXT_LIMIT:
        fix = f"At most {decisions.TEXT_LIMIT} characters; this has {len(text)}."
        raise InvalidInputError(fields={"text": [fix]})


def _check_owner(actor: Actor, conversation: Conversation, epoch: int | None) -> None:
    if actor.kind == ActorKind.AGENT:
        if conversation.owner_kind != OwnerKind.AGENT or conversation.ownership_epoch != epoch:
            raise BotSilencedError
    elif actor.user_id is not None and actor.kind in {ActorKind.PERSON, ActorKind.API_CLIENT}:
        silence_bot(actor, conversation, actor.user_id)


AUTHORS = {
    ActorKind.AGENT: "agent",
    ActorKind.PERSON: "person",
    ActorKind.API_CLIENT: "person",
    ActorKind.AUTOMATION: "automation",
}


def _queue(
    actor: Actor,
    conversation: Conversation,
    text: str,
    cause: str | None,
    reply_to: str,
    template: Template | None,
) -> Message:
    now = timezone.now()
    conversation.last_sequence += 1
    row = Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        channel=conversation.channel,
        sequence=conversation.last_sequence,
        direction="out",
        kind="template" if template else "text",
        text=text,
        payload={"template": [template.name, template.language, list(template.parameters)]}
        if template
        else {},
        status=MessageStatus.QUEUED,
        author_kind=AUTHORS.get(actor.kind, "system"),
        author_id=actor.id,
        author_name=actor.label,
        reply_to=reply_to,
        cause=cause,
        epoch=conversation.ownership_epoch,
        next_at=now,
    )
    conversation.last_message_at, conversation.last_message_text = now, decisions.snippet(text)
    conversation.last_message_direction, conversation.last_message_author_kind = "out", row.author_kind
    conversation.waiting_since = None
    if row.author_kind == "person":
        conversation.unread_count = 0
    conversation.save_without_historical_record()  # type: ignore[attr-defined]
    queued = MessageQueued(str(row.pk), str(conversation.pk), str(conversation.contact_id), row.author_kind)
    publish(queued, actor=actor)
    return row


@service
def retry_message(*, actor: Actor, message_id: UUID) -> Message:
    """Queue a message that failed once more, at its place in the thread."""
    policies.check_can_reply(actor)
    seen = selectors.get_message(actor, message_id)
    conversation = selectors.lock_conversation(actor, seen.conversation_id)
    row = Message.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if row.direction != "out" or row.status != MessageStatus.FAILED:
        raise CannotSendError("not_failed", "Only a message that failed can be sent again.")
    verdict = selectors.can_send(conversation, is_template=row.kind == "template")
    if not verdict.ok:
        raise CannotSendError(verdict.code, verdict.reason)
    row.status, row.next_at, row.error_code, row.error_text = MessageStatus.QUEUED, timezone.now(), "", ""
    row.attempts = row.times_unknown = 0
    row.epoch = conversation.ownership_epoch
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(conversation.pk), row.status), actor=actor)
    return row


@dataclass(frozen=True)
class Claim:
    """A message that one worker may send now, in plain values."""

    message_id: UUID
    token: UUID
    kind: str
    account: Account
    outgoing: Outgoing


def send_due(*, conversation_id: UUID) -> int:
    """Send what is due in a conversation, oldest first; returns how many were handed to the provider."""
    sent = 0
    while claim := claim_next(conversation_id):
        _carry_out(claim)
        sent += 1
    return sent


@transaction.atomic
def claim_next(conversation_id: UUID) -> Claim | None:
    """Lease the head of the conversation's queue, or None. The conversation is locked: whoever takes it over
    waits for this, and what is claimed after a takeover is not the bot's."""
    conversation = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("channel", "contact")
        .filter(pk=conversation_id)
        .first()
    )
    if conversation is None:
        return None
    waiting = Message.objects.select_for_update(no_key=True).filter(
        conversation=conversation, direction="out", status__in=[MessageStatus.QUEUED, MessageStatus.UNKNOWN]
    )
    actor = system_actor(conversation.workspace_id, via="task")
    with acting(actor):
        for row in waiting.order_by("sequence"):
            if not _is_free(actor, conversation, row):
                return None
            if row.status == MessageStatus.QUEUED and _still_right(actor, conversation, row):
                return _lease(conversation, row)
    return None


def _is_free(actor: Actor, conversation: Conversation, row: Message) -> bool:
    """False when the head of the queue must be waited for. A lease that ran out means: we don't know."""
    now = timezone.now()
    if row.lease_until and row.lease_until > now:
        return False
    if row.lease_until and row.status == MessageStatus.QUEUED:
        _mark_unknown(actor, row, "The worker stopped while it was sending.")
        return False
    if row.next_at and row.next_at > now:
        return False
    paused = conversation.channel.paused_until
    if paused and paused > now:
        return False
    return row.status == MessageStatus.QUEUED or _after_unknown(actor, row)


def _after_unknown(actor: Actor, row: Message) -> bool:
    """Nothing was heard of a send in time: once more, then a person decides."""
    if row.times_unknown < MAX_TIMES_UNKNOWN:
        row.status = MessageStatus.QUEUED
        row.save(update_fields=["status"])
        return True
    _fail(
        actor,
        row,
        UNKNOWN_OUTCOME,
        "WhatsApp never said whether it took this message. Check before sending again.",
    )
    return True


def _still_right(actor: Actor, conversation: Conversation, row: Message) -> bool:
    """The last checks, at the claim and not at the decision: ownership, attempts, window."""
    if row.author_kind == "agent" and row.epoch != conversation.ownership_epoch:
        cancel(actor, row, "A person took over.")
        return False
    if row.attempts >= decisions.MAX_ATTEMPTS:
        _fail(actor, row, row.error_code or "gave_up", row.error_text or "Gave up after several attempts.")
        return False
    verdict = selectors.can_send(conversation, is_template=row.kind == "template", was_open=True)
    if not verdict.ok:
        _fail(actor, row, verdict.code, verdict.reason)
        return False
    return True


def _lease(conversation: Conversation, row: Message) -> Claim:
    now = timezone.now()
    row.attempts += 1
    row.attempted_at, row.lease_until, row.lease_token = now, now + LEASE, uuid.uuid4()
    row.save(update_fields=["attempts", "attempted_at", "lease_until", "lease_token"])
    given = row.payload.get("template")
    return Claim(
        message_id=row.pk,
        token=row.lease_token,
        kind=conversation.channel.kind,
        account=selectors.account_of(conversation.channel),
        outgoing=Outgoing(
            to=Address(conversation.recipient_kind, conversation.recipient_value),
            text=row.text,
            opaque=f"msg:{row.pk}",
            reply_to=row.reply_to,
            template=Template(given[0], given[1], tuple(given[2])) if given else None,
        ),
    )


def _carry_out(claim: Claim) -> None:
    """Call the provider outside any transaction, then write down how it went."""
    adapter = adapter_for(claim.kind)
    try:
        if adapter is None:
            raise ChannelError("permanent", "no_adapter", f"This product doesn't speak {claim.kind}.")
        accepted = adapter.send(claim.account, claim.outgoing)
    except ChannelError as error:
        mark_failed(claim=claim, error=error)
    else:
        mark_sent(claim=claim, accepted=accepted)


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
        _release(row)
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
            _release(row)
            row.save(update_fields=["lease_until", "lease_token"])
        elif error.kind == "unknown":
            _mark_unknown(actor, row, error.text)
        elif error.kind == "permanent":
            _fail(actor, row, error.code, error.text)
        else:
            _try_later(actor, row, error)


def _try_later(actor: Actor, row: Message, error: ChannelError) -> None:
    wait = decisions.wait_before_retry(row.attempts, error.retry_after, error.code)
    if error.kind == "auth":
        wait = AUTH_WAIT
        row.attempts -= 1  # not the message's fault: no attempt is burned
        _pause(actor, row.channel, error)
    _release(row)
    row.next_at, row.error_code, row.error_text = timezone.now() + wait, error.code, error.text
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, error.code), actor=actor)


def _pause(actor: Actor, channel: Channel, error: ChannelError) -> None:
    channel.paused_because = f"{error.code}: {error.text}"
    channel.paused_until = timezone.now() + AUTH_WAIT
    channel.save(update_fields=["paused_because", "paused_until"])
    publish(ChannelPaused(str(channel.pk), channel.paused_because), actor=actor)


def _release(row: Message) -> None:
    row.lease_until = row.lease_token = None


def _mark_unknown(actor: Actor, row: Message, because: str) -> None:
    _release(row)
    row.status, row.error_code, row.error_text = MessageStatus.UNKNOWN, "unknown", because
    row.next_at, row.times_unknown = timezone.now() + UNKNOWN_WAIT, row.times_unknown + 1
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, "unknown"), actor=actor)


def _fail(actor: Actor, row: Message, code: str, text: str) -> None:
    _release(row)
    row.status, row.failed_at = MessageStatus.FAILED, timezone.now()
    row.error_code, row.error_text = code[:40], text
    row.save()
    publish(
        MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, row.error_code), actor=actor
    )


def cancel(actor: Actor, row: Message, because: str) -> None:
    """A queued message that must not go out any more."""
    _release(row)
    row.status, row.error_code, row.error_text = MessageStatus.CANCELLED, "cancelled", because
    row.save()
    publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), row.status, "cancelled"), actor=actor)
