"""Nudges: "look now". Losing one costs a sweep, never a row."""

import asyncio
import logging
from typing import Any

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from crm.core.broker import broker

log = logging.getLogger(__name__)


def nudge(task: Any, *, countdown: float | None = None, **kwargs: Any) -> None:
    """Ask a worker to look now (or in `countdown` seconds). When the broker is away the sweep will find the row."""
    if broker.is_away:
        return
    try:
        task.apply_async(kwargs=kwargs, countdown=countdown)
    except (OperationalError, RedisError, OSError):
        broker.went_away()
        log.warning("nudge lost: the broker is away", extra={"task": task.name})


class Gatherer:
    """Nudges from the event loop: what comes within a moment is one nudge, and nobody waits for it.

    One attempt at a time, in a thread: a Redis that does not answer costs news (the sweep has them), never an answer.
    """

    APART = 0.03  # seconds between two nudges; the first goes at once
    MOST = 200  # ids in one of them
    HELD = 20_000  # ids that may wait

    def __init__(self, task: Any, name: str) -> None:
        """`name`: the task's argument that takes the ids."""
        self._task, self._name = task, name
        self._ids: list[int] = []
        self._running: asyncio.Task[None] | None = None

    def add(self, ids: list[int]) -> None:
        """Workers should look at these."""
        if len(self._ids) < self.HELD:
            self._ids += ids
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """Wait for the nudge that is on its way."""
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=3)

    def _tell(self, ids: list[int]) -> None:
        nudge(self._task, countdown=None, **dict[str, Any]({self._name: ids}))

    async def _run(self) -> None:
        try:
            while self._ids:
                some, self._ids = self._ids[: self.MOST], self._ids[self.MOST :]
                await asyncio.to_thread(self._tell, some)
                if not self._ids:
                    await asyncio.sleep(self.APART)
        finally:
            self._running = None
