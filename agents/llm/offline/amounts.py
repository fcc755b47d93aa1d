"""Numbers as people write them in chat: "5 juta", "10k", "2.500.000", "dos mil", "half a million"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

MAGNITUDES: dict[str, Decimal] = {
    word: Decimal(10) ** power
    for power, listed in (
        (2, "hundred ratus"),
        (3, "k rebu rb ribu rban mil thousand thousands grand lucas luca"),
        (6, "jt juta jutaan jtan million millions millon millones mill mio mm palos palo mln mn m"),
        (5, "lakh lakhs lac"),
        (7, "crore crores cr"),
        (9, "miliar milyar billion billions"),
    )
    for word in listed.split()
}
UNITS: dict[str, int] = {
    word: value
    for value, listed in (
        (1, "one un una uno satu"),
        (2, "two dos dua"),
        (3, "three tres tiga"),
        (4, "four cuatro empat"),
        (5, "five cinco lima"),
        (6, "six seis enam"),
        (7, "seven siete tujuh"),
        (8, "eight ocho delapan"),
        (9, "nine nueve sembilan"),
        (10, "ten diez sepuluh"),
        (11, "eleven once sebelas"),
        (12, "twelve doce"),
        (15, "fifteen quince"),
        (20, "twenty veinte"),
        (25, "veinticinco"),
        (30, "thirty treinta"),
        (40, "forty cuarenta"),
        (50, "fifty cincuenta"),
        (60, "sixty sesenta"),
        (70, "seventy setenta"),
        (80, "eighty ochenta"),
        (90, "ninety noventa"),
        (100, "cien ciento seratus"),
        (200, "doscientos"),
        (300, "trescientos"),
        (400, "cuatrocientos"),
        (500, "quinientos"),
        (600, "seiscientos"),
        (700, "setecientos"),
        (800, "ochocientos"),
        (900, "novecientos"),
        (1000, "seribu seribuan"),
        (1000000, "sejuta sejutaan"),
        (100000, "seratusribu"),
    )
    for word in listed.split()
}
_STEPS = {"hundred": 100, "ratus": 100, "puluh": 10}
_HALVES = {"half", "medio", "media", "setengah"}
_GLUE = {"y", "and", "a", "of"}
DIGITS = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_LONG = [word for word in MAGNITUDES if len(word) > 2 or word == "jt"]


def _either(words: Iterable[str]) -> str:
    """The words as alternatives, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))


_MAGNITUDE = _either(MAGNITUDES)
_SPELT = _either([*UNITS, *_STEPS, *_HALVES, *_LONG, "belas", "couple"])
_SIGNS = (
    "rp",
    "rp\\.",
    "rm",
    "rs",
    "rs\\.",
    "idr",
    "usd",
    "eur",
    "mxn",
    "cop",
    "sgd",
    "myr",
    "gs",
    "aed",
    "q",
    "r",
)
_START = r"(?:(?<![\w.,])|" + "|".join(rf"(?<=\b{sign})" for sign in _SIGNS) + ")"
NUMBER = re.compile(
    rf"{_START}(?:(?P<digits>{DIGITS})\s?(?P<mag>(?:(?:mil|hundred|ratus)\s+)?(?:{_MAGNITUDE})\b)?"
    rf"(?P<half>\s+(?:y medio|y media|and a half|setengah)\b)?"
    rf"|(?P<spelt>(?:a\s+)?(?:{_SPELT})(?:\s+(?:(?:y|and|a|and a|of)\s+)?(?:{_SPELT}))*)\b)"
)


@dataclass(frozen=True, slots=True)
class Number:
    """An amount at `start:end` of a folded text; `has_magnitude` when a word or letter scaled it."""

    amount: Decimal
    start: int
    end: int
    has_magnitude: bool
    digits: str
    power: Decimal = Decimal(1)


def numbers(flat: str, language: str) -> list[Number]:
    """All the numbers of a folded text, in order. "m" is a thousand million in Indonesian, else a million."""
    return [number for match in NUMBER.finditer(flat) if (number := _number(match, language)) is not None]


def _number(match: re.Match[str], language: str) -> Number | None:
    """The amount of one match, or None when it is an article and not a number."""
    if match["spelt"]:
        return _spelt(match)
    scale = match["mag"]
    power = Decimal(10) ** 9 if scale == "m" and language == "id" else _power(scale)
    amount = _digits(match["digits"], is_scaled=power > 1) + (Decimal("0.5") if match["half"] else 0)
    if amount <= 0:
        return None
    return Number(amount * power, match.start(), match.end(), power > 1, match["digits"], power)


def _power(word: str | None) -> Decimal:
    """What a magnitude word multiplies by; "mil millones" is both."""
    power = Decimal(1)
    for part in (word or "").split():
        power *= MAGNITUDES.get(part, Decimal(1))
    return power


def _digits(written: str, *, is_scaled: bool) -> Decimal:
    """Digits with either point or comma: three after the mark are thousands, otherwise decimals."""
    plain = written.replace("'", "").replace(" ", "")
    marks = [letter for letter in plain if letter in ".,"]
    if not marks:
        return Decimal(plain)
    tail = plain.rsplit(marks[-1], 1)[1]
    is_decimal = len(set(marks)) == 2 or (len(marks) == 1 and len(tail) != 3)
    if not is_decimal and not (is_scaled and plain.startswith("0")):
        return Decimal(re.sub(r"[.,]", "", plain))
    head = plain[: -len(tail) - 1]
    return Decimal(re.sub(r"[.,]", "", head) + "." + tail)


def _spelt(match: re.Match[str]) -> Number | None:
    """A number in words: "dua puluh lima juta", "mil quinientos", "half a million", "un millon y medio".

    A single small word ("one", "una", "lima" the city) is no number by itself; money may still ask for it
    by the currency behind it.
    """
    total, current, last, scale = Decimal(0), Decimal(0), Decimal(0), Decimal(1)
    for word in match["spelt"].split():
        if word in MAGNITUDES and word not in _STEPS:
            total = (
                (total + current + last or Decimal(1)) * MAGNITUDES[word]
                if not (current or last)
                else (total + (current + last) * MAGNITUDES[word])
            )
            current, last, scale = Decimal(0), Decimal(0), MAGNITUDES[word]
        elif word in _HALVES:
            is_after = bool(total) and not (current or last)
            total, last = (total + scale / 2, last) if is_after else (total, last + Decimal("0.5"))
        elif word in _STEPS:
            last = (last or Decimal(1)) * _STEPS[word]
        elif word == "belas":
            last += 10
        elif word not in _GLUE:
            current, last = current + last, Decimal(2) if word == "couple" else Decimal(UNITS[word])
    amount = total + current + last
    if amount <= 0:
        return None
    return Number(amount, match.start(), match.end(), amount >= 100, "", scale)
