"""Reacting to a message with an emoji. It waits in the queue like a message, and is none in the thread."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import policies, selectors
from conversations.errors import CannotSendError
from conversations.events import MessageQueued
from conversations.models import Conversation, Message, MessageStatus
from conversations.services.changing import react_ourselves
from conversations.services.queueing import AUTHORS, answerable
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service

LONGEST = 16  # code points of one emoji, with its joiners and colours


@service
def react_to_message(*, actor: Actor, message_id: UUID, emoji: str) -> Message:
    """React to a message; an empty emoji takes it back. It says nothing: the bot keeps the word. Said twice, once.

    Refuses what is no emoji, a closed window, and a message that the provider doesn't know.
    """
    policies.check_can_reply(actor)
    _check_emoji(emoji)
    seen = selectors.get_message(actor, message_id)
    conversation = selectors.lock_conversation(actor, seen.conversation_id)
    target = Message.objects.select_for_update(no_key=True).get(
        pk=answerable(actor, conversation, seen.pk).pk
    )
    verdict = selectors.can_send(conversation)
    if not verdict.ok:
        raise CannotSendError(verdict.code, verdict.reason)
    ours = next((given["emoji"] for given in target.reactions if given["by"] == "person"), "")
    if ours != emoji:
        row = _queue(actor, conversation, target, emoji)
        react_ourselves(actor, target, emoji, cause=f"own:{row.pk}")
    return target


def _check_emoji(emoji: str) -> None:
    is_word = any(c.isspace() or (c.isascii() and c.isalpha()) for c in emoji)
    if len(emoji) > LONGEST or is_word or (emoji and emoji.isascii()):
        raise InvalidInputError(fields={"emoji": [_("One emoji, or nothing to take it back.")]})


def _queue(actor: Actor, conversation: Conversation, target: Message, emoji: str) -> Message:
    conversation.last_sequence += 1
    conversation.save_without_historical_record(update_fields=["last_sequence"])  # type: ignore[attr-defined]
    row = Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        channel=conversation.channel,
        sequence=conversation.last_sequence,
        direction="out",
        kind="reaction",
        text=emoji,
        reply_to=target.provider_id,
        status=MessageStatus.QUEUED,
        author_kind=AUTHORS.get(actor.kind, "system"),
        author_id=actor.id,
        author_name=actor.label,
        epoch=conversation.ownership_epoch,
        next_at=timezone.now(),
    )
    queued = MessageQueued(str(row.pk), str(conversation.pk), str(conversation.contact_id), row.author_kind)
    publish(queued, actor=actor)
    return row
