"""Writing to colleagues on their own WhatsApp."""

from uuid import UUID

from conversations import selectors
from conversations.channels.port import Template
from conversations.models import Channel, Message
from conversations.services.opening import open_conversation
from conversations.services.queueing import send_message
from crm import services as crm_services
from crm.core.actors import Actor
from crm.core.service import service
from crm.services import Known

STAFF_TEMPLATE = "lead_handover"  # body: {{1}} who, {{2}} why, {{3}} where


@service
def notify_colleague(
    *,
    actor: Actor,
    channel_id: UUID,
    phone: str,
    name: str,
    text: str,
    parameters: tuple[str, ...],
    cause: str,
    language: str = "en",
) -> Message:
    """Send a colleague an alert by template (their 24-hour window is rarely open), in their language where the
    provider has approved it so, else in English. The same cause sends once."""
    channel = Channel.objects.get(pk=channel_id, workspace_id=actor.workspace_id)
    contact = crm_services.recognise_contact(
        actor=actor, knowns=[Known("wa_id", phone)], name=name, source="staff"
    )
    conversation = open_conversation(actor=actor, channel=channel, contact=contact)
    if not conversation.recipient_value:
        conversation.recipient_kind = "wa_id"
        conversation.recipient_value = crm_services.normalise(Known("wa_id", phone)).value
        conversation.save(update_fields=["recipient_kind", "recipient_value"])
    return send_message(
        actor=actor,
        conversation_id=conversation.pk,
        text=text,
        cause=cause,
        template=Template(STAFF_TEMPLATE, _language(channel, language), parameters),
    )


def _language(channel: Channel, wanted: str) -> str:
    """A provider refuses a language it was never shown."""
    known = {row.language for row in selectors.approved_templates(channel) if row.name == STAFF_TEMPLATE}
    return wanted if wanted in known else "en"
