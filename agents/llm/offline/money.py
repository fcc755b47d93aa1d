"""What a customer is ready to spend: amounts with their bounds, ranges and currency."""

import re
from decimal import Decimal

from agents.llm.offline import reasons
from agents.llm.offline.amounts import Number, numbers
from agents.llm.offline.found import Candidate
from agents.llm.offline.lexicons import load
from agents.llm.offline.phrasebook import pattern
from agents.llm.offline.phrases import REACH, behind
from agents.llm.offline.reading import Reading

# more numbers than these are a list somebody pasted
MOST_NUMBERS = 20
_WORDS = load("currencies")
BY_COUNTRY: dict[str, str] = _WORDS["by_country"]
_PESO_COUNTRIES = frozenset(_WORDS["peso_countries"])
_DOLLAR_COUNTRIES = frozenset(_WORDS["dollar_countries"])
_CURRENCIES = {word: code for code, listed in _WORDS["names"].items() for word in listed.split()}
_SIGN = (
    r"us\$|usd\$|u\$s|u\$d|u\$|mx\$|r\$|rd\$|a\$|c\$|s\$|s/\.?|rp\.?|idr|usd|eur|mxn|cop|ars|clp|pen|gbp|brl|sgd"
    r"|myr|rm|aud|cad|uyu|q(?=\s?\d)|r(?=\s?\d)|rs\.?|ksh|gs\.?|[$€£₹¥₦]"
)
_BEFORE = pattern("money_before", r"(?:^|(?<=[\s(:~=,-]))(?P<sign><phrases>)\s?$")
_NOUN = "|".join(
    re.escape(word) for word in sorted(_CURRENCIES, key=len, reverse=True) if word.isalpha() and len(word) > 1
)
_AFTER = pattern(
    "money_after",
    r"\s?(?:-\s?an\b\s?)?(?:de\s+|of\s+)?(?P<noun>(?:<phrases>)\b|us\$|[$€£₦₹])"
    r"(?:\s+(?P<nation>mexicanos?|colombianos?|argentinos?|chilenos?|uruguayos?|dominicanos?"
    r"|mx|cop|ars|clp|mxn|americanos?|usd))?",
)
_NATIONS: dict[str, str] = _WORDS["nations"]
_JOIN = pattern(
    "money_join",
    r"\s?(?:(?P<dash>-|~|/)|\b(?:to|and|y|a|or|o|hasta|sampai|sampai dengan|hingga|s/d|sd|dan|atau)\b)"
    r"\s?(?:like\s)?(?:(?:<phrases>)\s?)?",
)
_MOST = pattern("money_most", r"(?:<phrases>)\s*(?:of |about |de |di |unos |sekitar )?(?:el |los )?(?:\W*)$")
_LEAST = pattern("money_least", r"(?:<phrases>)\s*$")
BUDGET = pattern("money_budget")
_NOT_SPENT = pattern("money_not_spent", r"(?:\b(?:<phrases>)\b)[^.?!;\n]{0,25}$")
_COUNTED = pattern("money_counted", r"\s?(?:\+|%|-?\s?(?:<phrases>))\b")
_UNIT_PRICE = pattern("money_unit_price", r"\s?(?:<phrases>)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_APPROX = pattern("money_approx", r"(?:<phrases>)\s*(?:\W*)$")


def find_money(reading: Reading, *, is_asked: bool, language: str, country: str) -> list[Candidate]:
    """The amounts that look like money to spend.

    `is_asked` says that the agent just asked for an amount: then a bare number is one too. `country`
    (ISO code, may be empty) tells the many pesos and dollars apart.
    """
    found: list[Candidate] = []
    listed = numbers(reading.flat, language)[:MOST_NUMBERS]
    place = 0
    while place < len(listed):
        pair = _range(reading.flat, listed, place)
        candidate = _money(reading, pair, is_asked=is_asked, language=language, country=country)
        if candidate is not None:
            found.append(candidate)
        place += len(pair)
    return found


def _range(flat: str, listed: list[Number], place: int) -> tuple[Number, ...]:
    """This number, with the next one when the two are a range; the first borrows the second's magnitude."""
    first = listed[place]
    if place + 1 >= len(listed):
        return (first,)
    second = listed[place + 1]
    after = _AFTER.match(flat, first.end)
    start = after.end() if after else first.end
    join = _JOIN.fullmatch(flat[start : second.start])
    if join is None or (first.has_magnitude and not second.has_magnitude and first.amount > second.amount):
        return (first,)
    if not first.has_magnitude and second.power > 1 and first.amount * second.power <= second.amount:
        first = Number(first.amount * second.power, first.start, first.end, True, first.digits, second.power)
    return (first, second) if first.amount < second.amount else (first,)


def _money(
    reading: Reading, pair: tuple[Number, ...], *, is_asked: bool, language: str, country: str
) -> Candidate | None:
    """The candidate these numbers make, or None when they count something else."""
    flat, first, last = reading.flat, pair[0], pair[-1]
    sign, noun = _BEFORE.search(behind(flat, first.start)), _AFTER.match(flat, last.end)
    start = first.start - len(sign[0]) if sign else first.start
    end = noun.end() if noun else last.end
    named = BUDGET.search(_sentence_around(flat, start, end))
    has_currency = bool(sign or noun)
    if _counts_something(flat, last, has_currency=has_currency) or _is_other_money(
        flat, start, end, bool(named), is_asked
    ):
        return None
    confidence = _confidence(flat, pair, has_currency=has_currency, is_named=bool(named), is_asked=is_asked)
    if confidence < 0.5:
        return None
    currency = _currency(
        sign["sign"] if sign else "", noun, language=language, country=country, flat=flat[start:end]
    )
    amounts = _bounds(behind(flat, start), [number.amount for number in pair])
    return Candidate(
        kind="money",
        value=reading.quote(start, end).strip(),
        start=start,
        end=end,
        confidence=confidence,
        because=reasons.BUDGET if named else reasons.MONEY,
        normalised={**amounts, **({"currency": currency} if currency else {})},
        is_explicit=bool(named) or is_asked,
    )


def _sentence_around(flat: str, start: int, end: int) -> str:
    """The sentence that `start:end` stands in; points inside numbers do not end it."""
    before = re.split(r"[!?;\n]|\.\s", behind(flat, start))[-1]
    after = re.split(r"[!?;\n]|\.\s", flat[end : end + REACH])[0]
    return before + after


def _counts_something(flat: str, number: Number, *, has_currency: bool) -> bool:
    """Does the number count people, years, pieces, ... or is it a telephone number, a time or a date?"""
    if has_currency:
        return bool(re.match(r"\s?(?:clients|clientes|customers)\b", flat[number.end :]))
    if _COUNTED.match(flat, number.end):
        return True
    before = flat[max(0, number.start - 8) : number.start]
    is_phone = (before.endswith("+") or number.digits.startswith("0")) and len(number.digits) > 6
    is_date = bool(re.match(r"[/:]\d", flat[number.end :])) or bool(re.search(r"\d[/:]$", before))
    is_listed = (
        bool(
            re.search(
                r"(?:\bno\.?|#|\bjam|\bnomor|\bfloor|\bcalle|\bav|\bpiso|\brt|\brw|\bla|\blas|\bat|\bkm)\s?$",
                before,
            )
        )
        and not number.has_magnitude
    )
    return (
        is_phone
        or is_date
        or is_listed
        or (
            len(number.digits) > 9
            and not number.has_magnitude
            and "." not in number.digits
            and "," not in number.digits
        )
    )


def _is_other_money(flat: str, start: int, end: int, is_named: bool, is_asked: bool) -> bool:
    """Is it what they earn, charge or paid, rather than what they can spend?"""
    if _UNIT_PRICE.match(flat, end) and not is_asked:
        return True
    return bool(_NOT_SPENT.search(behind(flat, start))) and not is_named


def _confidence(
    flat: str, pair: tuple[Number, ...], *, has_currency: bool, is_named: bool, is_asked: bool
) -> float:
    """How sure it is that these numbers are money: 0 for a bare number nobody asked for."""
    if is_named:
        is_odd = len(pair) == 1 and pair[0].amount < 10 and not has_currency
        return 0.5 if is_odd else 0.95
    if has_currency:
        return 0.9
    if not pair[-1].digits and pair[-1].amount < 20:
        return 0.0
    if is_asked:
        return 0.85 if pair[-1].amount >= 10 or pair[-1].has_magnitude else 0.5
    if pair[-1].has_magnitude and pair[-1].amount >= 1000:
        return 0.75
    is_alone = len(flat[: pair[0].start].split()) <= 1 and not flat[pair[-1].end :].strip(" .!")
    return 0.6 if is_alone and pair[-1].amount >= 100 and not _YEAR.fullmatch(pair[-1].digits) else 0.0


def _bounds(before: str, amounts: list[Decimal]) -> dict[str, str]:
    """The amount as plain digits; a range is its upper end, with both ends beside it."""
    texts = [_plain(amount) for amount in amounts]
    if len(texts) == 2:
        return {"amount": texts[1], "min": texts[0], "max": texts[1]}
    if _MOST.search(before):
        return {"amount": texts[0], "max": texts[0]}
    if _LEAST.search(before):
        return {"amount": texts[0], "min": texts[0]}
    return {"amount": texts[0]}


def _plain(amount: Decimal) -> str:
    """The amount without exponent or needless zeros: "1500000", "0.5"."""
    return f"{amount.normalize():f}"


def _currency(sign: str, noun: re.Match[str] | None, *, language: str, country: str, flat: str) -> str:
    """The ISO code of the currency, or "" when nothing tells."""
    if noun and noun["nation"]:
        return next((code for stem, code in _NATIONS.items() if noun["nation"].startswith(stem)), "")
    return _stated(sign, noun["noun"] if noun else "", country) or _likely(flat, country, language)


def _stated(sign: str, word: str, country: str) -> str:
    """The currency of a sign or word; pesos and dollars are those of the customer's country."""
    if word.startswith("peso"):
        return BY_COUNTRY[country] if country in _PESO_COUNTRIES else "MXN"
    if "$" in (sign, word):
        return BY_COUNTRY[country] if country in _DOLLAR_COUNTRIES else "USD"
    return _CURRENCIES.get(sign.rstrip(".")) or _CURRENCIES.get(word) or ""


def _likely(flat: str, country: str, language: str) -> str:
    """The currency when none is named: Indonesian magnitudes, the customer's country, the language."""
    if re.search(r"(?:\d|\b)(?:jt|juta|jutaan|rb|ribu|miliar|milyar)\b", flat):
        return "IDR"
    return BY_COUNTRY.get(country) or ("IDR" if language == "id" else "")
