"""Reasons to hand a conversation over to a person, with the words they came from."""

import re

from agents.decisions.values import EscalationReason, EscalationSign
from agents.llm.offline import reasons
from agents.llm.offline import sign_patterns as patterns
from agents.llm.offline.phrases import sentences
from agents.llm.offline.reading import Reading
from agents.llm.offline.topics import price_question

SURE, ORDINARY = 0.95, 0.4
_RULES: tuple[tuple[EscalationReason, re.Pattern[str], re.Pattern[str], str], ...] = (
    ("legal", patterns.LEGAL, patterns.LEGAL_GUARD, reasons.LAW),
    ("refund", patterns.REFUND, patterns.REFUND_GUARD, reasons.REFUND),
    ("human_request", patterns.HUMAN, patterns.HUMAN_GUARD, reasons.PERSON),
    ("negative_sentiment", patterns.NEGATIVE, patterns.NEGATIVE_GUARD, reasons.ANGRY),
    ("pricing", patterns.PRICING, patterns.PRICING_GUARD, reasons.BARGAINS),
)


def find_signs(reading: Reading) -> tuple[EscalationSign, ...]:
    """All escalation signs of a batch, gravest first.

    An ordinary question for the price is a sign of confidence 0.4: the policy counts those.
    """
    found = [sign for rule in _RULES for sign in _of_rule(reading, *rule)]
    price = price_question(reading)
    if price and not any(sign.reason == "pricing" for sign in found):
        found.append(_sign(reading, "pricing", ORDINARY, *price, reasons.PRICE))
    return tuple(found)


def _of_rule(
    reading: Reading, reason: EscalationReason, pattern: re.Pattern[str], guard: re.Pattern[str], because: str
) -> list[EscalationSign]:
    """The first sentence that matches the rule and is not taken back by its guard."""
    for start, end in sentences(reading.flat):
        sentence = reading.flat[start:end]
        match = pattern.search(sentence)
        if match and match[0].strip() and not guard.search(sentence):
            return [_sign(reading, reason, SURE, start + match.start(), start + match.end(), because)]
    return []


def _sign(
    reading: Reading, reason: EscalationReason, confidence: float, start: int, end: int, because: str
) -> EscalationSign:
    """The sign with the words as the customer wrote them."""
    message_id, _start, _end = reading.locate(start, end)
    return EscalationSign(reason, confidence, reading.quote(start, end).strip(), message_id, because)
