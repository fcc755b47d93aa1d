"""The log: every Graph request with its answer, every webhook attempt; secrets masked, 20,000 lines kept."""

import itertools
import json
from collections import deque
from collections.abc import Iterable
from typing import Any

from simulator.clock import Clock, iso

KEPT = 20_000
SECRET_HEADERS = {"authorization", "x-sim-token", "cookie"}
BODY_SHOWN = 8_000  # bytes


def masked(secret: str) -> str:
    """A secret with all but its last four characters hidden; short ones are hidden whole."""
    return "***" + (secret[-4:] if len(secret) > 12 else "")


def masked_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by lowercase name, those that carry secrets masked."""
    return {
        name.lower(): masked(value) if name.lower() in SECRET_HEADERS else value for name, value in headers
    }


def readable(body: bytes) -> Any:
    """A body as JSON where it is JSON, else as the beginning of its text."""
    if len(body) <= BODY_SHOWN:
        try:
            return json.loads(body)
        except ValueError:
            pass
    return body[:BODY_SHOWN].decode("utf-8", "replace")


class Recorder:
    """Keeps numbered lines; `since` gives those after a number."""

    def __init__(self, clock: Clock) -> None:
        """An empty log."""
        self._clock = clock
        self._numbers = itertools.count(1)
        self._lines: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def note(self, kind: str, **facts: Any) -> None:
        """Adds a line of a kind (`request`, `delivery`, `violation`)."""
        self._lines.append({"n": next(self._numbers), "at": iso(self._clock.now()), "kind": kind, **facts})

    def since(self, number: int) -> list[dict[str, Any]]:
        """The lines after this number, oldest first."""
        return [line for line in self._lines if line["n"] > number]

    def clear(self) -> None:
        """Empties the log; numbers go on counting."""
        self._lines.clear()
