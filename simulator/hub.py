"""Tells open phone pages that something changed for a person, and who is being typed to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from simulator.clock import Clock

TYPING_SECONDS = 25.0


class Hub:
    """Listeners get the key of the person whose thread changed, and fetch the thread again."""

    def __init__(self, clock: Clock) -> None:
        """Nobody listens, nobody types."""
        self._clock = clock
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self._typing_until: dict[tuple[str, str], float] = {}
        self.closing = False

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[str | None]]:
        """A queue of changed people's keys while the block runs; None says the world is closing."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._listeners.add(queue)
        if self.closing:
            queue.put_nowait(None)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def changed(self, person: str) -> None:
        """The thread of this person looks different now."""
        for queue in self._listeners:
            queue.put_nowait(person)

    def typing(self, number: str, person: str, *, on: bool) -> None:
        """The business types to this person (for 25 s at most), or has stopped."""
        if on:
            self._typing_until[number, person] = self._clock.now() + TYPING_SECONDS
        else:
            self._typing_until.pop((number, person), None)
        self.changed(person)

    def is_typing(self, number: str, person: str) -> bool:
        """Whether this person sees the typing dots now."""
        return self._typing_until.get((number, person), 0.0) > self._clock.now()

    def close(self) -> None:
        """Lets all listeners go home."""
        self.closing = True
        for queue in self._listeners:
            queue.put_nowait(None)
