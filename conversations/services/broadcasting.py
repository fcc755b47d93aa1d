"""A template to many, each once, only to those who agreed to offers, and after everything else that is to be sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import policies, selectors
from conversations.channels.port import Template
from conversations.core import later
from conversations.errors import CannotSendError, NotRunningError
from conversations.models import (
    Broadcast,
    BroadcastRecipient,
    BroadcastState,
    Channel,
    Conversation,
    RecipientState,
)
from conversations.services.opening import latest_conversation, open_conversation
from conversations.services.queueing import send_message
from crm.core.actors import Actor, ActorKind, Sight
from crm.core.errors import DomainError, InvalidInputError, NotFoundError
from crm.core.service import service
from crm.models import Contact

MAY = frozenset({"conversations.view", "conversations.reply", "contacts.view"})


@service
def plan_broadcast(
    *,
    actor: Actor,
    name: str,
    channel_id: UUID,
    template: Template,
    contact_ids: Sequence[UUID],
    due_at: datetime | None = None,
    cause: str | None = None,
) -> Broadcast:
    """Plan a template for contacts one sees; at once without a time. Who has not agreed to offers when it is their
    turn is left out, with the reason. The same cause never plans twice."""
    policies.check_can_broadcast(actor)
    now = timezone.now()
    _check_plan(name, contact_ids, now, due_at)
    contacts = _contacts(actor, contact_ids)
    channel = Channel.objects.filter(workspace_id=actor.workspace_id, pk=channel_id).first()
    if channel is None:
        raise InvalidInputError(fields={"channel": [_("There is no such channel.")]})
    row, is_new = _kept(
        actor,
        cause,
        name=name.strip(),
        channel=channel,
        template_name=template.name,
        template_language=template.language,
        parameters=list(template.parameters),
        due_at=due_at or now,
        author_id=actor.user_id,
    )
    if is_new:
        BroadcastRecipient.objects.bulk_create(
            BroadcastRecipient(workspace_id=actor.workspace_id, broadcast=row, contact_id=pk)
            for pk in contacts
        )
    return row


def _kept(actor: Actor, cause: str | None, **given: Any) -> tuple[Broadcast, bool]:
    """The broadcast, and whether it is new: of one cause there is one, however many ask for it at once."""
    if cause is None:
        return Broadcast.objects.create(workspace_id=actor.workspace_id, **given), True
    return Broadcast.objects.get_or_create(workspace_id=actor.workspace_id, cause=cause, defaults=given)


def _check_plan(name: str, contact_ids: Sequence[UUID], now: datetime, due_at: datetime | None) -> None:
    wrong: dict[str, list[str]] = {}
    if not name.strip():
        wrong["name"] = [_("Give it a name, so that the others know what it is.")]
    if not contact_ids:
        wrong["contacts"] = [_("Choose at least one contact.")]
    if len(contact_ids) > later.BROADCAST_AT_MOST:
        wrong["contacts"] = [
            _("At most %(most)s contacts; these are %(count)s.")
            % {"most": later.BROADCAST_AT_MOST, "count": len(contact_ids)}
        ]
    if due_at and (why := later.why_not_later(now, due_at)):
        wrong["due_at"] = [why]
    if wrong:
        raise InvalidInputError(fields=wrong)


def _contacts(actor: Actor, contact_ids: Sequence[UUID]) -> list[UUID]:
    """The chosen ones, each once; all must be the actor's to see."""
    wanted = set(contact_ids)
    found = set(selectors.contacts_in_sight(actor, wanted))
    if missing := wanted - found:
        words = _("%(count)s of these %(all)s contacts are not there, or not yours to see.") % {
            "count": len(missing),
            "all": len(wanted),
        }
        raise InvalidInputError(fields={"contacts": [words]})
    return sorted(found)


@service
def stop_broadcast(*, actor: Actor, broadcast_id: UUID) -> Broadcast:
    """No more of it is sent. What was handed over already goes out."""
    return _turn(
        actor, broadcast_id, {BroadcastState.PLANNED, BroadcastState.RUNNING}, BroadcastState.STOPPED
    )


@service
def resume_broadcast(*, actor: Actor, broadcast_id: UUID) -> Broadcast:
    """Go on with those who still wait."""
    return _turn(actor, broadcast_id, {BroadcastState.STOPPED}, BroadcastState.PLANNED)


def _turn(actor: Actor, broadcast_id: UUID, old: set[BroadcastState], new: BroadcastState) -> Broadcast:
    policies.check_can_broadcast(actor)
    rows = selectors.visible_broadcasts(actor).select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=broadcast_id).first()
    if row is None:
        raise NotFoundError
    if row.state not in old:
        raise NotRunningError
    row.state = new
    row.save()
    return row


@service
def write_to_next(*, actor: Actor, broadcast_id: UUID) -> bool:
    """Hand the next recipient over to be sent, or say why not. False when there is none, when it was stopped, and
    when another worker is at it. One at a time: who stops it waits for one."""
    live = {BroadcastState.PLANNED, BroadcastState.RUNNING}
    rows = Broadcast.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    due = rows.filter(pk=broadcast_id, state__in=live, due_at__lte=timezone.now())
    broadcast = due.select_related("channel").first()
    if broadcast is None:
        return False
    waiting = broadcast.recipients.filter(state=RecipientState.WAITING).select_related("contact")
    recipient = waiting.order_by("id").first()
    wanted = BroadcastState.RUNNING if recipient else BroadcastState.DONE
    if broadcast.state != wanted:
        broadcast.state = wanted
        broadcast.save()
    if recipient is not None:
        _hand_over(broadcast, recipient)
    return recipient is not None


def _hand_over(broadcast: Broadcast, recipient: BroadcastRecipient) -> None:
    try:
        with transaction.atomic():  # what a refusal had begun is taken back
            _send(broadcast, recipient)
    except DomainError as refusal:
        recipient.state, recipient.why = RecipientState.SKIPPED, refusal.message
    recipient.save()


def _send(broadcast: Broadcast, recipient: BroadcastRecipient) -> None:
    actor = _acting_for(broadcast)
    if not selectors.has_opted_in(recipient.contact_id, broadcast.channel_id):
        raise CannotSendError("not_opted_in", _("Has not agreed to offers on this channel."))
    talk = _conversation_of(actor, broadcast.channel, recipient.contact)
    words = tuple(selectors.filled_for(actor, talk, text) for text in broadcast.parameters)
    recipient.message = send_message(
        actor=actor,
        conversation_id=talk.pk,
        text=" · ".join([broadcast.template_name, *words]),
        cause=f"broadcast:{broadcast.pk}:{recipient.contact_id}",
        template=Template(broadcast.template_name, broadcast.template_language, words),
    )
    recipient.state = RecipientState.QUEUED


def _acting_for(broadcast: Broadcast) -> Actor:
    """The broadcast itself writes: no person takes the conversation over by it."""
    return Actor(
        kind=ActorKind.AUTOMATION,
        id=str(broadcast.pk),
        label=broadcast.name,
        workspace_id=broadcast.workspace_id,
        permissions=MAY,
        via="broadcast",
        sight=Sight.ALL,
    )


def _conversation_of(actor: Actor, channel: Channel, contact: Contact) -> Conversation:
    """The contact's open conversation; a new one to the last known address when theirs is closed."""
    last = latest_conversation(actor=actor, channel=channel, contact=contact)
    if last.status != Conversation.Status.CLOSED:
        return last
    talk = open_conversation(actor=actor, channel=channel, contact=contact)
    talk.recipient_kind, talk.recipient_value = last.recipient_kind, last.recipient_value
    talk.save()
    return talk
