"""Somebody of us answered in the phone app: it is a person's message, and the bot is out."""

from django.utils import timezone

from conversations import decisions
from conversations.channels.port import InboundMessage
from conversations.events import MessageEchoed
from conversations.models import Channel, Conversation, Message, MessageStatus
from conversations.services.changing import adopt
from conversations.services.opening import contact_of, open_conversation
from conversations.services.ownership import own_by_phone
from conversations.services.writing import keep_files, write_message
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service

PHONE = "phone"


@service
def record_echo(*, actor: Actor, channel: Channel, message: InboundMessage) -> Message:
    """Keep what was written on the phone as an outgoing message of a person. It has gone out: it is never sent again.

    The bot stays silent from then on, as after any person's answer; nobody in the team owns it yet.
    """
    known = Message.objects.filter(channel=channel, provider_id=message.external_id).first()
    if known is not None and not known.facts.get("is_stand_in"):
        return known
    contact = contact_of(actor, channel, message.senders, name=message.sender_name, at=message.sent_at)
    conversation = open_conversation(actor=actor, channel=channel, contact=contact)
    own_by_phone(actor, conversation)
    row = adopt(conversation, message) or write_message(
        actor,
        conversation,
        message,
        direction="out",
        status=MessageStatus.SENT,
        author_kind="person",
        author_id=PHONE,
        author_name="Phone app",
        sent_at=message.sent_at,
    )
    keep_files(row, message.files)
    _note_answered(conversation, row)
    publish(MessageEchoed(str(row.pk), str(conversation.pk), str(contact.pk)), actor=actor)
    return row


def _note_answered(conversation: Conversation, row: Message) -> None:
    """Whoever wrote it has read what came before."""
    conversation.last_message_at, conversation.last_message_text = timezone.now(), decisions.snippet(row.text)
    conversation.last_message_direction, conversation.last_message_author_kind = "out", "person"
    conversation.waiting_since, conversation.unread_count = None, 0
    conversation.save_without_historical_record()  # type: ignore[attr-defined]
