"""Keeping deliveries from the event loop: those that come while one commit is on its way share the next one."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from crm.core.pool import rows_everywhere

log = logging.getLogger(__name__)

PATIENCE = 2.5  # seconds for one commit; whoever is shorter of time says so by a deadline
GROUP_ROWS, GROUP_BYTES = 100, 8 * 1024 * 1024  # in one commit
MOST_BYTES = 128 * 1024 * 1024  # waiting for a commit in one process
KEEP = "INSERT INTO conversations_inbounddelivery (workspace_id, channel_id, body, state, attempts, error, reason) "
ROW = "(%s, %s, %s, 'new', 0, '', '')"
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, OSError)


class NotKeptError(Exception):
    """It could not be kept now; the sender has to come again."""


class ChannelGoneError(Exception):
    """The channel was removed a moment ago."""


@dataclass(eq=False, slots=True)
class Given:
    """One verified delivery, and who waits for its commit."""

    workspace_id: UUID
    channel_id: UUID
    body: bytes
    kept: asyncio.Future[None]


class Keeper:
    """Keeps deliveries of one event loop, one commit at a time; `on_kept` is told of each commit."""

    def __init__(self, pool: AsyncConnectionPool[Any], on_kept: Callable[[], None]) -> None:
        """The pool must be open."""
        self._pool, self._on_kept = pool, on_kept
        self._waiting: list[Given] = []
        self._bytes = 0
        self._flight: asyncio.Task[None] | None = None
        self._left_behind: set[asyncio.Task[Any]] = set()

    async def keep(self, *, workspace_id: UUID, channel_id: UUID, body: bytes, deadline: float) -> None:
        """Back after the commit; NotKeptError when there is none before the deadline (the loop's time)."""
        if self._bytes + len(body) > MOST_BYTES:
            raise NotKeptError("too much is waiting already")
        given = Given(workspace_id, channel_id, body, asyncio.get_running_loop().create_future())
        self._waiting.append(given)
        self._bytes += len(body)
        if self._flight is None:
            self._flight = asyncio.ensure_future(self._fly())
        try:
            async with asyncio.timeout_at(deadline):
                await given.kept
        except TimeoutError:
            raise NotKeptError("no commit in time") from None
        finally:
            self._bytes -= len(body)

    async def close(self) -> None:
        """Wait for what is on its way; nobody gives any more."""
        if self._flight is not None:
            await self._flight
        for task in self._left_behind:
            task.cancel()

    async def _fly(self) -> None:
        """Commit group after group, until nobody waits."""
        try:
            while group := self._next_group():
                await self._in_time(group)
        finally:
            self._flight = None

    def _next_group(self) -> list[Given]:
        """Those who came first and still wait."""
        group: list[Given] = []
        size = taken = 0
        for given in self._waiting:
            size += len(given.body)
            if len(group) == GROUP_ROWS or (group and size > GROUP_BYTES):
                break
            taken += 1
            if not given.kept.done():
                group.append(given)
        del self._waiting[:taken]
        return group

    async def _in_time(self, group: list[Given]) -> None:
        """One that hangs is left to end by itself (the driver takes its time to cancel); the next one flies."""
        task = asyncio.ensure_future(self._keep(group))
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done():
            task.cancel()
            self._left_behind.add(task)
            task.add_done_callback(self._left_behind.discard)
            _settle(group, NotKeptError("no commit in time"))

    async def _keep(self, group: list[Given]) -> None:
        try:
            await self._insert_again(group)
        except AWAY as error:
            log.warning("webhooks not kept: the database is away", extra={"error": repr(error)})
            _settle(group, NotKeptError("the database is away"))
        except psycopg.Error as error:
            await self._one_by_one(group, error)
        except Exception:
            log.exception("webhooks not kept")
            _settle(group, NotKeptError("not kept"))

    async def _one_by_one(self, group: list[Given], error: psycopg.Error) -> None:
        """A row that can't be kept does not take its neighbours along."""
        if len(group) > 1:
            for given in group:
                await self._keep([given])
        elif isinstance(error, psycopg.errors.ForeignKeyViolation):
            _settle(group, ChannelGoneError())
        else:
            log.error("webhook not kept", exc_info=error)
            _settle(group, NotKeptError("not kept"))

    async def _insert_again(self, group: list[Given]) -> None:
        """Connections of a server that was restarted are dead; found so, they are replaced and asked once more.

        What was committed by the first try is kept twice then: its items are the same, and filed once."""
        try:
            await self._insert(group)
        except AWAY:
            await self._pool.check()
            await self._insert(group)

    async def _insert(self, group: Sequence[Given]) -> None:
        query = f"{KEEP} VALUES {', '.join([ROW] * len(group))} RETURNING id"
        values = [value for g in group for value in (g.workspace_id, g.channel_id, g.body)]
        await rows_everywhere(self._pool, query, values)
        _settle(group, None)
        self._on_kept()


def _settle(group: Sequence[Given], error: Exception | None) -> None:
    """Tell everybody who still waits."""
    for given in group:
        if given.kept.done():
            continue
        if error is None:
            given.kept.set_result(None)
        else:
            given.kept.set_exception(error)
