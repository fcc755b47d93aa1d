"""The ledger of what went out: each message once, in order, to the right account, and allowed at that moment."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q

from conversations.channels.registry import adapter_for
from conversations.decisions import CLOSED_BY_PROVIDER, RANK
from conversations.models import Message, MessageReceipt, MessageStatus
from conversations.selectors.ledger_rules import NO_BOOKS, Rule, Scope, listed
from crm.models import EventRecord

OUT = {MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ}
UNKNOWN_FOR = timedelta(minutes=15)
WINDOW = timedelta(hours=24)
EARLY = timedelta(minutes=5)  # by which the provider's clock may be ahead of ours
TOLD_WITHIN = timedelta(seconds=5)  # from our row of the provider's refusal: a send may have been under way
TAKEN = ["taken_over", "assigned"]
FIELDS = (
    "pk", "conversation_id", "sequence", "status", "kind", "author_kind", "epoch", "error_code", "provider_id",
    "times_unknown", "created_at", "attempted_at", "failed_at", "cause", "channel__kind", "channel__settings",
    "conversation__contact_id", "conversation__ownership_epoch", "channel_id",
)  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Outbox:
    """Our outgoing messages, and what the provider says of each."""

    scope: Scope
    rows: tuple[Row, ...]
    times: Mapping[str, int]  # how often the provider accepted a message, by our id

    @classmethod
    def read(cls, scope: Scope) -> "Outbox":
        """Everything that goes out or went out, in the order of each conversation."""
        rows = Message.objects.filter(direction="out", created_at__gte=scope.since)
        ordered = rows.order_by("conversation_id", "sequence").values(*FIELDS)
        accepted = scope.books.accepted if scope.books else ()
        times = Counter(each.opaque.removeprefix("msg:") for each in accepted)
        return cls(scope, tuple(ordered.iterator()), times)

    @property
    def unchecked(self) -> str:
        """Why the provider's side could not be held against ours."""
        return "" if self.scope.books else NO_BOOKS


def outbox_has_ended(outbox: Outbox) -> Rule:
    """Rule 4: one row per cause, and each is sent, cancelled or failed, with the reason."""
    causes = Message.objects.exclude(cause=None).values("workspace", "cause")
    twice = causes.annotate(times=Count("pk")).filter(times__gt=1)
    breaches = [f"cause {row['cause']} sends {row['times']} times" for row in twice]
    breaches += [f"message {row['pk']} {why}" for row in outbox.rows if (why := _not_ended(outbox, row))]
    says = "one message per cause; each is sent, cancelled or failed, with the reason"
    return Rule("4", says, len(outbox.rows), listed(breaches))


def _not_ended(outbox: Outbox, row: Row) -> str:
    """Why a message has not ended as it should; empty when it has."""
    status, scope = row["status"], outbox.scope
    if status in OUT:
        return "" if row["provider_id"] else f"is {status} without the provider's id"
    if status == MessageStatus.QUEUED:
        return "still waits to be sent" if row["created_at"] < scope.settled_before else ""
    if status == MessageStatus.UNKNOWN:
        limit = max(scope.settled_before, scope.now - UNKNOWN_FOR)
        return "has been unknown for too long" if (row["attempted_at"] or row["created_at"]) < limit else ""
    return "" if row["error_code"] else f"is {status} without a reason"


def sent_once(outbox: Outbox) -> Rule:
    """Rule 5: what is sent was accepted once, what is cancelled or failed was not."""
    says = "the provider accepted each sent message once, and no other"
    if outbox.scope.books is None:
        return Rule("5", says, unchecked=NO_BOOKS)
    breaches = [f"message {row['pk']} {why}" for row in outbox.rows if (why := _miscounted(outbox, row))]
    ours = {str(row["pk"]) for row in outbox.rows}
    breaches += [
        f"the provider has {key or 'one without our id'}, we don't" for key in outbox.times if key not in ours
    ]
    return Rule("5", says, sum(outbox.times.values()), listed(breaches))


def _miscounted(outbox: Outbox, row: Row) -> str:
    """Why the provider's count of a message is wrong; empty when it is right."""
    times, status = outbox.times.get(str(row["pk"]), 0), row["status"]
    if times > 1:
        return f"was accepted {times} times"
    if status in OUT and times == 0:
        return f"is {status} and was never accepted"
    may_be_out = row["provider_id"] or row["times_unknown"]  # told by a receipt, or never known
    if status in {MessageStatus.CANCELLED, MessageStatus.FAILED} and times and not may_be_out:
        return f"is {status} and was accepted"
    return ""


def sent_in_order(outbox: Outbox) -> Rule:
    """Rule 6: the provider got the messages of a conversation in our order."""
    says = "each conversation went out in order"
    if outbox.scope.books is None:
        return Rule("6", says, unchecked=NO_BOOKS)
    places = {str(row["pk"]): (row["conversation_id"], row["sequence"]) for row in outbox.rows}
    last: dict[UUID, int] = defaultdict(int)
    breaches = []
    for each in sorted(outbox.scope.books.accepted, key=lambda one: one.place):
        conversation, sequence = places.get(each.opaque.removeprefix("msg:"), (None, 0))
        if conversation is not None and sequence < last[conversation]:
            breaches.append(f"message {each.opaque.removeprefix('msg:')} was overtaken")
        elif conversation is not None:
            last[conversation] = sequence
    return Rule("6", says, len(outbox.scope.books.accepted), listed(breaches))


def status_never_back(outbox: Outbox) -> Rule:
    """Rule 7: the shown status never went back, and shows the most that was told."""
    told = EventRecord.objects.filter(
        name="conversations.message_status_changed", occurred_at__gte=outbox.scope.since
    )
    steps: dict[str, list[str]] = defaultdict(list)
    rows = told.order_by("sequence").values_list("payload__message_id", "payload__status")
    for message_id, status in rows.iterator():
        steps[message_id].append(status)
    breaches = [
        f"message {key} went {' > '.join(found)}" for key, found in steps.items() if _goes_back(found)
    ]
    breaches += [f"message {pk} hides that it is {status}" for pk, status in _hidden(outbox)]
    says = "no status went back"
    return Rule("7", says, sum(map(len, steps.values())), listed(breaches))


def _goes_back(steps: list[str]) -> bool:
    """True when a later step shows less than an earlier one. Sending again begins anew."""
    reached = 0
    for step in steps:
        if reached > RANK["sent"] and RANK.get(step, reached if step == "failed" else 0) < reached:
            return True
        reached = max(reached, RANK.get(step, 0))
    return False


def _hidden(outbox: Outbox) -> Iterator[tuple[UUID, str]]:
    """Messages that show less than a receipt has told of them."""
    shown = {row["pk"]: RANK.get(row["status"], 0) for row in outbox.rows}
    told = MessageReceipt.objects.filter(
        message__created_at__gte=outbox.scope.since, status__in=["delivered", "read"]
    )
    for pk, status in told.values_list("message_id", "status").iterator():
        if shown.get(pk, RANK[status]) < RANK[status]:
            yield pk, status


def right_account(outbox: Outbox) -> Rule:
    """Rule 8: each message went by the account of its conversation's own workspace."""
    strayed = Message.objects.filter(created_at__gte=outbox.scope.since).filter(
        ~Q(workspace=F("conversation__workspace"))
        | ~Q(workspace=F("channel__workspace"))
        | ~Q(channel=F("conversation__channel"))
    )
    breaches = [f"message {pk} is not its conversation's" for pk in strayed.values_list("pk", flat=True)]
    accounts = {str(r["pk"]): str(r["channel__settings"].get("phone_number_id", "")) for r in outbox.rows}
    for each in outbox.scope.books.accepted if outbox.scope.books else ():
        key = each.opaque.removeprefix("msg:")
        if accounts.get(key, each.account) != each.account:
            breaches.append(f"message {key} went by account {each.account}")
    says = "each message went by its own workspace's account"
    return Rule(
        "8",
        says,
        len(outbox.rows),
        listed(breaches),
        outbox.unchecked and f"the provider's side ({NO_BOOKS})",
    )


def inside_window(outbox: Outbox) -> tuple[int, list[str]]:
    """Free texts that went out, how many, and those of them outside the 24 hours after the customer wrote."""
    sent = [row for row in outbox.rows if row["attempted_at"] and row["status"] in OUT and _is_free_form(row)]
    heard = _heard(row["conversation__contact_id"] for row in sent)
    breaches = [
        f"message {row['pk']} went out in a closed window" for row in sent if not _is_open(row, heard)
    ]
    for each in outbox.scope.books.accepted if outbox.scope.books else ():
        if each.is_free_form and each.fate == CLOSED_BY_PROVIDER:
            breaches.append(f"message {each.opaque.removeprefix('msg:')} met a closed window")
    return len(sent), breaches + list(_after_refusals(outbox))


def _after_refusals(outbox: Outbox) -> Iterator[str]:
    """Free texts that were tried although the provider had said that the window is closed, and nobody wrote since."""
    tried = [row for row in outbox.rows if row["attempted_at"] and _is_free_form(row)]
    refused = [r for r in tried if r["error_code"] == CLOSED_BY_PROVIDER and r["failed_at"]]
    known = _when_we_knew(refused)
    said: dict[UUID, list[Row]] = defaultdict(list)
    for row in refused:
        said[row["conversation_id"]].append(row)
    later = [row for row in tried if row["conversation_id"] in said]
    heard = _heard(row["conversation__contact_id"] for row in later)
    for row in later:
        told = [
            each["failed_at"]
            for each in said[row["conversation_id"]]
            if known[each["pk"]] + TOLD_WITHIN < row["attempted_at"]
        ]
        if told and not _wrote_since(row, max(told), heard):
            yield f"message {row['pk']} was tried after the provider had closed the window"


def _when_we_knew(refused: list[Row]) -> dict[UUID, datetime]:
    """When each refusal was known here: when its receipt was read, or at once when it was the answer itself."""
    told = MessageReceipt.objects.filter(message__in=[row["pk"] for row in refused], status="failed")
    read = dict(told.values_list("message_id").annotate(at=Min("received_at")))
    return {row["pk"]: read.get(row["pk"]) or row["failed_at"] for row in refused}


def _wrote_since(row: Row, at: datetime, heard: Mapping[tuple[UUID, UUID], list[datetime]]) -> bool:
    """Has the customer written between the refusal and this message? Providers tell whole seconds only."""
    times = heard.get((row["conversation__contact_id"], row["channel_id"]), [])
    return any(at - timedelta(seconds=1) <= each <= row["attempted_at"] + EARLY for each in times)


def _is_free_form(row: Row) -> bool:
    adapter = adapter_for(row["channel__kind"])
    return row["kind"] != "template" and adapter is not None and adapter.window_hours() is not None


def _heard(contacts: Iterable[UUID]) -> Mapping[tuple[UUID, UUID], list[datetime]]:
    """When each contact wrote on each channel, by the provider's clock, in order."""
    rows = Message.objects.filter(
        direction="in", provider_time__isnull=False, conversation__contact__in=set(contacts)
    )
    found: dict[tuple[UUID, UUID], list[datetime]] = defaultdict(list)
    names = ("conversation__contact_id", "channel_id", "provider_time")
    for contact, channel, at in rows.order_by("provider_time").values_list(*names).iterator():
        found[contact, channel].append(at)
    return found


def _is_open(row: Row, heard: Mapping[tuple[UUID, UUID], list[datetime]]) -> bool:
    """Had the customer written within the 24 hours before the message was handed over?"""
    times = heard.get((row["conversation__contact_id"], row["channel_id"]), [])
    place = bisect_right(times, row["attempted_at"] + EARLY)
    return place > 0 and row["attempted_at"] - times[place - 1] <= WINDOW


def silent_after_takeover(outbox: Outbox) -> Rule:
    """The bot's own rule: nothing it wrote before a person took over is claimed for sending after that."""
    taken: dict[str, list[datetime]] = defaultdict(list)
    changes = EventRecord.objects.filter(
        name="conversations.owner_changed", payload__how__in=TAKEN, occurred_at__gte=outbox.scope.since
    )
    rows = changes.order_by("occurred_at").values_list("payload__conversation_id", "occurred_at")
    for conversation_id, at in rows.iterator():
        taken[conversation_id].append(at)
    bots = [row for row in outbox.rows if row["author_kind"] == "agent" and row["attempted_at"]]
    breaches = [
        f"message {row['pk']} was sent after a takeover"
        for row in bots
        if row["epoch"] != row["conversation__ownership_epoch"]  # equal: a person sent it once more
        and any(row["created_at"] < at < row["attempted_at"] for at in taken[str(row["conversation_id"])])
    ]
    return Rule("B", "no word of the bot after a takeover", len(bots), listed(breaches))
