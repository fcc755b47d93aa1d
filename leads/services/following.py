"""Leads follow what is said in conversations."""

from collections.abc import Sequence
from uuid import UUID

from conversations.models import Conversation, Message
from crm.core.actors import Actor
from crm.core.service import service
from leads import selectors
from leads.models import Lead
from leads.services.capturing import Heard, capture_lead, touch_lead
from leads.services.handing import assign_lead

# What is read of a message here, of a hundred columns: this is done for each message there is.
READ = ("created_at", "direction", "text", "kind", "conversation__purpose", "conversation__contact_id",
        "conversation__attribution", "conversation__channel__kind")  # fmt: skip


@service
def follow_message(*, actor: Actor, message_id: UUID) -> Lead | None:
    """A message came or went: as `follow_messages`."""
    return follow_messages(actor=actor, message_ids=[message_id])


@service
def follow_messages(*, actor: Actor, message_ids: Sequence[UUID]) -> Lead | None:
    """Messages of one conversation came or went: capture a lead if they wrote and have none, and note them on the lead,
    which is read and written once for all of them.

    None for staff, for our messages to people who are no leads, and for news from before a lead was closed.
    """
    rows = Message.objects.select_related("conversation__channel").only(*READ)
    here = rows.filter(workspace_id=actor.workspace_id, pk__in=message_ids)
    messages = list(here.filter(conversation__purpose=Conversation.Purpose.CUSTOMER).order_by("created_at"))
    lead = selectors.latest_lead_of(actor, messages[0].conversation.contact_id) if messages else None
    news = []
    for message in messages:
        if (found := _lead_of(message, lead, actor)) is not None:
            lead = found
            news.append(_news(message))
    return touch_lead(actor=actor, lead_id=lead.pk, news=news) if lead and news else None


def _lead_of(message: Message, latest: Lead | None, actor: Actor) -> Lead | None:
    """The contact's open lead; a new one only for what they wrote after their latest one was closed."""
    if latest is not None and latest.is_open:
        return latest
    closed_at, talk = latest.closed_at if latest else None, message.conversation
    if message.direction != "in" or (closed_at is not None and message.created_at <= closed_at):
        return None
    return capture_lead(
        actor=actor, contact_id=talk.contact_id, conversation_id=talk.pk, source=source_of(talk)
    )


def _news(message: Message) -> Heard:
    text = message.text or f"[{message.kind}]"
    return Heard(message.created_at, message.direction, text, message.conversation_id)


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
