"""Dead letters of intake and sending: how each is read, tried again and edited (crm.core.dead_letters)."""

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations import decisions
from conversations.channels.registry import adapter_for
from conversations.models import DeliveryState, InboundDelivery, InboundItem, Message, MessageStatus
from conversations.services.queueing import retry_message
from conversations.services.receipts import UNKNOWN_OUTCOME
from crm.core.actors import Actor
from crm.core.dead_letters import Brief, Reason, Source
from crm.core.errors import InvalidInputError
from crm.errors import NotDeadError

READ_AGAIN = {
    decisions.UNREADABLE_PART,
    decisions.UNKNOWN_ACCOUNT,
}  # items that only their delivery can make anew


def _dead_delivery(actor: Actor, pk: int) -> InboundDelivery:
    rows = InboundDelivery.objects.select_for_update(of=("self",), no_key=True).select_related("channel")
    found = rows.filter(pk=pk, workspace_id=actor.workspace_id, state=DeliveryState.DEAD).first()
    if found is None:
        raise NotDeadError
    return found


def replay_delivery(*, actor: Actor, pk: int) -> None:
    """Read it once more. What it holds has the provider's own ids: what we have already is not taken twice."""
    _read_again(_dead_delivery(actor, pk))


def _read_again(delivery: InboundDelivery) -> None:
    delivery.state, delivery.attempts, delivery.next_at = DeliveryState.NEW, 0, timezone.now()
    delivery.error = delivery.reason = ""
    delivery.save(update_fields=["state", "attempts", "next_at", "error", "reason"])


def edit_delivery(*, actor: Actor, pk: int, text: bytes) -> None:
    """Put another body in its place, if that can be read."""
    _put_body(_dead_delivery(actor, pk), text)


def _put_body(delivery: InboundDelivery, text: bytes) -> None:
    """From now on it is a person's word, which only counts in the delivery's own workspace."""
    _check_readable(delivery, text)
    delivery.body, delivery.edited_at = text, timezone.now()
    delivery.save(update_fields=["body", "edited_at"])


def _check_readable(delivery: InboundDelivery, text: bytes) -> None:
    adapter = adapter_for(delivery.channel.kind)
    try:
        reading = adapter.read(text) if adapter else None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refuse_text(
            gettext("%(name)s: %(error)s") % {"name": type(error).__name__, "error": error}
        ) from error
    if reading is None:
        raise _refuse_text(gettext("This product doesn't speak %(kind)s.") % {"kind": delivery.channel.kind})
    if reading.unreadable:
        raise _refuse_text(
            gettext("A part still can't be read: %(reason)s") % {"reason": reading.unreadable[0].reason}
        )


def _refuse_text(sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, fields={"text": [sentence]})


def _dead_item(actor: Actor, pk: int) -> InboundItem:
    rows = InboundItem.objects.select_for_update(of=("self",), no_key=True).select_related("channel")
    found = rows.filter(pk=pk, workspace_id=actor.workspace_id, state=DeliveryState.DEAD).first()
    if found is None:
        raise NotDeadError
    return found


def replay_item(*, actor: Actor, pk: int) -> None:
    """Work it off once more, at its place in its conversation. One that was never read or never had a channel is
    read again with the whole delivery: the row that stood for it ends here, what is read now takes its name."""
    item = _dead_item(actor, pk)
    if item.reason in READ_AGAIN:
        delivery = InboundDelivery.objects.select_for_update(no_key=True).get(pk=item.delivery_id)
        _end_unread(item)
        _read_again(delivery)
        return
    item.state, item.attempts, item.next_at = DeliveryState.NEW, 0, timezone.now()
    item.error = item.reason = ""
    item.lease_until = item.lease_token = None
    item.save(update_fields=["state", "attempts", "next_at", "error", "reason", "lease_until", "lease_token"])


def _end_unread(item: InboundItem) -> None:
    item.state, item.error = DeliveryState.IGNORED, f"Read again with delivery {item.delivery_id}."
    item.external_id = f"{item.external_id[:280]}#{item.pk}"
    item.save(update_fields=["state", "error", "external_id"])


def edit_item(*, actor: Actor, pk: int, text: bytes) -> None:
    """Put another reading in its place; the ids that keep it from being done twice can't be changed."""
    item = _dead_item(actor, pk)
    if item.reason in READ_AGAIN:
        _put_body(InboundDelivery.objects.select_related("channel").get(pk=item.delivery_id), text)
        return
    given = json.loads(text)
    _check_same_fields(item.payload, given)
    item.payload = given
    item.save(update_fields=["payload"])


FIXED = ("external_id", "account", "provider_id")  # by these it is known that something is done already


def _check_same_fields(was: dict[str, Any], now: Any) -> None:
    """The same fields as before, those that name it unchanged; a refusal names the field."""
    if not isinstance(now, dict):
        raise _refuse_text(gettext("Write a JSON object: { ... }."))
    lacking, unknown = sorted(set(was) - set(now)), sorted(set(now) - set(was))
    if lacking:
        raise _refuse_text(gettext("The field '%(lacking)s' is missing.") % {"lacking": lacking[0]})
    if unknown:
        raise _refuse_text(gettext("There is no field '%(unknown)s' here.") % {"unknown": unknown[0]})
    for name in FIXED:
        if name in was and was[name] != now[name]:
            raise _refuse_text(
                gettext("The field '%(name)s' can't be changed: by it we know what is done already.")
                % {"name": name}
            )


def replay_message(*, actor: Actor, pk: UUID) -> None:
    """Queue it once more, with all checks of a fresh message (window, opt-out, channel)."""
    if not _dead_messages().filter(pk=pk, workspace_id=actor.workspace_id).exists():
        raise NotDeadError
    retry_message(actor=actor, message_id=pk)


def _dead_messages() -> QuerySet[Message]:
    rows = Message.objects.filter(direction="out", status=MessageStatus.FAILED, gave_up=True)
    return rows.select_related("channel")


def _body(delivery: InboundDelivery) -> bytes:
    return bytes(delivery.body)


def _payload(item: InboundItem) -> bytes:
    return json.dumps(item.payload, ensure_ascii=False).encode()


def _words(message: Message) -> bytes:
    text = {"text": message.text, "kind": message.kind, **message.payload}
    return json.dumps(text, ensure_ascii=False).encode()


def _intake(row: InboundDelivery | InboundItem) -> Brief:
    return Brief(row.error, str(row.channel), attempts=row.attempts)


def _reply(message: Message) -> Brief:
    url = f"{reverse('conversations:inbox')}?open={message.conversation_id}&message={message.pk}#message-{message.pk}"
    return Brief(message.error_text, str(message.channel), url, message.attempts)


BROKE = {
    decisions.BROKE: Reason(
        _("It broke us each time"),
        _("Nothing is wrong with what was sent: a fault on our side. Replay it when that is mended."),
    ),
    decisions.STOPPED_WORKER: Reason(
        _("It stopped the worker each time"),
        _("It may be far too large or nested. Look at it before you replay it, one at a time."),
    ),
}

DEAD_DELIVERIES = Source(
    key="delivery",
    title=_("Deliveries that can't be read"),
    dead=lambda: (
        InboundDelivery.objects.filter(state=DeliveryState.DEAD).select_related("channel").defer("body")
    ),
    since="received_at",
    reason="reason",
    brief=_intake,
    text=_body,
    editable=_body,
    replay=replay_delivery,
    edit=edit_delivery,
    reasons={
        **BROKE,
        decisions.UNREADABLE_BODY: Reason(
            _("The body is not what the provider sends"),
            _("It is signed, but can't be read. Edit it and replay, or set it aside when it was a trial."),
        ),
        decisions.NO_ADAPTER: Reason(
            _("This product doesn't speak this kind of channel"),
            _("Update the product, then replay."),
        ),
    },
)

DEAD_ITEMS = Source(
    key="item",
    title=_("Messages and receipts that were not filed"),
    dead=lambda: InboundItem.objects.filter(state=DeliveryState.DEAD).select_related("channel"),
    since="delivery__received_at",
    reason="reason",
    brief=_intake,
    text=_payload,
    editable=lambda item: _body(item.delivery) if item.reason in READ_AGAIN else _payload(item),
    replay=replay_item,
    edit=edit_item,
    reasons={
        **BROKE,
        decisions.UNREADABLE_PART: Reason(
            _("A part of a delivery can't be read"),
            _("Its neighbours were filed. Edit the delivery it came in, or replay it after an update."),
        ),
        decisions.UNKNOWN_ACCOUNT: Reason(
            _("No channel has this account"),
            _("The provider names a number that is no channel here. Add the channel, then replay."),
        ),
    },
)

DEAD_MESSAGES = Source(
    key="message",
    title=_("Replies that did not go out"),
    dead=_dead_messages,
    since="failed_at",
    reason="error_code",
    brief=_reply,
    text=_words,
    replay=replay_message,
    parse=UUID,
    reasons={
        UNKNOWN_OUTCOME: Reason(
            _("The provider never said whether it took it"),
            _("It may have arrived. Look at the conversation before you send it once more."),
        ),
    },
)

DEAD_LETTERS = (DEAD_DELIVERIES, DEAD_ITEMS, DEAD_MESSAGES)
