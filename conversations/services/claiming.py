"""Claiming: the head of a conversation's queue for one worker, with the last checks at the claim."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conversations import decisions, selectors
from conversations.channels.port import (
    Account,
    Address,
    Outgoing,
    Template,
)
from conversations.models import Conversation, Message, MessageStatus
from conversations.services.endings import LEASE, cancel, fail, mark_unknown
from conversations.services.pacing import may_go_now, note_attempt
from conversations.services.receipts import (
    UNKNOWN_OUTCOME,
)
from crm.core.actors import Actor, acting, system_actor

MAX_TIMES_UNKNOWN = 2  # once more when nothing was heard of it, then a person decides
LISTEN = timedelta(seconds=15)
NOT_CONFIRMED = "Not confirmed: the customer may have it. Send it again only if they don't."


@dataclass(frozen=True)
class Claim:
    """A message that one worker may send now, in plain values."""

    message_id: UUID
    token: UUID
    kind: str
    account: Account
    outgoing: Outgoing


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
                return _lease(conversation, row) if may_go_now(conversation, row) else None
    return None


def _is_free(actor: Actor, conversation: Conversation, row: Message) -> bool:
    """False when the head of the queue must be waited for. A lease that ran out means: we don't know."""
    now = timezone.now()
    if row.lease_until and row.lease_until > now:
        return False
    if row.lease_until and row.status == MessageStatus.QUEUED:
        mark_unknown(actor, row, "The worker stopped while it was sending.")
        return False
    if row.next_at and row.next_at > now:
        return False
    return row.status == MessageStatus.QUEUED or _after_unknown(actor, row)


def _after_unknown(actor: Actor, row: Message) -> bool:
    """Nothing was heard of a send in time. What does no harm twice goes out once more; else a person decides.
    While receipts wait to be read, one of them may still tell."""
    now = timezone.now()
    is_young = now - (row.attempted_at or now) < decisions.UNKNOWN_AT_MOST
    if is_young and selectors.are_receipts_waiting(row.channel_id):
        row.next_at = now + LISTEN
        row.save(update_fields=["next_at"])
        return False
    is_safe = decisions.is_safe_to_repeat(row.author_kind)
    if is_young and is_safe and row.times_unknown < MAX_TIMES_UNKNOWN:
        row.status = MessageStatus.QUEUED
        row.save(update_fields=["status"])
        return True
    fail(actor, row, UNKNOWN_OUTCOME, NOT_CONFIRMED, gave_up=True)
    return True


def _still_right(actor: Actor, conversation: Conversation, row: Message) -> bool:
    """The last checks, at the claim and not at the decision: ownership, attempts, window."""
    if row.author_kind == "agent" and row.epoch != conversation.ownership_epoch:
        cancel(actor, row, "A person took over.")
        return False
    if row.attempts >= decisions.MAX_ATTEMPTS:
        text = row.error_text or "Gave up after several attempts."
        fail(actor, row, row.error_code or "gave_up", text, gave_up=True)
        return False
    verdict = selectors.can_send(conversation, is_template=row.kind == "template", is_queued=True)
    if not verdict.ok:
        fail(actor, row, verdict.code, verdict.reason)
        return False
    return True


def _lease(conversation: Conversation, row: Message) -> Claim:
    now = timezone.now()
    row.attempts += 1
    row.attempted_at, row.lease_until, row.lease_token = now, now + LEASE, uuid.uuid4()
    row.save(update_fields=["attempts", "attempted_at", "lease_until", "lease_token"])
    note_attempt(conversation, now)
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
