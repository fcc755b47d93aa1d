"""What contacts allow us to write, and which templates may be used."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from conversations import decisions
from conversations.models import Choice, Consent, MessageTemplate, Purpose


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


def can_use_template(channel_id: UUID, name: str, language: str) -> decisions.Verdict:
    """Whether the provider takes this template now. One it has told nothing about may be tried."""
    row = MessageTemplate.objects.filter(channel_id=channel_id, name=name, language=language).first()
    return decisions.can_use_template(row.status, row.reason) if row else decisions.Verdict(True)
