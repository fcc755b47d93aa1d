"""Judgement of the ground floor: pure."""

import json
import re
from typing import Any

PLAIN_KEYS = {  # their values name kinds and states, never people
    "type", "object", "field", "kind", "status", "messaging_product", "mime_type", "code", "timestamp", "event",
    "version", "sent_at", "at", "reason", "category", "origin",
}  # fmt: skip
_WORD = re.compile(r"\w")


def masked(text: str) -> str:
    """A letter's text for those who may not see contacts: its shape stays, whatever may tell of a person goes."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _dots(text)
    return json.dumps(_masked(document, ""), ensure_ascii=False)


def _masked(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _masked(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_masked(part, key) for part in value]
    if value is None or isinstance(value, bool) or key in PLAIN_KEYS:
        return value
    return _dots(str(value))


def _dots(text: str) -> str:
    return _WORD.sub("•", text)


def indented(text: str) -> str:
    """JSON on lines of its own, as people read it; anything else as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def json_fault(text: str) -> str:
    """What keeps a text from being JSON, by line and column; empty when it is."""
    try:
        json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return f"Line {error.lineno}, column {error.colno}: {error.msg}."
    except RecursionError:
        return "It is nested too deeply."
    except ValueError as error:
        return f"{error}."
    return ""


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
