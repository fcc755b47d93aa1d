"""When a conversation goes to a person, and how that is told."""

from dataclasses import replace

from agents.decisions.effects import Escalate, HandOver
from agents.decisions.turn import Turn
from agents.decisions.values import (
    EscalationReason,
    EscalationSign,
)
from crm.core.sentences import gettext_noop, kept

THEIR_WORDS = kept(gettext_noop('%(why)s Their words: "%(quote)s".'))
CUSTOMER = kept(gettext_noop("The customer %(why)s."))
PRICE = gettext_noop("asks for the price")
PRICE_AGAIN = gettext_noop("asks for the price again")

GRAVEST_FIRST: tuple[EscalationReason, ...] = (
    "legal",
    "refund",
    "human_request",
    "negative_sentiment",
    "pricing",
)


def gravest(turn: Turn, least: tuple[EscalationReason, ...] = GRAVEST_FIRST) -> EscalationSign | None:
    """The gravest sign that is sure enough to act upon."""
    sure = [one for one in turn.seen.escalations if one.confidence >= turn.spec.answer_threshold]
    return next((one for reason in least for one in sure if one.reason == reason), None)


def escalate(turn: Turn) -> bool:
    """Hand over when a rule says so; ordinary questions for the price are counted first."""
    sign = gravest(turn) or _price_asked_again(turn)
    if sign is None:
        return False
    hand_over(turn, sign.reason, CUSTOMER % {"why": sign.because or sign.reason}, sign.quote, sign.message_id)
    return True


def _price_asked_again(turn: Turn) -> EscalationSign | None:
    """The price question that is one too many under the agent's pricing policy, or None."""
    sign = next((one for one in turn.seen.escalations if one.reason == "pricing"), None)
    if sign is None:
        return None
    turn.state = replace(turn.state, price_asks=turn.state.price_asks + 1)
    most = {"hand_over": 0, "defer_once": 1, "never": turn.state.price_asks}[turn.spec.pricing_policy]
    if turn.state.price_asks <= most:
        return None
    return replace(sign, because=PRICE_AGAIN if turn.state.price_asks > 1 else PRICE)


def hand_over(turn: Turn, reason: EscalationReason, because: str, quote: str, message_id: str) -> None:
    """Escalate with a reason code and the words it came from, and tell the customer."""
    was_handed = turn.state.phase == "qualified"
    turn.effects += [Escalate(reason, because, quote, message_id), HandOver(reason)]
    turn.why.append(THEIR_WORDS % {"why": because, "quote": quote})
    turn.state = replace(turn.state, phase="escalated", asked_slot=None, greeted=True)
    if not was_handed:
        turn.say(f"hand_over.{reason}")


def hand_on(turn: Turn) -> None:
    """A person goes on where the questions lead nowhere: an ordinary handoff, no rule forces it."""
    turn.acts.clear()
    turn.effects.append(HandOver("knowledge_misses"))
    turn.state = replace(turn.state, phase="escalated", asked_slot=None)
    turn.say("hand_over.knowledge_misses")
