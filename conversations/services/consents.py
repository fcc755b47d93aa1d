"""What contacts allow: an append-only ledger, whoever says it."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import decisions, policies, selectors
from conversations.channels.port import InboundConsent
from conversations.events import ConsentChanged
from conversations.models import Channel, Choice, Consent, Message, Purpose
from conversations.services.opening import contact_of
from crm import selectors as crm_selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service
from crm.models import Contact


@service
def record_consent(*, actor: Actor, channel: Channel, consent: InboundConsent) -> Consent:
    """The contact used the provider's own switch for offers."""
    contact = contact_of(actor, channel, consent.senders, name=consent.sender_name, at=consent.at)
    return note_consent(
        actor,
        contact,
        channel,
        choice=Choice.OUT if consent.choice == "out" else Choice.IN,
        source="preference",
        at=consent.at,
        evidence=consent.evidence,
    )


@service
def record_opt_out(*, actor: Actor, message_id: UUID, words: str) -> Consent:
    """The customer wrote that they want no more messages. Only a yes of theirs to offers undoes it, not just any
    message."""
    policies.check_can_reply(actor)
    message = selectors.get_message(actor, message_id)
    return note_consent(
        actor,
        message.conversation.contact,
        message.channel,
        choice=Choice.OUT,
        source="words",
        at=message.provider_time or message.created_at,
        evidence=decisions.snippet(words),
        message=message,
    )


@service
def change_consent(
    *, actor: Actor, contact_id: UUID, channel_id: UUID, choice: str, evidence: str = ""
) -> Consent:
    """The customer told a colleague what they want; for a yes the ledger keeps how we know. The next word counts."""
    policies.check_can_note_consent(actor)
    evidence = " ".join(evidence.split())
    wrong: dict[str, list[str]] = {}
    if choice not in {Choice.IN, Choice.OUT}:
        wrong["choice"] = [_("Choose in or out.")]
    if choice == Choice.IN and not evidence:
        wrong["evidence"] = [_("Say how we know that they want offers.")]
    if wrong:
        raise InvalidInputError(fields=wrong)
    contact = crm_selectors.lock_contact(actor, contact_id)
    return note_consent(
        actor,
        contact,
        selectors.channel_talked_on(actor, contact, channel_id),
        choice=Choice(choice),
        source="person",
        at=timezone.now(),
        evidence=evidence[:300],
    )


def note_button(actor: Actor, message: Message) -> None:
    """A tap on a template's "no more offers" is an opt-out, said in the customer's own tap."""
    button = message.facts.get("button")
    if message.kind != "button" or not button or not decisions.is_opt_out(button["id"], button["title"]):
        return
    note_consent(
        actor,
        message.conversation.contact,
        message.channel,
        choice=Choice.OUT,
        source="button",
        at=message.provider_time or message.created_at,
        evidence=f"{button['title']} ({button['id']})",
        message=message,
    )


def note_consent(
    actor: Actor,
    contact: Contact,
    channel: Channel,
    *,
    choice: Choice,
    source: str,
    at: datetime,
    evidence: str = "",
    until: datetime | None = None,
    message: Message | None = None,
) -> Consent:
    """One more line of the ledger, and the news of it."""
    row = Consent.objects.create(
        workspace_id=channel.workspace_id,
        contact=contact,
        channel=channel,
        purpose=Purpose.MARKETING,
        choice=choice,
        source=source,
        at=at,
        evidence=evidence,
        until=until,
        message=message,
        by_name=actor.label[:200] if source == "person" else "",
    )
    publish(ConsentChanged(str(contact.pk), str(channel.pk), row.purpose, row.choice, source), actor=actor)
    return row
