"""What people do about files that didn't come."""

from uuid import UUID

from django.utils import timezone

from conversations import selectors
from conversations.errors import FileNotMissingError
from conversations.models import Media, MediaState, Message
from conversations.services.queueing import send_message
from crm.core.actors import Actor
from crm.core.service import service

PLEASE = {  # in the customer's language
    "en": "I'm sorry, I couldn't open the file you sent. Could you send it again, please?",
    "es": "Disculpe, no pude abrir el archivo que envió. ¿Podría enviarlo otra vez, por favor?",
    "id": "Maaf, file yang Anda kirim tidak bisa saya buka. Boleh tolong dikirim lagi?",
}


@service
def ask_again(*, actor: Actor, media_id: UUID) -> Message:
    """Ask the customer, politely and once for each file, to send a file again that can't be fetched any more."""
    media = selectors.get_media(actor, media_id)
    if media.state not in {MediaState.FAILED, MediaState.EXPIRED}:
        raise FileNotMissingError
    conversation = selectors.get_conversation(actor, media.message.conversation_id)
    sent = send_message(
        actor=actor,
        conversation_id=conversation.pk,
        text=PLEASE.get(conversation.contact.language[:2], PLEASE["en"]),
        cause=f"ask_again:{media.pk}",
        reply_to=media.message.provider_id,
    )
    if media.asked_again_at is None:
        Media.objects.filter(pk=media.pk).update(asked_again_at=timezone.now())
    return sent
