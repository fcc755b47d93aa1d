"""How a lead is scored: rules and facts in, points and sentences out. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.core.texts import fold
from leads.decisions.texts import number_of
from leads.decisions.values import Facts, Reason, Rule, Scored, SlotLike, Thresholds

HIGHEST = 100


def score(rules: Sequence[Rule], facts: Facts, thresholds: Thresholds | None = None) -> Scored:
    """Add the points of every rule that holds; the sum is kept within 0..100."""
    reasons = tuple(reason for rule in rules if (reason := _reason(rule, facts)))
    total = max(0, min(HIGHEST, sum(reason.points for reason in reasons)))
    return Scored(total, temperature_of(total, thresholds or Thresholds()), reasons)


def temperature_of(points: int, thresholds: Thresholds) -> str:
    """hot, warm or cold."""
    if points >= thresholds.hot_from:
        return "hot"
    return "warm" if points >= thresholds.warm_from else "cold"


def _reason(rule: Rule, facts: Facts) -> Reason | None:
    """The rule's contribution, or None when it does not hold."""
    value = CONDITIONS[rule.when](rule.params, facts) if rule.when in CONDITIONS else None
    if value is None:
        return None
    because = rule.because.replace("{value}", value).replace("{points}", str(rule.points))
    return Reason(rule.name, rule.points, because)


def _sure_slot(params: Mapping[str, Any], facts: Facts) -> SlotLike | None:
    """The slot a rule is about, when it is known with the confidence the rule asks for."""
    slot = facts.slots.get(str(params.get("slot", "")))
    if slot is None or not slot.value or slot.confidence < float(params.get("min_confidence", 0)):
        return None
    return slot


def _slot_known(params: Mapping[str, Any], facts: Facts) -> str | None:
    slot = _sure_slot(params, facts)
    return slot.value if slot else None


def _slot_matches(params: Mapping[str, Any], facts: Facts) -> str | None:
    slot = _sure_slot(params, facts)
    if slot is None:
        return None
    held = {fold(slot.value), *(fold(str(v)).replace("_", " ") for v in slot.normalised.values())}
    wanted = [fold(str(w)).replace("_", " ") for w in params.get("any_of", [])]
    return slot.value if any(_says(text, word) for word in wanted for text in held) else None


def _says(text: str, word: str) -> bool:
    """Does the text contain the word or words, whole?"""
    return bool(word) and f" {word} " in f" {text} "


def _budget_at_least(params: Mapping[str, Any], facts: Facts) -> str | None:
    slot = _sure_slot({"slot": "budget", **params}, facts)
    if slot is None:
        return None
    floor = number_of(params.get("amounts", {}).get(str(slot.normalised.get("currency", "")).upper()))
    amount = number_of(slot.normalised.get("amount"))
    return slot.value if floor is not None and amount is not None and amount >= floor else None


def _intent_seen(params: Mapping[str, Any], facts: Facts) -> str | None:
    intent = str(params.get("intent", ""))
    return intent.replace("_", " ") if intent in facts.intents else None


def _replied_within(params: Mapping[str, Any], facts: Facts) -> str | None:
    if facts.reply_seconds is None or facts.reply_seconds > 60 * float(params.get("minutes", 0)):
        return None
    minutes = max(1, round(facts.reply_seconds / 60))
    return f"{minutes} min"


def _language_is(params: Mapping[str, Any], facts: Facts) -> str | None:
    return facts.language if facts.language and facts.language == params.get("language") else None


def _source_is(params: Mapping[str, Any], facts: Facts) -> str | None:
    return facts.source if facts.source and facts.source == params.get("source") else None


def _tag_is(params: Mapping[str, Any], facts: Facts) -> str | None:
    tag = str(params.get("tag", ""))
    return tag if tag in facts.tags else None


CONDITIONS = {
    "slot_known": _slot_known,
    "slot_matches": _slot_matches,
    "budget_at_least": _budget_at_least,
    "intent_seen": _intent_seen,
    "replied_within": _replied_within,
    "language_is": _language_is,
    "source_is": _source_is,
    "tag_is": _tag_is,
}
