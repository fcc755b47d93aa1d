"""Send later: a reply waits as a row of its own, and blocks nobody; when its time comes it is sent like any other."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations import policies, selectors
from conversations.core import later
from conversations.errors import CannotSendError, ConversationClosedError, NotWaitingError
from conversations.events import ScheduledChanged
from conversations.models import Conversation, ScheduledMessage, ScheduledState
from conversations.services.queueing import check_text, send_message
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import DomainError, InvalidInputError, NotFoundError
from crm.core.sentences import kept
from crm.core.service import service

NOT_SENT = kept(gettext_noop("Your message to %(who)s was not sent"))
OF_ANOTHER = kept(gettext_noop("What %(author)s wrote to %(who)s was not sent"))


@service
def schedule_message(
    *,
    actor: Actor,
    conversation_id: UUID,
    text: str,
    due_at: datetime,
    reply_to: str = "",
    holds_on_answer: bool = True,
) -> ScheduledMessage:
    """Keep a reply for later. Refuses what could not be sent then: a closed conversation, and a time outside the
    window. With `holds_on_answer` it is held when the contact writes first. Said twice, it waits once."""
    policies.check_can_reply(actor)
    check_text(text)
    if wrong := later.why_not_later(timezone.now(), due_at):
        raise InvalidInputError(wrong, fields={"due_at": [wrong]})
    if actor.user_id is None:
        raise InvalidInputError(fields={"author": [_("Only a person can write for later.")]})
    conversation = selectors.lock_conversation(actor, conversation_id)
    _check_then(conversation, due_at)
    same = {"conversation": conversation, "author_id": actor.user_id, "text": text, "due_at": due_at}
    if row := ScheduledMessage.objects.filter(**same, state=ScheduledState.WAITING).first():
        return row
    row = ScheduledMessage.objects.create(
        workspace_id=actor.workspace_id,
        conversation=conversation,
        author_id=actor.user_id,
        text=text,
        reply_to=reply_to,
        due_at=due_at,
        holds_on_answer=holds_on_answer,
        after_sequence=conversation.last_inbound_sequence,
    )
    publish(ScheduledChanged(str(conversation.pk), str(row.pk), row.state), actor=actor)
    return row


def _check_then(conversation: Conversation, due_at: datetime) -> None:
    if conversation.status == Conversation.Status.CLOSED:
        raise ConversationClosedError
    verdict = selectors.can_send(conversation, at=due_at)
    if verdict.code == "window_closed":
        raise CannotSendError(
            "window_over_then",
            _("The 24 hours will be over then. Choose an earlier time, or send a template."),
        )


@service
def withdraw_scheduled(*, actor: Actor, scheduled_id: UUID) -> ScheduledMessage:
    """Not to be sent after all. What was held is put out of sight."""
    return _turn(actor, scheduled_id, {ScheduledState.WAITING, ScheduledState.HELD}, ScheduledState.WITHDRAWN)


@service
def restore_scheduled(*, actor: Actor, scheduled_id: UUID) -> ScheduledMessage:
    """Take a withdrawal back, while its time is still to come."""
    return _turn(actor, scheduled_id, {ScheduledState.WITHDRAWN}, ScheduledState.WAITING)


def _turn(
    actor: Actor, scheduled_id: UUID, old: set[ScheduledState], new: ScheduledState
) -> ScheduledMessage:
    policies.check_can_reply(actor)
    rows = selectors.visible_scheduled(actor).select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=scheduled_id).first()
    if row is None:
        raise NotFoundError
    is_held = row.state == ScheduledState.HELD  # it stays here whatever its time
    if row.state not in old or (row.due_at <= timezone.now() and not is_held):
        raise NotWaitingError
    row.state = new
    row.save()
    publish(ScheduledChanged(str(row.conversation_id), str(row.pk), row.state), actor=actor)
    return row


@service
def send_scheduled(*, actor: Actor, scheduled_id: UUID) -> bool:
    """Its time has come: sent with its author's rights of now, or held with the reason, of which the author is told
    (or who can act for an author who left). False when somebody else has it or it was not due any more."""
    rows = ScheduledMessage.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    due = rows.filter(pk=scheduled_id, state=ScheduledState.WAITING, due_at__lte=timezone.now())
    row = due.select_related("conversation__contact").first()
    if row is None:
        return False
    try:
        with transaction.atomic():  # what a refusal had begun is taken back
            _send(actor, row)
    except DomainError as refusal:
        _hold(actor, row, refusal.message)
    row.save()
    publish(ScheduledChanged(str(row.conversation_id), str(row.pk), row.state), actor=actor)
    return True


def _send(actor: Actor, row: ScheduledMessage) -> None:
    """By the one service; the same cause never sends twice."""
    author = crm_selectors.actor_for(crm_selectors.get_member(actor, row.author_id), via="schedule")
    talk = selectors.lock_conversation(author, row.conversation_id)
    why = later.why_held(
        holds_on_answer=row.holds_on_answer, last_inbound=talk.last_inbound_sequence, after=row.after_sequence
    )
    if why:
        raise CannotSendError("answered_meanwhile", why)
    row.message = send_message(
        actor=author,
        conversation_id=row.conversation_id,
        text=row.text,
        reply_to=row.reply_to,
        cause=f"scheduled:{row.pk}",
    )
    row.state = ScheduledState.QUEUED


def _hold(actor: Actor, row: ScheduledMessage, why: str) -> None:
    """It stays where it is; its author is told or, when they left, who can send it themselves."""
    row.state, row.why = ScheduledState.HELD, why
    said = {"who": row.conversation.contact, "author": row.author}
    for user_id in selectors.who_is_told(row.conversation, row.author_id):
        crm_services.alert_user(
            actor=actor,
            user_id=user_id,
            kind="failed_send",
            key=f"scheduled:{row.pk}",
            title=((NOT_SENT if user_id == row.author_id else OF_ANOTHER) % said)[:200],
            body=why,
            url=f"{reverse('conversations:inbox')}?open={row.conversation_id}",
        )
