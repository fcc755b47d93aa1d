"""What contacts allow us to write, and which templates may be used."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from conversations import decisions
from conversations.models import Choice, Consent, Conversation, MessageTemplate, Purpose


def has_opted_out(contact_id: UUID, channel_id: UUID, purpose: str = Purpose.MARKETING) -> bool:
    """True when the contact's last word on this channel was that they want no such messages."""
    rows = _of(contact_id, channel_id, purpose).exclude(choice=Choice.HELD)
    return rows.values_list("choice", flat=True).first() == Choice.OUT


def held_until(contact_id: UUID, channel_id: UUID, purpose: str = Purpose.MARKETING) -> datetime | None:
    """Until when the provider takes no such messages for this contact; None when it takes them."""
    rows = _of(contact_id, channel_id, purpose).filter(choice=Choice.HELD, until__gt=timezone.now())
    return rows.order_by("-until").values_list("until", flat=True).first()


def _of(contact_id: UUID, channel_id: UUID, purpose: str) -> QuerySet[Consent]:
    rows = Consent.objects.filter(contact_id=contact_id, channel_id=channel_id, purpose=purpose)
    return rows.order_by("-at", "-id")


def can_use_template(conversation: Conversation, name: str, language: str) -> decisions.Verdict:
    """Whether this template may be sent to this contact now: the provider takes it, and an offer is welcome.

    A template the provider has told nothing about may be tried.
    """
    channel_id, contact_id = conversation.channel_id, conversation.contact_id
    row = MessageTemplate.objects.filter(channel_id=channel_id, name=name, language=language).first()
    if row is None:
        return decisions.Verdict(True)
    is_offer = row.category.upper() == "MARKETING"
    return decisions.can_use_template(
        row.status,
        row.reason,
        has_opted_out=is_offer and has_opted_out(contact_id, channel_id),
        held_until=held_until(contact_id, channel_id) if is_offer else None,
    )


def usable_templates(conversation: Conversation) -> list[MessageTemplate]:
    """The templates that may be sent to this contact now, by name."""
    rows = MessageTemplate.objects.filter(channel_id=conversation.channel_id).order_by("name", "language")
    return [row for row in rows if can_use_template(conversation, row.name, row.language).ok]


def has_templates(conversation: Conversation) -> bool:
    """True when the conversation's channel knows a template the provider takes."""
    rows = MessageTemplate.objects.filter(channel_id=conversation.channel_id, status__iexact="APPROVED")
    return rows.exists()


def find_template(conversation: Conversation, template_id: UUID) -> MessageTemplate | None:
    """One template of the conversation's channel, whether it may be sent or not."""
    return MessageTemplate.objects.filter(channel_id=conversation.channel_id, pk=template_id).first()
