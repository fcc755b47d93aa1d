"""A contact wrote: contact, conversation, message, once."""

from datetime import timedelta

from django.utils import timezone

from conversations import decisions
from conversations.channels.port import InboundMessage
from conversations.channels.registry import adapter_for
from conversations.events import ConversationOpened, MessageReceived
from conversations.models import Channel, Conversation, Message, MessageStatus, OwnerKind
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service
from crm.models import Contact
from crm.services import Known

QUIET_KINDS = {"reaction", "system", "edit", "revoke"}  # they don't ask for an answer and open no window


@service
def receive_message(*, actor: Actor, channel: Channel, message: InboundMessage) -> Message:
    """File a message under its contact's one open conversation on the channel; delivered again it stays one."""
    known = Message.objects.filter(channel=channel, provider_id=message.external_id).first()
    if known is not None:
        return known
    contact = crm_services.recognise_contact(
        actor=actor,
        knowns=[Known(a.kind, a.value, _scope(channel, a.kind)) for a in message.senders],
        name=message.sender_name,
        source=channel.kind,
    )
    conversation = open_conversation(actor=actor, channel=channel, contact=contact)
    return _add(actor, conversation, message)


def _scope(channel: Channel, kind: str) -> str:
    """A business-scoped user id only holds within one business account."""
    return str(channel.settings.get("waba_id", "")) if kind == "bsuid" else ""


def open_conversation(*, actor: Actor, channel: Channel, contact: Contact) -> Conversation:
    """The open conversation of a contact on a channel, locked; made when there is none.

    The contact's row is locked first, so that two first messages at once find one conversation. Row locks are
    "no key" ones everywhere: who holds a conversation may write rows that point at its contact meanwhile.
    """
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "channel", "contact"
    )
    found = rows.filter(contact=contact, channel=channel).exclude(status=Conversation.Status.CLOSED).first()
    if found is not None:
        return found
    is_staff = _is_staff(channel, contact)
    conversation = Conversation.objects.create(
        workspace_id=channel.workspace_id,
        contact=contact,
        channel=channel,
        purpose=Conversation.Purpose.STAFF if is_staff else Conversation.Purpose.CUSTOMER,
        owner_kind=OwnerKind.AGENT if channel.is_bot_on and not is_staff else OwnerKind.NOBODY,
        owned_since=timezone.now(),
        owned_because="New conversation",
    )
    opened = ConversationOpened(str(conversation.pk), str(contact.pk), str(channel.pk))
    publish(opened, actor=actor)
    return conversation


def _is_staff(channel: Channel, contact: Contact) -> bool:
    """A number that a member of the workspace has in their profile is a colleague's, not a lead's."""
    numbers = set(contact.identities.filter(kind__in=["wa_id", "phone"]).values_list("value", flat=True))
    phones = crm_selectors.staff_phones(channel.workspace_id) if numbers else set()
    return bool(numbers & phones)


def _add(actor: Actor, conversation: Conversation, given: InboundMessage) -> Message:
    conversation.last_sequence += 1
    row = Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        channel=conversation.channel,
        sequence=conversation.last_sequence,
        direction="in",
        kind=given.kind[:30],
        text=given.text,
        payload=dict(given.raw),
        status=MessageStatus.DELIVERED,
        author_kind="contact",
        author_id=str(conversation.contact_id),
        author_name=str(conversation.contact)[:200],
        provider_id=given.external_id,
        provider_time=given.sent_at,
        reply_to=given.reply_to,
    )
    _note_inbound(conversation, row, given)
    received = MessageReceived(
        message_id=str(row.pk),
        conversation_id=str(conversation.pk),
        contact_id=str(conversation.contact_id),
        channel_id=str(conversation.channel_id),
        sequence=row.sequence,
        kind=row.kind,
    )
    publish(received, actor=actor)
    return row


def _note_inbound(conversation: Conversation, row: Message, given: InboundMessage) -> None:
    """What lists and clocks show of the conversation. The window counts from the provider's time, not from ours."""
    now = timezone.now()
    was_open = conversation.status == Conversation.Status.OPEN
    conversation.status = Conversation.Status.OPEN
    conversation.last_inbound_sequence = row.sequence
    conversation.unread_count += 1
    conversation.last_message_at = now
    conversation.last_message_text = decisions.snippet(row.text)
    conversation.last_message_direction, conversation.last_message_author_kind = "in", "contact"
    sender = given.senders[0]
    conversation.recipient_kind, conversation.recipient_value = sender.kind, sender.value
    if given.kind not in QUIET_KINDS:
        conversation.waiting_since = conversation.waiting_since or now
        latest = max(conversation.last_inbound_at or given.sent_at, given.sent_at)
        conversation.last_inbound_at = latest
        adapter = adapter_for(conversation.channel.kind)
        hours = adapter.window_hours() if adapter else None
        conversation.window_expires_at = latest + timedelta(hours=hours) if hours else None
    if was_open:
        conversation.save_without_historical_record()  # type: ignore[attr-defined]
    else:
        conversation.save()
