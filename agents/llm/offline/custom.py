"""Slots of a workspace's own: telephone numbers, e-mail addresses, numbers and choices."""

import re

from agents.decisions.values import SlotSpec
from agents.llm.offline import reasons
from agents.llm.offline.amounts import numbers
from agents.llm.offline.found import Candidate
from agents.llm.offline.reading import Reading, fold

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w])\+?\d[\d\s().-]{6,18}\d(?!\w)")


def find_custom(
    reading: Reading, slot: SlotSpec, *, is_asked: bool, country: str, language: str
) -> list[Candidate]:
    """Values of a slot by its kind; a `text` slot has no grammar and is answered only when asked."""
    if slot.kind == "email":
        return [_plain(reading, slot, match, 0.97) for match in _EMAIL.finditer(reading.flat)]
    if slot.kind == "phone":
        return [
            one for match in _PHONE.finditer(reading.flat) if (one := _phone(reading, slot, match, country))
        ]
    if slot.kind == "choice":
        return _choices(reading, slot)
    if slot.kind == "number" and is_asked:
        return [
            Candidate(
                slot.key,
                f"{one.amount.normalize():f}",
                one.start,
                one.end,
                0.9,
                reasons.NUMBER,
                {"number": f"{one.amount.normalize():f}"},
                is_explicit=True,
            )
            for one in numbers(reading.flat, language)[:1]
        ]
    return []


def _plain(reading: Reading, slot: SlotSpec, match: re.Match[str], confidence: float) -> Candidate:
    """A candidate that is shown as it was written."""
    return Candidate(
        slot.key,
        reading.quote(*match.span()),
        match.start(),
        match.end(),
        confidence,
        reasons.LOOKS_LIKE % {"kind": slot.kind},
        is_explicit=True,
    )


def _phone(reading: Reading, slot: SlotSpec, match: re.Match[str], country: str) -> Candidate | None:
    """A valid telephone number in international form, or nothing."""
    import phonenumbers  # noqa: PLC0415 - a large table, needed by few workspaces

    try:
        number = phonenumbers.parse(match[0], country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Candidate(
        slot.key,
        e164,
        match.start(),
        match.end(),
        0.97,
        reasons.PHONE,
        {"phone": e164},
        is_explicit=True,
    )


def _choices(reading: Reading, slot: SlotSpec) -> list[Candidate]:
    """The options named in the batch, whole words only."""
    found = []
    for option in slot.options:
        match = re.search(rf"(?<!\w){re.escape(fold(option))}(?!\w)", reading.flat)
        if match:
            found.append(
                Candidate(
                    slot.key,
                    option,
                    *match.span(),
                    0.92,
                    reasons.OPTION,
                    {"choice": option},
                    is_explicit=True,
                )
            )
    return found
