"""Writing to colleagues on their own WhatsApp."""

from uuid import UUID

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
) -> Message:
    """Send a colleague an alert by template (their 24-hour window is rarely open). The same cause sends once."""
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
        template=Template(STAFF_TEMPLATE, "en", parameters),
    )
