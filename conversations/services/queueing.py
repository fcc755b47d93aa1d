"""Queueing: a message is written with the decision to send it, in one transaction."""

from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations import decisions, policies, selectors
from conversations.channels.port import (
    Template,
)
from conversations.errors import BotSilencedError, CannotSendError
from conversations.events import MessageQueued, MessageStatusChanged
from conversations.models import Conversation, DraftKind, Message, MessageStatus, OwnerKind
from conversations.services.drafts import drop_draft
from conversations.services.ownership import silence_bot
from crm.bus import publish
from crm.core.actors import Actor, ActorKind
from crm.core.errors import InvalidInputError
from crm.core.service import service


@service
def send_message(
    *,
    actor: Actor,
    conversation_id: UUID,
    text: str,
    cause: str | None = None,
    epoch: int | None = None,
    reply_to: str = "",
    quoting: UUID | None = None,
    template: Template | None = None,
) -> Message:
    """Queue a message. A person who writes owns the conversation from then on; a bot must still own it.

    `cause` names what made us send it (a turn, a handoff): the same cause never sends twice. `epoch` is the
    ownership a bot decided in, `quoting` the message it answers. Refuses empty or too long texts, a closed window
    and a silenced bot.
    """
    policies.check_can_reply(actor)
    check_text(text, template)
    conversation = selectors.lock_conversation(actor, conversation_id)
    if cause and (known := Message.objects.filter(workspace_id=actor.workspace_id, cause=cause).first()):
        return known
    verdict = selectors.can_send(
        conversation, template=(template.name, template.language) if template else None
    )
    if not verdict.ok:
        raise CannotSendError(verdict.code, verdict.reason)
    if quoting:
        reply_to = answerable(actor, conversation, quoting).provider_id
    _check_owner(actor, conversation, epoch)
    drop_draft(actor, conversation, DraftKind.REPLY)
    return _queue(actor, conversation, text, cause, reply_to, template)


def answerable(actor: Actor, conversation: Conversation, message_id: UUID) -> Message:
    """A message of this customer on this channel that the provider knows, so that it can be quoted or reacted to."""
    message = selectors.get_message(actor, message_id)
    is_here = message.channel_id == conversation.channel_id
    if not is_here or message.conversation.contact_id != conversation.contact_id:
        raise InvalidInputError(fields={"quoting": [_("Choose a message of this conversation.")]})
    if not message.provider_id or message.deleted_at:
        raise CannotSendError("not_answerable", _("This message was deleted, or has not been sent yet."))
    return message


def check_text(text: str, template: Template | None = None) -> None:
    """Refuse what no channel takes: nothing at all, and too much."""
    if template is None and not text.strip():
        raise InvalidInputError(fields={"text": [_("Write something.")]})
    if len(text) > decisions.TEXT_LIMIT:
        fix = _("At most %(most)s characters; this has %(count)s.") % {
            "most": decisions.TEXT_LIMIT,
            "count": len(text),
        }
        raise InvalidInputError(fields={"text": [fix]})


def _check_owner(actor: Actor, conversation: Conversation, epoch: int | None) -> None:
    if actor.kind == ActorKind.AGENT:
        if conversation.owner_kind != OwnerKind.AGENT or conversation.ownership_epoch != epoch:
            raise BotSilencedError
    elif actor.user_id is not None and actor.kind in {ActorKind.PERSON, ActorKind.API_CLIENT}:
        silence_bot(actor, conversation, actor.user_id)


AUTHORS = {
    ActorKind.AGENT: "agent",
    ActorKind.PERSON: "person",
    ActorKind.API_CLIENT: "person",
    ActorKind.AUTOMATION: "automation",
}


def _queue(
    actor: Actor,
    conversation: Conversation,
    text: str,
    cause: str | None,
    reply_to: str,
    template: Template | None,
) -> Message:
    now = timezone.now()
    conversation.last_sequence += 1
    row = Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        channel=conversation.channel,
        sequence=conversation.last_sequence,
        direction="out",
        kind="template" if template else "text",
        text=text,
        payload={"template": [template.name, template.language, list(template.parameters)]}
        if template
        else {},
        status=MessageStatus.QUEUED,
        author_kind=AUTHORS.get(actor.kind, "system"),
        author_id=actor.id,
        author_name=actor.label,
        reply_to=reply_to,
        cause=cause,
        epoch=conversation.ownership_epoch,
        next_at=now,
    )
    conversation.last_message_at, conversation.last_message_text = now, decisions.snippet(text)
    conversation.last_message_direction, conversation.last_message_author_kind = "out", row.author_kind
    conversation.waiting_since = conversation.send_failed_at = None
    if row.author_kind == "person":
        conversation.unread_count = 0
    conversation.save_without_historical_record()  # type: ignore[attr-defined]
    queued = MessageQueued(str(row.pk), str(conversation.pk), str(conversation.contact_id), row.author_kind)
    publish(queued, actor=actor)
    return row


@service
def retry_message(*, actor: Actor, message_id: UUID) -> Message:
    """Queue a message that failed once more, at its place in the thread. Whether it comes too late counts from now."""
    policies.check_can_reply(actor)
    seen = selectors.get_message(actor, message_id)
    conversation = selectors.lock_conversation(actor, seen.conversation_id)
    row = Message.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if row.direction != "out" or row.status != MessageStatus.FAILED:
        raise CannotSendError("not_failed", _("Only a message that failed can be sent again."))
    verdict = selectors.can_send(conversation, template=row.template)
    if not verdict.ok:
        raise CannotSendError(verdict.code, verdict.reason)
    _check_provider_would_take_it(row)
    now = timezone.now()
    row.status, row.next_at, row.error_code, row.error_text = MessageStatus.QUEUED, now, "", ""
    row.retried_at, row.attempts, row.times_unknown, row.gave_up = now, 0, 0, False
    row.epoch = conversation.ownership_epoch
    row.save()
    conversation.send_failed_at = None
    conversation.save_without_historical_record(update_fields=["send_failed_at"])  # type: ignore[attr-defined]
    publish(MessageStatusChanged(str(row.pk), str(conversation.pk), row.status), actor=actor)
    queued = MessageQueued(str(row.pk), str(conversation.pk), str(conversation.contact_id), row.author_kind)
    publish(queued, actor=actor)
    return row


def _check_provider_would_take_it(row: Message) -> None:
    """Some refusals hold for a day: sending again earlier only makes them last longer."""
    wait = decisions.RETRY_NOT_WITHIN.get(row.error_code)
    if wait and row.failed_at and timezone.now() < row.failed_at + wait:
        again = timezone.localtime(row.failed_at + wait)
        raise CannotSendError(
            "too_soon",
            _("WhatsApp would refuse it again until %(again)s.")
            % {"again": date_format(again, "SHORT_DATETIME_FORMAT")},
        )
