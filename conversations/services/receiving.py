"""A contact wrote: contact, conversation, message, once."""

from datetime import datetime, timedelta

from django.utils import timezone

from conversations import decisions
from conversations.channels.port import Address, InboundMessage
from conversations.channels.registry import adapter_for
from conversations.events import MessageReceived
from conversations.models import Channel, Conversation, Message, MessageStatus
from conversations.services.changing import STAND_IN, adopt
from conversations.services.consents import note_button
from conversations.services.identities import address_now, note_move
from conversations.services.opening import contact_of, latest_conversation, open_conversation
from conversations.services.rechecks import interrupt_bot
from conversations.services.snoozing import note_woken
from conversations.services.writing import keep_files, write_message
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service


@service
def receive_message(*, actor: Actor, channel: Channel, message: InboundMessage) -> Message:
    """File a message under its contact's one open conversation on the channel; delivered again it stays one.

    A notice (a changed number) is filed where they last talked and opens nothing.
    """
    if known := _known(channel, message):
        return known
    contact = contact_of(
        actor,
        channel,
        message.senders,
        name=message.sender_name,
        username=message.username,
        at=message.sent_at,
    )
    find = latest_conversation if message.is_quiet else open_conversation
    conversation = find(actor=actor, channel=channel, contact=contact)
    row = adopt(conversation, message) or _write(actor, conversation, message)
    keep_files(row, message.files)
    _note_inbound(actor, conversation, row, message)
    note_button(actor, row)
    note_move(actor, conversation, message)
    return row


def _known(channel: Channel, message: InboundMessage) -> Message | None:
    """The message, if it was filed before; what stands in for it is not it."""
    rows = Message.objects.filter(channel=channel, provider_id=message.external_id)
    found = rows.values_list(
        "pk", "facts"
    ).first()  # nearly always nothing: its forty columns are not asked for
    return None if found is None or found[1].get(STAND_IN) else rows.get(pk=found[0])


def _write(actor: Actor, conversation: Conversation, given: InboundMessage) -> Message:
    return write_message(
        actor,
        conversation,
        given,
        direction="in",
        status=MessageStatus.DELIVERED,
        author_kind="contact",
        author_id=str(conversation.contact_id),
        author_name=str(conversation.contact)[:200],
    )


def _note_inbound(actor: Actor, conversation: Conversation, row: Message, given: InboundMessage) -> None:
    """What lists and clocks show of the conversation from now on, and the news of it."""
    was_open = conversation.status == Conversation.Status.OPEN
    was_snoozed = conversation.status == Conversation.Status.SNOOZED
    conversation.last_inbound_sequence = row.sequence
    if not given.is_quiet:
        _note_words(conversation, row, given)
        _note_recipient(conversation, given)
        _note_window(conversation, given)
    conversation.last_message_at = conversation.last_message_at or timezone.now()
    if was_open or given.is_quiet:
        conversation.save_without_historical_record()  # type: ignore[attr-defined]
    else:
        conversation.save()
    if was_snoozed and conversation.status == Conversation.Status.OPEN:
        note_woken(actor, conversation, "customer")
    if row.wants_answer:
        interrupt_bot(actor, conversation)
    received = MessageReceived(
        message_id=str(row.pk),
        conversation_id=str(conversation.pk),
        contact_id=str(conversation.contact_id),
        channel_id=str(conversation.channel_id),
        sequence=row.sequence,
        kind=row.kind,
    )
    publish(received, actor=actor)


def _note_words(conversation: Conversation, row: Message, given: InboundMessage) -> None:
    """It is unread, and waits for an answer if it wants one. What another agent answers does neither."""
    now = timezone.now()
    conversation.status, conversation.snoozed_until = Conversation.Status.OPEN, None
    conversation.last_message_at, conversation.last_message_text = now, decisions.snippet(row.text)
    conversation.last_message_direction, conversation.last_message_author_kind = "in", "contact"
    conversation.unread_count += 0 if given.is_standby or row.deleted_at else 1
    if row.wants_answer:
        conversation.waiting_since = conversation.waiting_since or now
    if "referral" in given.facts:
        conversation.attribution = {
            **given.facts["referral"],
            "at": given.sent_at.isoformat(),
            "message": str(row.pk),
        }


def _note_recipient(conversation: Conversation, given: InboundMessage) -> None:
    """Replies go to where they wrote from last, whatever comes late; never to an address they have given up."""
    latest, sender = conversation.last_inbound_at, given.senders[0]
    if latest and given.sent_at < latest:
        return
    before = Address(conversation.recipient_kind, conversation.recipient_value)
    address = sender if sender == before else address_now(conversation, sender)
    if address == sender or (address and not before.value):
        conversation.recipient_kind, conversation.recipient_value = address.kind, address.value
        conversation.unreachable_since = None


def _note_window(conversation: Conversation, given: InboundMessage) -> None:
    """The window counts from the provider's time, not from ours."""
    adapter = adapter_for(conversation.channel.kind)
    hours = adapter.window_hours() if adapter else None
    conversation.window_expires_at = _open_until(conversation, given.sent_at, hours) if hours else None
    conversation.last_inbound_at = max(conversation.last_inbound_at or given.sent_at, given.sent_at)


def _open_until(conversation: Conversation, sent_at: datetime, hours: int) -> datetime:
    """So many hours after their latest words. What they said before the provider closed the window early doesn't open
    it again, however late it comes."""
    latest, window = conversation.last_inbound_at, timedelta(hours=hours)
    expires = conversation.window_expires_at
    if latest and expires and sent_at < expires < latest + window:
        return expires
    return max(latest or sent_at, sent_at) + window
