"""How a lead is scored: rules and facts in, points and sentences out. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

HIGHEST = 100


class SlotLike(Protocol):
    """What the score reads of a slot: the text people see, the value machines read, and how sure we are."""

    @property
    def value(self) -> str: ...
    @property
    def normalised(self) -> Mapping[str, Any]: ...
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True)
class SlotFact:
    """A value somebody found for a slot, and the words it came from.

    `normalised`: money {"amount": "5000000", "currency": "IDR"}, place {"city", "country"}.
    `confidence` 0..1; `quote` is `text[start:end]` of the message; `is_correction` says that the contact took
    an earlier value back; `is_inferred` that the value follows from the quote without being it.
    """

    key: str
    value: str
    normalised: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    message_id: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    is_inferred: bool = False
    because: str = ""
    is_correction: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One scoring rule as the judgement needs it; `params` as described by `PARAMS[when]`."""

    name: str
    when: str
    params: Mapping[str, Any]
    points: int
    because: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a lead when it is scored; `reply_seconds` is the fastest answer it ever gave us."""

    slots: Mapping[str, SlotLike] = field(default_factory=dict)
    source: str = ""
    language: str = ""
    intents: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    reply_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score a lead is hot, warm (else cold), and worth a salesperson's time."""

    hot_from: int = 70
    warm_from: int = 40
    qualify_from: int = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that counted: its name, its points, and the sentence that says why."""

    rule: str
    points: int
    because: str


@dataclass(frozen=True, slots=True)
class Scored:
    """The judgement: 0..100, hot, warm or cold, and the reasons whose points it is the sum of."""

    score: int
    temperature: str
    reasons: tuple[Reason, ...]


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


def fold(text: str) -> str:
    """Lower case without accents: how texts are compared and searched."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spread if not unicodedata.combining(c)).casefold()


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


def number_of(value: Any) -> Decimal | None:
    """A finite number from a text or number; None when it is not one."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


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

EXAMPLES: dict[str, dict[str, Any]] = {
    "slot_known": {"slot": "budget"},
    "slot_matches": {"slot": "business_type", "any_of": ["restaurant", "hotel"]},
    "budget_at_least": {"slot": "budget", "amounts": {"USD": "3000", "IDR": "50000000"}},
    "intent_seen": {"intent": "ask_price"},
    "replied_within": {"minutes": 5},
    "language_is": {"language": "es"},
    "source_is": {"source": "whatsapp"},
    "tag_is": {"tag": "vip"},
}


def mistakes_in(when: str, params: Any) -> list[str]:
    """What is wrong with a rule's settings, in sentences for whoever typed them; empty when all is well."""
    example = EXAMPLES.get(when)
    if example is None:
        return [f"There is no kind of rule called '{when}'."]
    if not isinstance(params, dict):
        return [f"Write an object, for example {_json(example)}."]
    texts = [f'"{key}" is missing. Example: {_json(example)}' for key in example if key not in params]
    texts += [f'"{key}" means nothing here. Example: {_json(example)}' for key in _unknown(params, example)]
    return texts or _wrong_values(params)


def _unknown(params: Mapping[str, Any], example: Mapping[str, Any]) -> list[str]:
    return [
        key for key in params if key not in example and not (key == "min_confidence" and "slot" in example)
    ]


def _wrong_values(params: Mapping[str, Any]) -> list[str]:
    """One sentence for each setting whose value has the wrong shape."""
    texts = [f'"{key}" must be a text.' for key in ("slot", "intent", "language", "source", "tag")
             if key in params and not (isinstance(params[key], str) and params[key])]  # fmt: skip
    if "any_of" in params and not _is_texts(params["any_of"]):
        texts.append('"any_of" must be a list of one or more texts.')
    if "minutes" in params and not _is_between(params["minutes"], 0, 1_000_000):
        texts.append('"minutes" must be a number above 0.')
    if "min_confidence" in params and not _is_between(params["min_confidence"], 0, 1):
        texts.append('"min_confidence" must be a number between 0 and 1.')
    if "amounts" in params and not _is_amounts(params["amounts"]):
        texts.append('"amounts" must give an amount for each currency code, for example {"USD": "3000"}.')
    return texts


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v for v in value)


def _is_between(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low < value <= high


def _is_amounts(value: Any) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return all(len(k) == 3 and k.isupper() and (number_of(v) or -1) > 0 for k, v in value.items())


def _json(example: Mapping[str, Any]) -> str:
    return str(dict(example)).replace("'", '"')


CURRENCIES = {"rp": "IDR", "us$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "s/": "PEN", "r$": "BRL"}


def amount_in(text: str) -> dict[str, str]:
    """{"amount", "currency"?} of an amount a colleague typed ("IDR 60.000.000", "$1,200.50"); empty when unclear.

    Agents read what customers write with far more skill; this is for a form field with one number in it.
    """
    numbers = re.findall(r"\d[\d.,\s]*", text)
    if len(numbers) != 1:
        return {}
    words = text.replace(numbers[0], " ").split()
    codes = [CURRENCIES.get(word.casefold(), word.upper()) for word in words]
    if len(codes) > 1 or not all(re.fullmatch(r"[A-Z]{3}", code) for code in codes):
        return {}
    return {"amount": _plain_number(numbers[0].strip(" .,")), **({"currency": codes[0]} if codes else {})}


def _plain_number(text: str) -> str:
    """Digits with a point for cents: a last group of one or two digits is cents, any other is thousands."""
    parts = re.split(r"[.,\s]+", text)
    has_cents = len(parts) > 1 and len(parts[-1]) < 3
    whole = "".join(parts[:-1] if has_cents else parts)
    return f"{int(whole)}.{parts[-1]}" if has_cents else str(int(whole))
