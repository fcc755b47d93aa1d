"""What came in as data must be data that can be kept: no NUL, no half characters, no endless nesting or numbers."""

from typing import Any
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext as _

DEEPEST = 64
LARGEST = 2**63


def fault_of(given: Any) -> tuple[str, str] | None:
    """Where in a JSON value something can't be kept, and why; None when all of it can. Walks without recursion."""
    waiting: list[tuple[str, Any, int]] = [("", given, 0)]
    while waiting:
        place, value, depth = waiting.pop()
        if depth > DEEPEST:
            return _named(place), _("Nested more than %(most)s deep.") % {"most": DEEPEST}
        if why := _why_not(value):
            return _named(place), why
        if isinstance(value, dict):
            for key, inner in value.items():
                if why := _why_not(key):
                    return _named(place), _("A name in it can't be kept. %(why)s") % {"why": why}
                waiting.append((f"{place}.{key}", inner, depth + 1))
        elif isinstance(value, list):
            waiting += [(f"{place}.{number}", inner, depth + 1) for number, inner in enumerate(value)]
    return None


def _named(place: str) -> str:
    return place.lstrip(".")[:100] or "body"


def _why_not(value: Any) -> str:
    """Why one value can't be kept; "" when it can."""
    if isinstance(value, str):
        return _why_not_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if value != value or abs(value) == float("inf"):  # noqa: PLR0124  only NaN differs from itself
        return _("This is no number: send one that is finite.")
    return _("This number is too large.") if isinstance(value, int) and abs(value) >= LARGEST else ""


def _why_not_text(text: str) -> str:
    if "\x00" in text:
        return _("The text holds a NUL character: send it without.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        return _("The text holds half a character (a lone surrogate): send whole ones.")
    return ""


def fault_of_form(body: bytes) -> tuple[str, str] | None:
    """The same for a urlencoded form, on its bytes: once decoded, what was wrong is no longer seen."""
    for pair in body.split(b"&"):
        name = pair.partition(b"=")[0]
        shown = unquote_to_bytes(name).decode("utf-8", "replace")[:100]
        try:
            text = unquote_to_bytes(pair).decode("utf-8")
        except UnicodeDecodeError:
            return shown, _("The text is not UTF-8.")
        if "\x00" in text:
            return shown, _("The text holds a NUL character: send it without.")
    return None


def is_whole(text: str, most: int) -> bool:
    """Whether a text is a number from 1 to the most; one of a thousand digits is never read."""
    return text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and 0 < int(text) <= most
