"""Nudges: "look now". Losing one costs a sweep, never a row."""

import asyncio
import logging
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from crm.core.broker import broker
from crm.core.gathering import put

log = logging.getLogger(__name__)


Nudge = tuple[Any, float | None, dict[str, Any]]  # task, countdown, arguments
IN_A_LIST = 25  # things that one nudge names at most


def nudge(task: Any, *, countdown: float | None = None, **kwargs: Any) -> None:
    """Ask a worker to look now (or in `countdown` seconds). When the broker is away the sweep will find the row."""
    put(_ask, (task.name, countdown is None, repr(sorted(kwargs.items()))), (task, countdown, kwargs))


def nudge_on_commit(task: Any, **kwargs: Any) -> None:
    """The same, for doors that may stand in a transaction (the API, whose writes may be repeated): a worker that looks
    before the row is there to be seen would look in vain."""
    transaction.on_commit(partial(nudge, task, **kwargs), robust=True)


def nudge_each(task: Any, name: str, thing: Any) -> None:
    """Ask a worker to look at this one; what is asked for together is one nudge with a list, the argument `name`."""
    put(_ask_in_lists, (task.name, repr(thing)), (task, name, thing))


def _ask_in_lists(things: list[tuple[Any, str, Any]]) -> None:
    by_task: dict[tuple[str, str], list[Any]] = {}
    tasks = {task.name: task for task, _, _ in things}
    for task, name, thing in things:
        by_task.setdefault((task.name, name), []).append(thing)
    for (task_name, name), each in by_task.items():
        lists = [each[first : first + IN_A_LIST] for first in range(0, len(each), IN_A_LIST)]
        _ask([(tasks[task_name], None, {name: some}) for some in lists])


def _ask(nudges: list[Nudge]) -> None:
    """Tell the broker. The first that waits for it in vain is the last that tries."""
    for task, countdown, kwargs in nudges:
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

    def __init__(self, task: Any) -> None:
        self._task = task
        self._is_news = False
        self._running: asyncio.Task[None] | None = None

    def add(self) -> None:
        """Workers should look."""
        self._is_news = True
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """Wait for the nudge that is on its way."""
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=3)

    async def _run(self) -> None:
        try:
            while self._is_news:
                self._is_news = False
                await asyncio.to_thread(nudge, self._task)
                await asyncio.sleep(self.APART)
        finally:
            self._running = None
