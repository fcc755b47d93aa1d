"""Whom a broadcast would reach: contacts in sight whose last own word on the channel was that they want offers."""

from collections.abc import Sequence

from django.db.models import OuterRef, QuerySet, Subquery

from conversations import policies
from conversations.models import Channel, Choice, Consent, MessageTemplate, Purpose
from crm import selectors as crm
from crm.core.actors import Actor
from crm.models import Contact


def audience(actor: Actor, channel: Channel, tags: Sequence[str] = ()) -> QuerySet[Contact]:
    """Everybody who agreed on this channel; with tags, whoever has one of them."""
    policies.check_can_broadcast(actor)
    said = Consent.objects.filter(channel=channel, purpose=Purpose.MARKETING).exclude(choice=Choice.HELD)
    newest = said.filter(contact=OuterRef("pk")).order_by("-at", "-id").values("choice")[:1]
    rows = crm.visible_contacts(actor).filter(pk__in=said.filter(choice=Choice.IN).values("contact"))
    rows = rows.alias(word=Subquery(newest)).filter(word=Choice.IN)
    return rows.filter(tags__overlap=list(tags)) if tags else rows


def channels_with_offers(actor: Actor) -> list[Channel]:
    """Channels that have an approved template to send, by name."""
    policies.check_can_broadcast(actor)
    rows = Channel.objects.filter(workspace_id=actor.workspace_id)
    known = MessageTemplate.objects.filter(status__iexact="APPROVED").values("channel_id")
    return list(rows.filter(pk__in=known).order_by("name", "pk"))


def approved_templates(channel: Channel) -> list[MessageTemplate]:
    """What the provider takes on this channel, by name."""
    rows = MessageTemplate.objects.filter(channel=channel, status__iexact="APPROVED")
    return list(rows.order_by("name", "language"))
