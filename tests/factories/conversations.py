"""Channels, conversations and messages. Rows by factory; `receive` goes the way a customer's message goes."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from conversations import services
from conversations.channels.port import Address, InboundMessage
from conversations.models import Channel, Conversation, Media, Message
from crm.core.actors import system_actor
from tests.factories.crm import ContactFactory

META_SECRET = "test-only-meta-secret"  # signs everything in tests/payloads
VERIFY_TOKEN = "test-only-verify-token"
PHONE_NUMBER_ID = "109900000000011"  # our number in tests/payloads
BUDI = "628110000101"

_wamids = itertools.count(1)


class ChannelFactory(DjangoModelFactory[Channel]):
    """A WhatsApp number by Meta whose bot is on. Give `workspace=`; `settings=` replaces all settings."""

    class Meta:
        model = Channel

    kind = "whatsapp_meta"
    key = Sequence(lambda n: f"whatsapp-{n}")
    name = LazyAttribute(lambda row: row.key)
    settings = LazyFunction(
        lambda: {
            "app_secret": META_SECRET,
            "verify_token": VERIFY_TOKEN,
            "phone_number_id": PHONE_NUMBER_ID,
            "access_token": "test-only-access-token",
        }
    )


class ConversationFactory(DjangoModelFactory[Conversation]):
    """An open conversation of the bot in which nobody has written yet. Give `channel=`."""

    class Meta:
        model = Conversation

    workspace = SelfAttribute("channel.workspace")
    contact = SubFactory(ContactFactory, workspace=SelfAttribute("..workspace"))
    owner_kind = "agent"
    recipient_kind = "wa_id"
    recipient_value = Sequence(lambda n: f"6281300{n:06d}")
    last_message_at = LazyFunction(timezone.now)


class MessageFactory(DjangoModelFactory[Message]):
    """A message of the contact, as stored. Give `conversation=` and `sequence=`; the thread's counters stay."""

    class Meta:
        model = Message

    workspace = SelfAttribute("conversation.workspace")
    channel = SelfAttribute("conversation.channel")
    direction = "in"
    text = Sequence(lambda n: f"message {n}")
    status = "delivered"
    author_kind = "contact"


def inbound(
    text: str, *, phone: str = BUDI, name: str = "Budi", at: datetime | None = None, **values
) -> InboundMessage:
    """What an adapter reads of a customer's message; ids never repeat unless `external_id` is given."""
    given: dict[str, Any] = {
        "external_id": f"wamid.test-{next(_wamids)}",
        "account": PHONE_NUMBER_ID,
        "senders": (Address("wa_id", phone),),
        "sender_name": name,
        "kind": "text",
        "text": text,
        "sent_at": at or timezone.now() - timedelta(seconds=1),
    }
    return InboundMessage(**given | values)


def receive(channel: Channel, text: str, **values) -> Message:
    """A customer writes: contact, conversation, message and MessageReceived, as intake makes them."""
    actor = system_actor(channel.workspace_id, via="webhook", label=str(channel))
    return services.receive_message(actor=actor, channel=channel, message=inbound(text, **values))


class MediaFactory(DjangoModelFactory[Media]):
    """A file that waits to be fetched. Give `message=`."""

    class Meta:
        model = Media

    workspace = SelfAttribute("message.workspace")
    channel = SelfAttribute("message.channel")
    provider_id = Sequence(lambda n: f"{10**15 + n}")
    mime_type = "image/png"
