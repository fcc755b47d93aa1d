"""JSON as others write it, made fit for a database."""

import json
from typing import Any


def load(text: bytes | str) -> Any:
    """What the JSON says; ValueError for what is no JSON, or holds a number that is none."""
    return _storable(json.loads(text, parse_constant=_no_constants, parse_float=_finite))


def _no_constants(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _storable(given: Any) -> Any:
    """Texts without what a database can't hold: NUL, and halves of surrogate pairs."""
    if isinstance(given, str):
        return given.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(given, list):
        return [_storable(part) for part in given]
    if isinstance(given, dict):
        return {_storable(key): _storable(value) for key, value in given.items()}
    return given
