"""Out of sight for a while. What is snoozed comes back by itself: when its time comes, or when the contact writes."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations import decisions, policies, selectors
from conversations.errors import ConversationClosedError, NotSnoozedError
from conversations.events import ConversationSnoozed, ConversationWoken
from conversations.models import Conversation
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.sentences import kept
from crm.core.service import service

BACK = kept(gettext_noop("%(who)s is back"))


@service
def snooze_conversation(*, actor: Actor, conversation_id: UUID, until: datetime) -> Conversation:
    """Out of sight until then. Snoozed again, the new time counts."""
    policies.check_can_triage(actor)
    if wrong := decisions.why_not_snooze(timezone.now(), until):
        raise InvalidInputError(wrong, fields={"until": [wrong]})
    conversation = selectors.lock_conversation(actor, conversation_id)
    if conversation.status == Conversation.Status.CLOSED:
        raise ConversationClosedError
    conversation.status, conversation.snoozed_until = Conversation.Status.SNOOZED, until
    conversation.save()
    snoozed = ConversationSnoozed(str(conversation.pk), str(conversation.contact_id), until.isoformat())
    publish(snoozed, actor=actor)
    return conversation


@service
def wake_conversation(*, actor: Actor, conversation_id: UUID) -> Conversation:
    """A person wants it back before its time."""
    policies.check_can_triage(actor)
    conversation = selectors.lock_conversation(actor, conversation_id)
    if conversation.status != Conversation.Status.SNOOZED:
        raise NotSnoozedError
    conversation.status, conversation.snoozed_until = Conversation.Status.OPEN, None
    conversation.save()
    note_woken(actor, conversation, "person")
    return conversation


@service
def wake_when_due(*, actor: Actor, conversation_id: UUID) -> bool:
    """Its time has come: it is back, unread, and whoever had it is told, or who can answer when they left. False when
    it was not due any more."""
    conversation = selectors.lock_conversation(actor, conversation_id)
    is_snoozed = conversation.status == Conversation.Status.SNOOZED
    until = conversation.snoozed_until
    if not is_snoozed or until is None or until > timezone.now():
        return False
    conversation.status = Conversation.Status.OPEN  # `snoozed_until` stays: it tells that it has come back
    conversation.unread_count = max(1, conversation.unread_count)
    conversation.save()
    note_woken(actor, conversation, "time")
    if conversation.assignee_id:
        _tell_back(
            actor, conversation, conversation.assignee_id, f"woken:{conversation.pk}:{until.isoformat()}"
        )
    return True


def _tell_back(actor: Actor, conversation: Conversation, user_id: UUID, key: str) -> None:
    for told in selectors.who_is_told(conversation, user_id):
        crm_services.alert_user(
            actor=actor,
            user_id=told,
            kind="snooze",
            key=key,
            title=BACK % {"who": conversation.contact},
            body=conversation.last_message_text,
            url=f"{reverse('conversations:inbox')}?open={conversation.pk}",
        )


def note_woken(actor: Actor, conversation: Conversation, because: str) -> None:
    """The news of it."""
    woken = ConversationWoken(str(conversation.pk), str(conversation.contact_id), because)
    publish(woken, actor=actor)
