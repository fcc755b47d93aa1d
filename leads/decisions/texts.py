"""Reading texts as people write them: without accents, with amounts in them."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def storable(value: Any) -> Any:
    """The same value without NUL characters, which PostgreSQL keeps neither in texts nor in JSON."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, Mapping):
        return {storable(k): storable(v) for k, v in value.items()}
    return [storable(v) for v in value] if isinstance(value, list | tuple) else value


def number_of(value: Any) -> Decimal | None:
    """A finite number from a text or number; None when it is not one."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


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
