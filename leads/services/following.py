"""Leads follow what is said in conversations."""

from uuid import UUID

from conversations.models import Conversation, Message
from crm.core.actors import Actor
from crm.core.service import service
from leads import selectors
from leads.models import Lead
from leads.services.capturing import capture_lead, touch_lead
from leads.services.handing import assign_lead

# What is read of a message here, of a hundred columns: this is done for each message there is.
READ = ("created_at", "direction", "text", "kind", "conversation__purpose", "conversation__contact_id",
        "conversation__attribution", "conversation__channel__kind")  # fmt: skip


@service
def follow_message(*, actor: Actor, message_id: UUID) -> Lead | None:
    """A message came or went: capture a lead if they wrote and have none, and note it on the lead.

    None for staff, for our messages to people who are no leads, and for news from before a lead was closed.
    """
    rows = Message.objects.select_related("conversation__channel").only(*READ)
    message = rows.filter(workspace_id=actor.workspace_id, pk=message_id).first()
    if message is None or message.conversation.purpose != Conversation.Purpose.CUSTOMER:
        return None
    lead = _lead_of(message, actor)
    if lead is None:
        return None
    touch_lead(
        actor=actor,
        lead_id=lead.pk,
        at=message.created_at,
        direction=message.direction,
        text=message.text or f"[{message.kind}]",
        conversation_id=message.conversation_id,
    )
    return lead


def _lead_of(message: Message, actor: Actor) -> Lead | None:
    """The contact's open lead; a new one only for what they wrote after their last lead was closed."""
    talk = message.conversation
    latest = selectors.latest_lead_of(actor, talk.contact_id)
    if latest is not None and not latest.is_open:
        is_old = latest.closed_at is not None and message.created_at <= latest.closed_at
        latest = None
        if is_old:
            return None
    if latest is not None or message.direction != "in":
        return latest
    source = source_of(talk)
    return capture_lead(actor=actor, contact_id=talk.contact_id, conversation_id=talk.pk, source=source)


def source_of(talk: Conversation) -> str:
    """Where somebody comes from: an ad or a post they clicked, else the channel."""
    clicked = {"ad": "ctwa", "post": "post"}.get(str(talk.attribution.get("source_type", "")))
    return clicked or source_of_channel(talk.channel.kind)


def source_of_channel(kind: str) -> str:
    """What people call a kind of channel: every WhatsApp provider is "whatsapp"."""
    return "whatsapp" if kind.startswith("whatsapp") else kind


@service
def follow_conversation(*, actor: Actor, conversation_id: UUID) -> Lead | None:
    """Catch up with a conversation whose news got lost: what they wrote last, then the last message."""
    rows = Message.objects.filter(workspace_id=actor.workspace_id, conversation_id=conversation_id)
    last = rows.order_by("-sequence").first()
    heard = rows.filter(direction="in").order_by("-sequence").first()
    lead = follow_message(actor=actor, message_id=heard.pk) if heard else None
    if last is not None and last != heard:
        lead = follow_message(actor=actor, message_id=last.pk)
    return lead


@service
def follow_owner(*, actor: Actor, contact_id: UUID, user_id: UUID) -> Lead | None:
    """A person took the conversation: a lead nobody owns is theirs."""
    lead = selectors.open_lead_of(actor, contact_id)
    if lead is None or lead.owner_id is not None:
        return lead
    return assign_lead(actor=actor, lead_id=lead.pk, user_id=user_id)
