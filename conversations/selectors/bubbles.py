"""What belongs to a message besides itself: what it quotes, and how it read before it was edited."""

from collections.abc import Sequence
from uuid import UUID

from conversations.models import ChangeKind, Message, MessageChange


def quoted_by(messages: Sequence[Message]) -> dict[str, Message]:
    """The messages that these quote, by the provider's id, in one query. What isn't here is left out."""
    ids = {m.reply_to for m in messages if m.reply_to}
    if not ids:
        return {}
    channels = {m.channel_id for m in messages}
    contacts = {m.conversation.contact_id for m in messages}
    rows = Message.objects.filter(
        channel_id__in=channels, provider_id__in=ids, conversation__contact_id__in=contacts
    )
    return {row.provider_id: row for row in rows}


def earlier_texts(messages: Sequence[Message]) -> dict[UUID, list[str]]:
    """How edited messages read before, oldest first, by message id. What was deleted is not told."""
    edited = {m.pk: m for m in messages if m.edited_at and not m.deleted_at}
    if not edited:
        return {}
    changes = MessageChange.objects.filter(message_id__in=edited, kind=ChangeKind.EDIT)
    wordings: dict[UUID, list[str]] = {
        pk: [m.original_text] if m.original_text else [] for pk, m in edited.items()
    }
    for pk, text in changes.order_by("at", "id").values_list("message_id", "text"):
        wordings[pk].append(text)
    return {pk: texts[:-1] for pk, texts in wordings.items()}
