"""Writing a bubble down: its row, its files, what waited for it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from conversations.channels.port import InboundFile, InboundMessage
from conversations.models import Conversation, Media, Message
from conversations.services.changing import apply_parked
from crm.core.actors import Actor

OFFERED_FOR = timedelta(days=7)  # how long Meta offers a file under its id


def write_message(actor: Actor, conversation: Conversation, given: InboundMessage, **values: Any) -> Message:
    """The next bubble of a (locked) conversation. Edits and reactions that were faster are carried out at once.

    The caller has asked `adopt` whether it is there already, and so holds the lock of the provider's id."""
    conversation.last_sequence += 1
    row = Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        channel=conversation.channel,
        sequence=conversation.last_sequence,
        kind=given.kind[:30],
        text=given.text,
        facts=dict(given.facts),
        payload=dict(given.raw),
        provider_id=given.external_id,
        provider_time=given.sent_at,
        reply_to=given.reply_to,
        is_forwarded=given.is_forwarded,
        wants_answer=given.wants_answer,
        **values,
    )
    apply_parked(actor, row)
    return row


def keep_files(row: Message, files: Iterable[InboundFile]) -> None:
    """A row for each file, waiting to be fetched while it is offered."""
    expires_at = row.provider_time + OFFERED_FOR if row.provider_time else None
    for file in files:
        Media.objects.create(
            workspace_id=row.workspace_id,
            message=row,
            channel_id=row.channel_id,
            provider_id=file.provider_id,
            url=file.url,
            mime_type=file.mime_type,
            sha256=file.sha256,
            file_name=file.file_name,
            size=file.size,
            is_voice=file.is_voice,
            expires_at=expires_at,
        )
