"""Numbers as people write them in chat: "5 juta", "10k", "2.500.000", "dos mil", "half a million"."""

import re
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
        (1000, "seribu"),
        (1000000, "sejuta"),
    )
    for word in listed.split()
}
_STEPS = {"hundred": 100, "ratus": 100, "puluh": 10, "belas": 0}
_HALVES = {"half", "medio", "setengah", "media"}
_SKIPPED = {"a", "of", "y", "and", "couple"}
DIGITS = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_MAGNITUDE = "|".join(sorted(MAGNITUDES, key=len, reverse=True))
_SPELT = "|".join(sorted([*UNITS, *_STEPS, *_HALVES], key=len, reverse=True))
NUMBER = re.compile(
    rf"(?:(?<![\w.,])|(?<=\brp)|(?<=\brm)|(?<=\brs)|(?<=\brs\.)|(?<=\bs/)|(?<=\bgs)|(?<=\baed)|(?<=\bsgd)|(?<=\bmyr)|(?<=\brp\.)|(?<=\bidr)|(?<=\busd)|(?<=\beur)|(?<=\bmxn)|(?<=\bcop))(?:(?P<digits>{DIGITS})\s?(?P<mag>(?:(?:mil|hundred|ratus)\s+)?(?:{_MAGNITUDE})\b)?"
    rf"|(?P<spelt>(?:(?:{_SPELT}|a couple of|a couple|a)\s+)*(?:{_SPELT}|a couple of|a couple|a))"
    rf"\s+(?P<wordmag>(?:mil\s+)?(?:{_MAGNITUDE})\b)"
    rf"|(?P<bare>(?:(?:{_SPELT})\s+)*(?:hundred|ratus|seribu|sejuta|quinientos|doscientos|trescientos|cuatrocientos|seiscientos|setecientos|ochocientos|novecientos|cien)\b"
    rf"|(?:(?:{_SPELT})(?:\s+(?:y|and)\s+|\s+))*(?:{_SPELT})(?=\s+(?:euros?|dolares|dollars|pesos|soles|pounds|quid|bucks|rupiah|rupees|reais)\b))"
    rf"|(?P<mil>mil)(?=\s+(?:dolares|pesos|soles|euros|quinientos))"
    r")(?P<half>\s+(?:y medio|and a half|setengah)\b)?"
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
    digits, spelt = match["digits"], match["spelt"] or match["bare"]
    scale = match["mag"] or match["wordmag"]
    power = Decimal(10) ** 9 if scale == "m" and language == "id" else _power(scale)
    if digits:
        amount = _digits(digits, is_scaled=power > 1)
    elif match["mil"]:
        amount = Decimal(1000)
    else:
        amount = _spelt(spelt or "")
    if amount is None or amount <= 0:
        return None
    if match["half"]:
        amount += Decimal("0.5")
    return Number(amount * power, match.start(), match.end(), power > 1 or not digits, digits or "", power)


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
    if is_scaled and len(marks) == 1 and plain.startswith("0"):
        is_decimal = True
    if not is_decimal:
        return Decimal(re.sub(r"[.,]", "", plain))
    head = plain[: -len(tail) - 1]
    return Decimal(re.sub(r"[.,]", "", head) + "." + tail)


def _spelt(phrase: str) -> Decimal | None:
    """A number in words, without its magnitude: "dua puluh lima" -> 25, "medio" -> 0.5."""
    total, last, seen = Decimal(0), Decimal(0), False
    for word in phrase.split():
        if word in _HALVES:
            total, last, seen = total + last + Decimal("0.5"), Decimal(0), True
        elif word in _STEPS:
            last = last + 10 if word == "belas" else (last or Decimal(1)) * _STEPS[word]
            seen = True
        elif word in UNITS:
            total, last, seen = total + last, Decimal(UNITS[word]), True
        elif word == "couple":
            last, seen = Decimal(2), True
    if not seen:
        return Decimal(1) if phrase == "a" else None
    return total + last
