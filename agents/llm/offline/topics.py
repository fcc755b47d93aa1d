"""What a batch is about besides its slots: which intents, which questions, which mood."""

import re

from agents.decisions.values import INTENTS, IntentGuess
from agents.llm.offline import topic_patterns as patterns
from agents.llm.offline.phrases import lines, sentences
from agents.llm.offline.reading import Reading

_ANGRY_MARKS = re.compile(r"[😡🤬😠😤💢]")
_TOPICS = {
    "greeting": patterns.GREET,
    "how_are_you": patterns.HOW_ARE_YOU,
    "thanks": patterns.THANKS,
    "bye": patterns.BYE,
    "are_you_a_bot": patterns.BOT,
    "opt_out": patterns.OPT_OUT,
    "declined": patterns.DECLINE,
}
_ALWAYS_FIRST = {"legal": 1.0, "refund": 0.99, "human_request": 0.98, "negative_sentiment": 0.97}
_INTENT_OF = {
    "human_request": "request_person",
    "negative_sentiment": "complaint",
    "legal": "legal",
    "refund": "refund",
}


def topics_of(reading: Reading) -> tuple[str, ...]:
    """Fine-grained hints about a batch, for the policy and the intents."""
    flat = reading.flat
    found = [name for name, pattern in _TOPICS.items() if _matches_a_line(pattern, flat)]
    if price_question(reading):
        found.append("price")
    if patterns.WHERE_HOURS.search(flat):
        found.append("about_the_business")
    if patterns.OFFER.search(flat) and "?" in flat:
        found.append("about_the_offer")
    if _complains(flat):
        found.append("complaint")
    if _matches_a_line(patterns.WANTS_TO_ASK, flat) and not _asks(flat):
        found.append("wants_to_ask")
    if _asks(flat):
        found.append("question")
        if not patterns.REQUEST.search(flat):
            found.append("plain_question")
    whole = flat.strip()
    if patterns.CONFIRM.match(whole):
        found.append("confirm")
    if patterns.DENY.match(whole):
        found.append("deny")
    return tuple(found)


def price_question(reading: Reading) -> tuple[int, int] | None:
    """The place of an ordinary question for the price, or None."""
    for start, end in sentences(reading.flat):
        sentence = reading.flat[start:end]
        match = patterns.PRICE.search(sentence)
        if match and not patterns.PRICE_GUARD.search(sentence):
            return (start + match.start(), start + match.end())
    return None


def intents_of(
    topics: tuple[str, ...], reasons: tuple[str, ...], *, has_facts: bool, says_much: bool
) -> tuple[IntentGuess, ...]:
    """The intents of a batch, best first. `reasons` are the hard escalation signs found in it."""
    weights = dict.fromkeys(INTENTS, 0.0)
    for reason in reasons:
        if reason in _INTENT_OF:
            weights[_INTENT_OF[reason]] = _ALWAYS_FIRST[reason]
    said = set(topics)
    weights["opt_out"] = 0.96 if "opt_out" in said else 0.0
    weights["ask_price"] = 0.93 if "price" in said or "pricing" in reasons else 0.0
    weights["give_info"] = (0.92 if says_much else 0.91) if has_facts else 0.0
    weights["complaint"] = max(weights["complaint"], 0.95 if "complaint" in said and not has_facts else 0.0)
    is_question = bool(said & {"question", "are_you_a_bot", "about_the_business"})
    is_hello = {"how_are_you", "greeting"} <= said
    weights["ask_question"] = (
        0.0 if is_hello or not is_question else 0.925 if "plain_question" in said else 0.9
    )
    weights["thanks"] = 0.8 if "thanks" in said else 0.0
    weights["bye"] = 0.82 if "bye" in said and not ("thanks" in said and "confirm" in said) else 0.0
    weights["deny"] = 0.81 if said & {"deny", "declined"} else 0.0
    weights["confirm"] = 0.74 if "confirm" in said else 0.0
    weights["greet"] = 0.7 if said & {"greeting", "how_are_you"} else 0.0
    if "greeting" in said and "confirm" not in said and weights["deny"] <= 0:
        weights["greet"] = 0.85
    ranked = sorted(weights.items(), key=lambda item: (-item[1], INTENTS.index(item[0])))
    guesses = tuple(IntentGuess(name, weight) for name, weight in ranked if weight > 0)
    return guesses or (IntentGuess("give_info" if has_facts else "other", 0.5),)


def sentiment_of(reading: Reading, *, is_negative: bool) -> float:
    """The mood of a batch, -1..1: a count of kind and unkind words; a strong complaint is -0.9."""
    if is_negative:
        return -0.9
    good = len(patterns.POSITIVE.findall(reading.flat))
    bad = len(patterns.NEGATIVE_WORD.findall(reading.flat)) + len(_ANGRY_MARKS.findall(reading.flat))
    return round(max(-0.8, min(0.8, (good - bad) / 3)), 2)


def is_small_talk(flat: str) -> bool:
    """Is the line nothing but manners: a greeting, thanks, yes, no, bye?"""
    rest = flat.strip()
    for pattern in (
        patterns.GREET,
        patterns.CONFIRM,
        patterns.DENY,
        patterns.THANKS,
        patterns.BYE,
        patterns.HOW_ARE_YOU,
    ):
        if pattern.search(rest) and len(re.findall(r"[a-z0-9]+", pattern.sub(" ", rest))) <= 2:
            return True
    return False


def _matches_a_line(pattern: re.Pattern[str], flat: str) -> bool:
    """Does the pattern match a line by itself? (Patterns may be anchored to a line's ends.)"""
    return any(pattern.search(flat[start:end]) for start, end in lines(flat))


def _complains(flat: str) -> bool:
    """Is there a complaint that is not about something of their own?"""
    return any(
        patterns.COMPLAINT.search(flat[start:end]) and not patterns.COMPLAINT_GUARD.search(flat[start:end])
        for start, end in sentences(flat)
    )


def _asks(flat: str) -> bool:
    """Is there a question that wants an answer: neither "how are you?" nor a mere "what?"?"""
    return any(
        patterns.QUESTION.search(flat[start:end])
        and not patterns.HOW_ARE_YOU.search(flat[start:end])
        and not patterns.RHETORIC.match(flat[start:end])
        for start, end in sentences(flat)
    )
