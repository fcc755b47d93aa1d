"""What a scoring rule looks for, as an admin writes it on one line, and back. Pure.

    slot_known         budget
    slot_matches       business_type: restaurant, hotel
    budget_at_least    budget: USD 3000, IDR 50000000
    intent_seen        ask_price
    replied_within     5
    language_is        es
    source_is          whatsapp
    tag_is             vip

What is said of a slot may end in "if 0.6 sure": less certain values don't count.
"""

import re
from collections.abc import Mapping
from typing import Any

SINGLE = {"intent_seen": "intent", "language_is": "language", "source_is": "source", "tag_is": "tag"}
SURE = re.compile(r"\s+if ([0-9]*\.?[0-9]+) sure$")


def as_words(when: str, params: Mapping[str, Any]) -> str:
    """The line for these settings."""
    if when in SINGLE:
        return str(params.get(SINGLE[when], ""))
    if when == "replied_within":
        return f"{params.get('minutes', '')}"
    line = _after_slot(when, params)
    sure = f" if {params['min_confidence']} sure" if params.get("min_confidence") else ""
    return f"{line}{sure}"


def _after_slot(when: str, params: Mapping[str, Any]) -> str:
    slot = str(params.get("slot", ""))
    if when == "slot_matches":
        return f"{slot}: {', '.join(map(str, params.get('any_of', [])))}"
    if when == "budget_at_least":
        return (
            f"{slot}: {', '.join(f'{code} {amount}' for code, amount in params.get('amounts', {}).items())}"
        )
    return slot


def read_words(when: str, line: str) -> dict[str, Any]:
    """The settings of a line; whether they can hold says `rules.mistakes_in`."""
    line = line.strip()
    if when in SINGLE:
        return {SINGLE[when]: line}
    if when == "replied_within":
        return {"minutes": _number(line)}
    sure = SURE.search(line)
    found = _of_slot(when, line[: sure.start()] if sure else line)
    return {**found, "min_confidence": float(sure[1])} if sure else found


def _of_slot(when: str, line: str) -> dict[str, Any]:
    slot, _sep, rest = (part.strip() for part in line.partition(":"))
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    if when == "slot_matches":
        return {"slot": slot, "any_of": parts}
    if when == "budget_at_least":
        return {"slot": slot, "amounts": dict(_amount(part) for part in parts)}
    return {"slot": line}


def _amount(part: str) -> tuple[str, str]:
    code, _space, amount = part.partition(" ")
    return code.upper(), amount.replace(" ", "")


def _number(text: str) -> int | float | str:
    """A number, or the text as it is, which is then refused by name."""
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
