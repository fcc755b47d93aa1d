"""What was done to a message afterwards: edited, deleted, reacted to. Nothing is overwritten without a trace."""

from django.utils import timezone

from conversations import decisions
from conversations.channels.port import InboundChange, InboundMessage
from conversations.errors import ForeignMessageError
from conversations.events import MessageChanged
from conversations.models import ChangeKind, Channel, Conversation, Message, MessageChange, MessageStatus
from conversations.services.opening import contact_of, latest_conversation
from conversations.services.provider_ids import lock_receipts
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service

STAND_IN = "is_stand_in"  # a row for a message that has not come, only its edit or deletion


@service
def record_change(*, actor: Actor, channel: Channel, change: InboundChange) -> MessageChange:
    """Keep an edit, a deletion or a reaction, and carry it out on its message.

    A reaction waits for a message that is not there yet; an edit or a deletion stands in for it, so that people see
    it, until it comes. Only who wrote a message may change it.
    """
    known = MessageChange.objects.filter(channel=channel, external_id=change.external_id).first()
    if known is not None:
        return known
    conversation = None
    if change.kind != "reaction":
        contact = contact_of(actor, channel, change.senders, name=change.sender_name, at=change.at)
        conversation = latest_conversation(actor=actor, channel=channel, contact=contact)
    lock_receipts(change.provider_id)
    rows = Message.objects.select_for_update(no_key=True, of=("self",)).select_related("conversation")
    message = rows.filter(channel=channel, provider_id=change.provider_id).first()
    row = MessageChange.objects.create(
        workspace_id=channel.workspace_id,
        channel=channel,
        message=message,
        provider_id=change.provider_id,
        external_id=change.external_id,
        kind=change.kind,
        author_kind="person" if change.is_echo else "contact",
        text=change.text,
        at=change.at,
    )
    if message is None and conversation is not None:
        _stand_in(actor, conversation, row, change)
    elif message is not None:
        _carry_out(actor, conversation, message, row, change)
    return row


def _carry_out(
    actor: Actor,
    conversation: Conversation | None,
    message: Message,
    row: MessageChange,
    change: InboundChange,
) -> None:
    if conversation is not None:
        _check_own(conversation, message, change)
    _apply(actor, message, row)
    if conversation and conversation.pk == message.conversation_id:
        _refresh_line(conversation, message)


def _check_own(conversation: Conversation, message: Message, change: InboundChange) -> None:
    is_theirs = message.conversation.contact_id == conversation.contact_id
    if not is_theirs or (message.direction == "out") != change.is_echo:
        raise ForeignMessageError


def apply_parked(actor: Actor, message: Message) -> None:
    """A message has come (or has got its id): carry out what was done to it before, in order."""
    parked = MessageChange.objects.select_for_update(no_key=True).filter(
        channel_id=message.channel_id, provider_id=message.provider_id, message__isnull=True
    )
    for row in parked.order_by("at", "id"):
        row.message = message
        row.save(update_fields=["message"])
        _apply(actor, message, row)


def _apply(actor: Actor, message: Message, row: MessageChange) -> None:
    work = {ChangeKind.REACTION: _react, ChangeKind.EDIT: _edit, ChangeKind.REVOKE: _revoke}
    work[ChangeKind(row.kind)](message, row)
    message.save()
    publish(MessageChanged(str(message.pk), str(message.conversation_id), row.kind), actor=actor)


def react_ourselves(actor: Actor, message: Message, emoji: str, *, cause: str) -> None:
    """A colleague reacts to a (locked) message: shown at once, while it is on its way to the customer."""
    row = MessageChange.objects.create(
        workspace_id=message.workspace_id,
        channel_id=message.channel_id,
        message=message,
        provider_id=message.provider_id,
        external_id=cause,
        kind=ChangeKind.REACTION,
        author_kind="person",
        text=emoji,
        at=timezone.now(),
    )
    _apply(actor, message, row)


def _react(message: Message, row: MessageChange) -> None:
    """One reaction for each side: the newest; without an emoji it is taken back."""
    if _newest(message, row) != row:
        return
    others = [given for given in message.reactions if given["by"] != row.author_kind]
    mine = [{"by": row.author_kind, "emoji": row.text}] if row.text else []
    message.reactions = [*others, *mine]


def _newest(message: Message, row: MessageChange) -> MessageChange | None:
    rows = MessageChange.objects.filter(message=message, kind=row.kind, author_kind=row.author_kind)
    return rows.order_by("-at", "-id").first()


def _edit(message: Message, row: MessageChange) -> None:
    """The newest wording is shown; the first one is kept beside it, the others are the changes themselves."""
    if message.edited_at is None and message.deleted_at is None:
        message.original_text = message.text
    message.edited_at = max(message.edited_at or row.at, row.at)
    if message.deleted_at is None and _newest(message, row) == row:
        message.text = row.text
        message.facts = {name: value for name, value in message.facts.items() if name != "words"}


def _revoke(message: Message, row: MessageChange) -> None:
    """A tombstone: the words are hidden and kept for the audit; nobody answers them."""
    if message.edited_at is None and message.deleted_at is None:
        message.original_text = message.text
    message.deleted_at = message.deleted_at or row.at
    message.text, message.wants_answer = "", False


def _refresh_line(conversation: Conversation, message: Message) -> None:
    """The list shows the last message as it is now."""
    if conversation.last_sequence == message.sequence:
        conversation.last_message_text = decisions.snippet(message.text)
        conversation.save_without_historical_record(update_fields=["last_message_text"])  # type: ignore[attr-defined]


def _stand_in(actor: Actor, conversation: Conversation, row: MessageChange, change: InboundChange) -> None:
    """The message itself is not here: a row in its place says what is known. It counts as nothing new."""
    conversation.last_sequence += 1
    message = Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        channel=conversation.channel,
        sequence=conversation.last_sequence,
        direction="out" if change.is_echo else "in",
        kind=change.message_kind[:30],
        facts={**change.facts, STAND_IN: True},
        payload=dict(change.raw),
        status=MessageStatus.SENT if change.is_echo else MessageStatus.DELIVERED,
        author_kind="person" if change.is_echo else "contact",
        author_id="phone" if change.is_echo else str(conversation.contact_id),
        author_name="Phone app" if change.is_echo else str(conversation.contact)[:200],
        provider_id=change.provider_id,
        provider_time=change.at,
        wants_answer=False,
    )
    conversation.last_message_at = conversation.last_message_at or message.created_at
    conversation.save_without_historical_record()  # type: ignore[attr-defined]
    row.message = message
    row.save(update_fields=["message"])
    _apply(actor, message, row)


def adopt(conversation: Conversation, given: InboundMessage) -> Message | None:
    """The message whose edit or deletion came first: what stood in for it moves to the end of the thread, with the
    words of the message as the first wording. None when nothing stands in."""
    lock_receipts(given.external_id)
    rows = Message.objects.select_for_update(no_key=True).filter(
        channel_id=conversation.channel_id, provider_id=given.external_id
    )
    rows = rows.filter(**{f"facts__{STAND_IN}": True})
    if not rows.exists():  # nearly always: nobody asks for its forty columns then
        return None
    row = rows.get()
    conversation.last_sequence += 1
    row.conversation, row.sequence = conversation, conversation.last_sequence
    row.kind, row.original_text = given.kind[:30], given.text
    row.facts = {name: value for name, value in row.facts.items() if name != STAND_IN}
    row.payload, row.provider_time, row.reply_to = dict(given.raw), given.sent_at, given.reply_to
    row.wants_answer = given.wants_answer and row.deleted_at is None and bool(row.text.strip())
    row.save()
    return row
