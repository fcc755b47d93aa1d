"""Channels by their address, for the door that providers knock at: remembered for a moment, so that it is quick."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from conversations.channels.port import Account
from conversations.models import OpenedSettings
from crm.core.pool import rows_everywhere

PATIENCE = 2.0  # seconds for one question; a connection that hangs must not hold up who asks after it
LIFE = 1.0  # seconds until a change made by another process is seen
MOST = 10_000  # addresses remembered; strangers may invent as many as they like
FIND = (
    "SELECT id, workspace_id, settings FROM conversations_channel WHERE kind = %s AND key = %s AND is_active"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A living channel, as far as its door needs it."""

    id: UUID
    workspace_id: UUID
    kind: str
    key: str
    account: Account


Fetch = Callable[[str, str], Awaitable[Listed | None]]


def fetching_from(pool: AsyncConnectionPool[Any]) -> Fetch:
    """Asks the database for one address. A NUL fits into no column: such an address is nobody's."""

    async def fetch(kind: str, key: str) -> Listed | None:
        if "\0" in key or "\0" in kind:
            return None
        rows = await rows_everywhere(pool, FIND, [kind, key])
        return _listed(kind, key, rows[0]) if rows else None

    return fetch


def _listed(kind: str, key: str, row: Any) -> Listed:
    account = Account(settings=OpenedSettings(row[2]))
    return Listed(id=row[0], workspace_id=row[1], kind=kind, key=key, account=account)


class AddressBook:
    """Who lives where. One question at a time for an address, however many ask; also who is nobody is remembered."""

    def __init__(self, fetch: Fetch, life: float = LIFE, patience: float = PATIENCE) -> None:
        """`fetch` asks the database."""
        self._fetch, self._life, self._patience = fetch, life, patience
        self._known: dict[tuple[str, str], tuple[float, Listed | None]] = {}
        self._asked: dict[tuple[str, str], asyncio.Future[Listed | None]] = {}
        self._left_behind: set[asyncio.Task[None]] = set()

    async def find(self, kind: str, key: str) -> Listed | None:
        """The channel of an address; None when it is nobody's. TimeoutError when the database says nothing."""
        until, listed = self._known.get((kind, key), (0.0, None))
        if until > time.monotonic():
            return listed
        answer = self._asked.get((kind, key))
        if answer is None:
            answer = self._asked[kind, key] = asyncio.get_running_loop().create_future()
            self._ask(kind, key, answer)
        return await asyncio.shield(answer)

    def forget(self, kind: str, key: str) -> None:
        """The channel has changed: ask again."""
        self._known.pop((kind, key), None)

    def _ask(self, kind: str, key: str, answer: asyncio.Future[Listed | None]) -> None:
        """In the background; whoever asks after our patience is over asks anew, on another connection."""
        task = asyncio.ensure_future(self._settle(kind, key, answer))
        self._left_behind.add(task)
        task.add_done_callback(self._left_behind.discard)
        asyncio.get_running_loop().call_later(self._patience, self._give_up, kind, key, answer, task)

    async def _settle(self, kind: str, key: str, answer: asyncio.Future[Listed | None]) -> None:
        try:
            listed = await self._fetch(kind, key)
        except Exception as error:
            self._end(kind, key, answer, error)
            return
        self._remember(kind, key, listed)
        self._end(kind, key, answer, listed)

    def _give_up(
        self, kind: str, key: str, answer: asyncio.Future[Listed | None], task: asyncio.Task[None]
    ) -> None:
        """The driver takes its time to cancel: nobody waits for that."""
        task.cancel()
        self._end(kind, key, answer, TimeoutError("the database says nothing"))

    def _end(
        self, kind: str, key: str, answer: asyncio.Future[Listed | None], said: Listed | Exception | None
    ) -> None:
        if answer.done():
            return
        del self._asked[kind, key]
        if isinstance(said, Exception):
            answer.set_exception(said)
            answer.exception()  # heard, even when everybody who asked has gone
        else:
            answer.set_result(said)

    def _remember(self, kind: str, key: str, listed: Listed | None) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[kind, key] = (time.monotonic() + self._life, listed)
