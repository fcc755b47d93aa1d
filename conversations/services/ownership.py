"""Who answers next. A person who takes over silences the bot in the same transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations import policies, selectors
from conversations.errors import (
    AnotherIsOpenError,
    BotSilencedError,
    ConversationClosedError,
    NotBotChannelError,
    NotClosedError,
)
from conversations.events import (
    ConversationClosed,
    ConversationMarkedUnread,
    ConversationOwnerChanged,
    ConversationRead,
    ConversationReopened,
    MessageStatusChanged,
)
from conversations.models import Conversation, Message, MessageStatus, OwnerKind
from conversations.services.digests import human_stretch_began, write_digest
from conversations.services.notes import see_mentions
from conversations.services.owing import owe_again
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.sentences import kept
from crm.core.service import service
from crm.models import Contact


@service
def take_over(*, actor: Actor, conversation_id: UUID) -> Conversation:
    """The actor answers from now on; whatever the bot had not sent yet is cancelled."""
    policies.check_can_take_over(actor)
    conversation = _open(selectors.lock_conversation(actor, conversation_id))
    if actor.user_id is None:
        raise InvalidInputError(_("Only a person can take over."))
    own_by_person(actor, conversation, actor.user_id, TOOK_OVER % {"who": actor.label}, "taken_over")
    return conversation


@service
def give_back(*, actor: Actor, conversation_id: UUID, from_sequence: int | None = None) -> Conversation:
    """The bot answers from the next message on; with `from_sequence` also what came after that one. It is told what
    was said and changed while people had the conversation."""
    policies.check_can_take_over(actor)
    conversation = _open(selectors.lock_conversation(actor, conversation_id))
    if not conversation.channel.is_bot_on:
        raise NotBotChannelError
    if conversation.owner_kind == OwnerKind.AGENT and from_sequence is None:
        return conversation
    conversation.agent_from_sequence = (
        conversation.last_inbound_sequence if from_sequence is None else from_sequence
    )
    since = None if conversation.owner_kind == OwnerKind.AGENT else human_stretch_began(conversation)
    because = GAVE_BACK % {"who": actor.label}
    _own(actor, conversation, OwnerKind.AGENT, None, because, "given_back")
    if since:
        write_digest(actor, conversation, since)
    return conversation


@service
def assign_conversation(*, actor: Actor, conversation_id: UUID, user_id: UUID | None) -> Conversation:
    """A colleague answers from now on; None: nobody yet."""
    if user_id is None:
        return _release(actor, conversation_id)
    policies.check_can_assign(actor, user_id)
    member = crm_selectors.get_member(actor, user_id)
    conversation = _open(selectors.lock_conversation(actor, conversation_id))
    own_by_person(
        actor, conversation, user_id, ASSIGNED % {"who": actor.label, "whom": member.user}, "assigned"
    )
    _tell_assignee(actor, conversation, user_id)
    return conversation


def _tell_assignee(actor: Actor, conversation: Conversation, user_id: UUID) -> None:
    crm_services.alert_user(
        actor=actor,
        user_id=user_id,
        kind="assignment",
        key=f"conversation:{conversation.pk}:{conversation.ownership_epoch}",
        title=YOURS % {"who": conversation.contact.label},
        body=conversation.last_message_text,
        url=f"{reverse('conversations:inbox')}?open={conversation.pk}",
    )


def _release(actor: Actor, conversation_id: UUID) -> Conversation:
    """Nobody has it. One's own, whoever may take over; somebody else's, whoever may assign."""
    conversation = selectors.lock_conversation(actor, conversation_id)
    policies.check_can_assign(actor, conversation.assignee_id or actor.user_id)
    _open(conversation)
    if conversation.owner_kind != OwnerKind.NOBODY:
        _own(actor, conversation, OwnerKind.NOBODY, None, TO_NOBODY % {"who": actor.label}, "assigned")
    return conversation


@service
def hand_over(
    *, actor: Actor, conversation_id: UUID, user_id: UUID | None, because: str, epoch: int
) -> Conversation:
    """The bot passes the conversation to a person (or to nobody yet). Its farewell may still go out:
    the epoch only changes when a person acts."""
    conversation = selectors.lock_conversation(actor, conversation_id)
    if conversation.owner_kind != OwnerKind.AGENT or conversation.ownership_epoch != epoch:
        raise BotSilencedError
    owner = OwnerKind.PERSON if user_id else OwnerKind.NOBODY
    _write_owner(actor, conversation, owner, user_id, because, "handed_over")
    return conversation


@service
def mark_read(*, actor: Actor, conversation_id: UUID) -> Conversation:
    """The team has seen everything in it, and whoever was called into a note has come."""
    conversation = selectors.lock_conversation(actor, conversation_id)
    see_mentions(actor, conversation)
    if conversation.unread_count and actor.may("conversations.reply"):
        conversation.unread_count = 0
        if conversation.status == Conversation.Status.OPEN:
            conversation.snoozed_until = None  # that it has come back was seen
        conversation.save_without_historical_record(update_fields=["unread_count", "snoozed_until"])  # type: ignore[attr-defined]
        publish(ConversationRead(str(conversation.pk)), actor=actor)
    return conversation


@service
def mark_unread(*, actor: Actor, conversation_id: UUID, count: int = 1) -> Conversation:
    """Somebody should look at it again."""
    policies.check_can_triage(actor)
    conversation = selectors.lock_conversation(actor, conversation_id)
    if not conversation.unread_count:
        conversation.unread_count = max(1, count)
        conversation.save_without_historical_record(update_fields=["unread_count"])  # type: ignore[attr-defined]
        publish(ConversationMarkedUnread(str(conversation.pk)), actor=actor)
    return conversation


@service
def reopen_conversation(*, actor: Actor, conversation_id: UUID) -> Conversation:
    """It was closed too early: it goes on with whoever had it. Refuses while a newer one of theirs is open."""
    policies.check_can_reply(actor)
    conversation = lock_with_contact(actor, conversation_id)
    if conversation.status != Conversation.Status.CLOSED:
        raise NotClosedError
    others = Conversation.objects.filter(
        contact_id=conversation.contact_id, channel_id=conversation.channel_id
    )
    if others.exclude(status=Conversation.Status.CLOSED).exists():
        raise AnotherIsOpenError
    conversation.status = Conversation.Status.OPEN
    if conversation.owner_kind == OwnerKind.AGENT:
        owe_again(actor, conversation)
    conversation.save()
    publish(ConversationReopened(str(conversation.pk), str(conversation.contact_id)), actor=actor)
    return conversation


@service
def close_conversation(*, actor: Actor, conversation_id: UUID) -> Conversation:
    """Done. The next message of the contact opens a new conversation."""
    policies.check_can_reply(actor)
    conversation = _open(selectors.lock_conversation(actor, conversation_id))
    conversation.status, conversation.snoozed_until = Conversation.Status.CLOSED, None
    conversation.ownership_epoch += 1
    conversation.save()
    cancel_bot_messages(actor, conversation, gettext_noop("The conversation was closed."))
    publish(ConversationClosed(str(conversation.pk), str(conversation.contact_id)), actor=actor)
    return conversation


def lock_with_contact(actor: Actor, conversation_id: UUID) -> Conversation:
    """One conversation, locked after its contact: so that nobody opens another with them meanwhile."""
    seen = selectors.get_conversation(actor, conversation_id)
    Contact.objects.select_for_update(no_key=True).get(pk=seen.contact_id)
    return selectors.lock_conversation(actor, conversation_id)


def _open(conversation: Conversation) -> Conversation:
    if conversation.status == Conversation.Status.CLOSED:
        raise ConversationClosedError
    return conversation


def own_by_person(actor: Actor, conversation: Conversation, user_id: UUID, because: str, how: str) -> None:
    """The person owns the (locked) conversation from now on; nothing changes when they did already."""
    is_theirs = conversation.owner_kind == OwnerKind.PERSON and conversation.assignee_id == user_id
    if not is_theirs or _unsent_by_bot(conversation).exists():
        _own(actor, conversation, OwnerKind.PERSON, user_id, because, how)


def silence_bot(actor: Actor, conversation: Conversation, user_id: UUID) -> None:
    """A person writes: the bot is out. A colleague's conversation stays the colleague's."""
    if conversation.owner_kind == OwnerKind.PERSON and conversation.assignee_id:
        user_id = conversation.assignee_id
    own_by_person(actor, conversation, user_id, ANSWERED % {"who": actor.label}, "taken_over")


MERGED = gettext_noop("Merged into the same person's other conversation")
TOOK_OVER = kept(gettext_noop("%(who)s took over"))
GAVE_BACK = kept(gettext_noop("%(who)s gave it back"))
ASSIGNED = kept(gettext_noop("%(who)s assigned it to %(whom)s"))
TO_NOBODY = kept(gettext_noop("%(who)s gave it to nobody"))
ANSWERED = kept(gettext_noop("%(who)s answered"))
TOOK_BACK = kept(gettext_noop("%(who)s took it back"))
YOURS = kept(gettext_noop("%(who)s is yours to answer"))


def close_for_merge(actor: Actor, conversation: Conversation, goes_on: Conversation) -> None:
    """Two open threads of one person become one: this one ends, and what was unread in it counts in the other."""
    goes_on.unread_count += conversation.unread_count
    goes_on.waiting_since = goes_on.waiting_since or conversation.waiting_since
    goes_on.save_without_historical_record(update_fields=["unread_count", "waiting_since"])  # type: ignore[attr-defined]
    conversation.status = Conversation.Status.CLOSED
    conversation.ownership_epoch += 1
    conversation.owned_because = MERGED
    conversation.save()
    cancel_bot_messages(actor, conversation, gettext_noop("The conversation was closed."))
    publish(ConversationClosed(str(conversation.pk), str(conversation.contact_id)), actor=actor)


def own_by_phone(actor: Actor, conversation: Conversation) -> None:
    """Somebody answered in the phone app: the bot is out of the (locked) conversation; whoever had it keeps it."""
    is_persons = conversation.owner_kind == OwnerKind.PERSON
    if not is_persons or _unsent_by_bot(conversation).exists():
        whose = conversation.assignee_id if is_persons else None
        _own(
            actor, conversation, OwnerKind.PERSON, whose, gettext_noop("Answered on the phone"), "taken_over"
        )


def put_owner_back(actor: Actor, conversation: Conversation, before: Mapping[str, Any]) -> None:
    """Whoever had the (locked) conversation has it again, and the bot reads what it had not answered then."""
    owner = OwnerKind(before["owner_kind"])
    if owner == OwnerKind.AGENT and not conversation.channel.is_bot_on:
        raise NotBotChannelError
    if owner == OwnerKind.AGENT:
        conversation.agent_from_sequence = before["agent_from_sequence"]
        owe_again(actor, conversation)
    user_id = UUID(before["assignee_id"]) if before["assignee_id"] else None
    how = "given_back" if owner == OwnerKind.AGENT else "assigned"
    _own(actor, conversation, owner, user_id, TOOK_BACK % {"who": actor.label}, how)


def _own(
    actor: Actor, conversation: Conversation, owner: OwnerKind, user_id: UUID | None, because: str, how: str
) -> None:
    """A person's act: a new epoch, and what the bot had queued is cancelled."""
    conversation.ownership_epoch += 1
    cancel_bot_messages(actor, conversation, gettext_noop("A person took over."))
    _write_owner(actor, conversation, owner, user_id, because, how)


def _write_owner(
    actor: Actor, conversation: Conversation, owner: OwnerKind, user_id: UUID | None, because: str, how: str
) -> None:
    conversation.owner_kind, conversation.assignee_id = owner, user_id
    conversation.owned_since, conversation.owned_because = timezone.now(), because[:200]
    conversation.save()
    changed = ConversationOwnerChanged(
        conversation_id=str(conversation.pk),
        contact_id=str(conversation.contact_id),
        owner_kind=owner.value,
        user_id=str(user_id or ""),
        because=because,
        how=how,
    )
    publish(changed, actor=actor)


def _unsent_by_bot(conversation: Conversation) -> QuerySet[Message]:
    """What the bot wrote and nobody is known to have got: waiting, being sent, or not confirmed."""
    unsent = [MessageStatus.QUEUED, MessageStatus.UNKNOWN]
    return Message.objects.filter(
        conversation=conversation, direction="out", author_kind="agent", status__in=unsent
    )


def cancel_bot_messages(actor: Actor, conversation: Conversation, because: str) -> None:
    """Take back what the bot has queued and no worker has claimed."""
    mine = _unsent_by_bot(conversation).filter(status=MessageStatus.QUEUED, lease_until__isnull=True)
    for row in mine.select_for_update(no_key=True):
        row.status, row.error_code, row.error_text = MessageStatus.CANCELLED, "cancelled", because
        row.save(update_fields=["status", "error_code", "error_text"])
        publish(MessageStatusChanged(str(row.pk), str(conversation.pk), row.status, "cancelled"), actor=actor)
