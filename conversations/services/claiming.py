"""Claiming: the head of a conversation's queue for one worker, with the last checks at the claim."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations import selectors
from conversations.channels.port import (
    Account,
    Address,
    Outgoing,
    Template,
)
from conversations.models import Conversation, Message, MessageStatus
from conversations.services.endings import LEASE, mark_unknown
from conversations.services.pacing import may_go_now, note_attempt
from conversations.services.rechecks import after_unknown, is_late, is_silent, still_right
from crm.core.actors import Actor, acting, system_actor
from crm.core.walls import within_row


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
    conversation = _lock(conversation_id)
    if conversation is None:
        return None
    actor = system_actor(conversation.workspace_id, via="task")
    with acting(actor):
        for row in _waiting(conversation):
            if not _is_free(actor, row):
                return None
            if row.status == MessageStatus.QUEUED and still_right(actor, conversation, row):
                return _lease(conversation, row) if may_go_now(conversation, row) else None
    return None


def _lock(conversation_id: UUID) -> Conversation | None:
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("channel", "contact").filter(pk=conversation_id).first()


def _waiting(conversation: Conversation) -> Iterator[Message]:
    """The conversation's queue, oldest first, each row as it is when its turn comes."""
    rows = Message.objects.select_for_update(no_key=True).filter(
        conversation=conversation, direction="out", status__in=[MessageStatus.QUEUED, MessageStatus.UNKNOWN]
    )
    after = 0
    while row := rows.filter(sequence__gt=after).order_by("sequence").first():
        after = row.sequence
        yield row


def _is_free(actor: Actor, row: Message) -> bool:
    """False when the head of the queue must be waited for. A lease that ran out means: we don't know."""
    now = timezone.now()
    if row.lease_until and row.lease_until > now:
        return False
    if row.lease_until and row.status == MessageStatus.QUEUED:
        mark_unknown(actor, row, gettext_noop("The worker stopped while it was sending."))
        return False
    if row.next_at and row.next_at > now:
        return False
    return row.status == MessageStatus.QUEUED or after_unknown(actor, row)


@within_row(Conversation, "conversation_id")
@transaction.atomic
def settle_overdue(*, conversation_id: UUID) -> None:
    """What waits too long for its channel comes to an end: answers of the bot that are too late, and sends of which
    nothing was heard for a quarter of an hour."""
    conversation = _lock(conversation_id)
    if conversation is None:
        return
    actor, now = system_actor(conversation.workspace_id, via="task"), timezone.now()
    with acting(actor):
        for row in _waiting(conversation):
            if row.lease_until and row.lease_until > now:
                continue
            if row.status == MessageStatus.UNKNOWN and is_silent(row, now):
                after_unknown(actor, row)
            elif row.status == MessageStatus.QUEUED and not row.lease_until and is_late(row, now):
                still_right(actor, conversation, row)


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
            reaction=row.text if row.kind == "reaction" else None,
        ),
    )
