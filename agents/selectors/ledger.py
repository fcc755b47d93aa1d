"""The ledger: what must be true of our rows after any fault. It reads, and changes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from agents.models import Turn, TurnOutcome
from conversations.models import Conversation, Message, OwnerKind
from conversations.selectors import ledger_intake, ledger_sending
from conversations.selectors.ledger_rules import NO_BOOKS, Rule, Scope, listed
from conversations.selectors.ledger_sending import Outbox


def check_ledger(scope: Scope) -> list[Rule]:
    """Every rule, held against all workspaces, in the ledger's order."""
    outbox = Outbox.read(scope)
    return [
        ledger_intake.intake_is_complete(scope),
        ledger_intake.intake_has_ended(scope),
        one_decision(scope),
        ledger_sending.outbox_has_ended(outbox),
        ledger_sending.sent_once(outbox),
        ledger_sending.sent_in_order(outbox),
        ledger_sending.status_never_back(outbox),
        ledger_sending.right_account(outbox),
        allowed_to_write(outbox),
        ledger_sending.silent_after_takeover(outbox),
    ]


def one_decision(scope: Scope) -> Rule:
    """Rule 3: what was worked off is in its conversation, and where the bot answers, one turn has decided on it."""
    filed, breaches = ledger_intake.done_without_message(scope)
    turns = _published(scope)
    gone = _taken_back(scope)
    standing = [turn for turn in turns if turn["pk"] not in gone]
    decided = Counter(message for turn in standing for message in turn["message_ids"])
    breaches += [f"message {key} was decided {times} times" for key, times in decided.items() if times > 1]
    breaches += [
        f"turn {turn['pk']} decided nothing" for turn in turns if not (turn["effects"] or turn["why"])
    ]
    owed = [str(pk) for pk in _for_the_bot(scope).values_list("pk", flat=True)]
    breaches += [f"message {key} waits for the bot's decision" for key in owed if key not in decided]
    return Rule("3", "each message has one decision", filed + len(owed), listed(breaches))


def _published(scope: Scope) -> Sequence[Mapping[str, Any]]:
    """Turns that were carried out."""
    rows = Turn.objects.filter(outcome=TurnOutcome.PUBLISHED, finished_at__gte=scope.since)
    return list(rows.values("pk", "message_ids", "effects", "why"))


def _taken_back(scope: Scope) -> set[UUID]:
    """Turns whose words came too late to be sent; one that the customer overtook is no longer published."""
    dropped = Message.objects.filter(
        cause__startswith="turn:", error_code="late", created_at__gte=scope.since
    )
    return {UUID(cause.split(":")[1]) for cause in dropped.values_list("cause", flat=True) if cause}


def _for_the_bot(scope: Scope) -> Any:
    """Messages that only the bot can answer: in its conversations, since it got them, of kinds that ask for one."""
    talks = Conversation.objects.filter(
        pk=OuterRef("conversation_id"),
        owner_kind=OwnerKind.AGENT,
        status=Conversation.Status.OPEN,
        purpose=Conversation.Purpose.CUSTOMER,
    )
    rows = Message.objects.filter(
        direction="in", created_at__gte=scope.since, created_at__lt=scope.settled_before
    )
    is_its = Q(sequence__gt=Subquery(talks.values("agent_from_sequence")))
    return rows.filter(wants_answer=True).filter(is_its)


def allowed_to_write(outbox: Outbox) -> Rule:
    """Rule 12: nothing free-form outside the window, and nothing of the bot's to somebody who wants no messages."""
    checked, breaches = ledger_sending.inside_window(outbox)
    breaches += list(_after_opting_out(outbox))
    says = "no free text outside the 24 hours, nothing after an opt-out"
    unchecked = "" if outbox.scope.books else f"the provider's side ({NO_BOOKS})"
    return Rule("12", says, checked, listed(breaches), unchecked)


def _after_opting_out(outbox: Outbox) -> Iterable[str]:
    """Messages of a machine to somebody who had opted out and has not written since."""
    turns = Turn.objects.filter(outcome=TurnOutcome.PUBLISHED).filter(state_after__opted_out=True)
    back = Turn.objects.filter(
        conversation_id=OuterRef("conversation_id"),
        outcome=TurnOutcome.PUBLISHED,
        finished_at__gt=OuterRef("finished_at"),
        state_after__opted_out=False,
    ).order_by("finished_at")
    ends = turns.annotate(until=Subquery(back.values("finished_at")[:1]))
    silences = {t["conversation_id"]: t for t in ends.values("pk", "conversation_id", "finished_at", "until")}
    for row in outbox.rows:
        silence = silences.get(row["conversation_id"])
        if silence and row["author_kind"] in {"agent", "automation"} and _is_within(row, silence):
            yield f"message {row['pk']} was written after an opt-out"


def _is_within(row: Any, silence: Mapping[str, Any]) -> bool:
    """Written after the opt-out, not as the answer to it, and before the customer came back."""
    is_answer = str(row["cause"] or "").startswith(f"turn:{silence['pk']}:")
    is_over = silence["until"] is not None and row["created_at"] >= silence["until"]
    return row["created_at"] > silence["finished_at"] and not is_answer and not is_over
