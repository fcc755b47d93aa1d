"""The last checks before a message goes out: at that moment, not when it was decided."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations import decisions, selectors
from conversations.events import BotReplyDropped
from conversations.models import Conversation, Message, MessageStatus, OwnerKind
from conversations.services.endings import UNKNOWN_WAIT, cancel, fail
from conversations.services.receipts import UNKNOWN_OUTCOME
from crm.bus import publish
from crm.core.actors import Actor

MAX_TIMES_UNKNOWN = 2  # once more when nothing was heard of it, then a person decides
MAX_DROPPED = 2  # answers in a row that a newer message of the customer overtakes; the next one goes out
LISTEN = timedelta(seconds=15)
LATE_LOOK = timedelta(seconds=20)  # several sweeps
NOT_CONFIRMED = gettext_noop("Not confirmed: the customer may have it. Send it again only if they don't.")
LATE = gettext_noop("Not sent: it would have come more than 15 minutes late. A person answers instead.")
OVERTAKEN = gettext_noop("Not sent: the customer wrote again before it went out. The agent answers anew.")


def still_right(actor: Actor, conversation: Conversation, row: Message) -> bool:
    """Ownership, lateness, newer words of the customer, attempts, window. What is not right any more ends here."""
    if row.author_kind == "agent" and not _may_bot_still_say(actor, conversation, row):
        return False
    if row.attempts >= decisions.MAX_ATTEMPTS:
        text = row.error_text or gettext_noop("Gave up after several attempts.")
        fail(actor, row, row.error_code or "gave_up", text, gave_up=True)
        return False
    verdict = selectors.can_send(conversation, template=row.template, is_queued=True)
    if not verdict.ok:
        fail(actor, row, verdict.code, verdict.reason)
        return False
    return True


def _may_bot_still_say(actor: Actor, conversation: Conversation, row: Message) -> bool:
    if row.epoch != conversation.ownership_epoch:
        cancel(actor, row, gettext_noop("A person took over."))
        return False
    if is_late(row, timezone.now()):
        drop(actor, conversation, row, "late")
        return False
    if _is_overtaken(conversation, row):
        drop(actor, conversation, row, "overtaken")
        return False
    return True


def is_late(row: Message, now: datetime) -> bool:
    """A bot's answer that nobody wants any more."""
    return row.author_kind == "agent" and now - row.decided_at >= decisions.BOT_PATIENCE


def is_silent(row: Message, now: datetime) -> bool:
    """A send of which nothing was heard for so long that a person has to look."""
    return now - (row.attempted_at or now) >= decisions.UNKNOWN_AT_MOST


def drop(actor: Actor, conversation: Conversation, row: Message, why: str) -> None:
    """The bot's words from this one on are taken back, as far as no worker has them; others hear why."""
    rest = Message.objects.select_for_update(no_key=True).filter(
        conversation=conversation,
        author_kind="agent",
        status=MessageStatus.QUEUED,
        lease_until__isnull=True,
        sequence__gt=row.sequence,
    )
    because = LATE if why == "late" else OVERTAKEN
    for message in [row, *rest.order_by("sequence")]:
        cancel(actor, message, because, code=why)
    dropped = BotReplyDropped(
        str(row.pk), str(conversation.pk), str(conversation.contact_id), row.cause or "", why
    )
    publish(dropped, actor=actor)


def answer_of(row: Message) -> str:
    """What a bubble is a part of: "turn:<id>" of "turn:<id>:<number>"."""
    return (row.cause or str(row.pk)).rpartition(":")[0] or str(row.pk)


def _is_overtaken(conversation: Conversation, row: Message) -> bool:
    """The customer wrote something that asks for an answer after this was decided; not for ever, though."""
    if conversation.owner_kind != OwnerKind.AGENT or conversation.last_inbound_sequence < row.sequence:
        return False
    newer = selectors.inbound_after(conversation.pk, row.sequence)
    if row.retried_at:  # a person has seen what came before
        newer = [m for m in newer if m.created_at > row.retried_at]
    return any(m.wants_answer for m in newer) and may_drop_again(conversation)


def may_drop_again(conversation: Conversation) -> bool:
    """Twice in a row an answer may be overtaken; then one goes out however fast the customer writes."""
    bots = Message.objects.filter(conversation=conversation, author_kind="agent")
    last_said = bots.exclude(status__in=[MessageStatus.CANCELLED, MessageStatus.QUEUED]).order_by("-sequence")
    since = last_said.values_list("sequence", flat=True).first() or 0
    dropped = bots.filter(sequence__gt=since, status=MessageStatus.CANCELLED, error_code="overtaken")
    return len({answer_of(m) for m in dropped.only("pk", "cause")}) < MAX_DROPPED


def interrupt_bot(actor: Actor, conversation: Conversation) -> None:
    """The customer goes on writing: what the bot has not sent yet is taken back, and it answers to all of it."""
    if conversation.owner_kind != OwnerKind.AGENT:
        return
    waiting = Message.objects.select_for_update(no_key=True).filter(
        conversation=conversation, author_kind="agent", status=MessageStatus.QUEUED, lease_until__isnull=True
    )
    if not waiting.exists():
        return
    first = waiting.order_by("sequence").first()
    if first is not None and may_drop_again(conversation):
        drop(actor, conversation, first, "overtaken")


def _nobody_looked(row: Message, now: datetime) -> bool:
    """Its time was over long ago and nobody came: the house or its database was away, and the provider's receipts
    were refused. Not for ever: a house that is always late sends again all the same."""
    is_recent = now - (row.attempted_at or now) < decisions.UNKNOWN_AT_MOST / 3
    return is_recent and row.next_at is not None and now - row.next_at > LATE_LOOK


def after_unknown(actor: Actor, row: Message) -> bool:
    """Nothing was heard of a send in time. What does no harm twice goes out once more; else a person decides.
    While a receipt of it waits to be read, that will tell; and when we were away ourselves, they are on their
    way once more."""
    now = timezone.now()
    is_young = not is_silent(row, now)
    were_away = _nobody_looked(row, now)
    if is_young and (were_away or selectors.is_receipt_waiting(row)):
        row.next_at = now + (UNKNOWN_WAIT if were_away else LISTEN)
        row.save(update_fields=["next_at"])
        return False
    is_safe = decisions.is_safe_to_repeat(row.author_kind)
    if is_young and is_safe and row.times_unknown < MAX_TIMES_UNKNOWN:
        row.status = MessageStatus.QUEUED
        row.save(update_fields=["status"])
        return True
    fail(actor, row, UNKNOWN_OUTCOME, NOT_CONFIRMED, gave_up=True)
    return True
