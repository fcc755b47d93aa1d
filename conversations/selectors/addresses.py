"""Channels by their address, for the door that providers knock at: remembered for a moment, so that it is quick."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from conversations.channels.port import Account
from crm.core.pool import rows_everywhere

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
    account = Account(settings={name: str(value) for name, value in row[2].items()})
    return Listed(id=row[0], workspace_id=row[1], kind=kind, key=key, account=account)


class AddressBook:
    """Who lives where. One question at a time for an address, however many ask; also who is nobody is remembered."""

    def __init__(self, fetch: Fetch, life: float = LIFE) -> None:
        """`fetch` asks the database."""
        self._fetch, self._life = fetch, life
        self._known: dict[tuple[str, str], tuple[float, Listed | None]] = {}
        self._asked: dict[tuple[str, str], asyncio.Task[Listed | None]] = {}

    async def find(self, kind: str, key: str) -> Listed | None:
        """The channel of an address; None when it is nobody's."""
        until, listed = self._known.get((kind, key), (0.0, None))
        if until > time.monotonic():
            return listed
        task = self._asked.get((kind, key))
        if task is None:
            task = self._asked[kind, key] = asyncio.ensure_future(self._ask(kind, key))
        return await asyncio.shield(task)

    def forget(self, kind: str, key: str) -> None:
        """The channel has changed: ask again."""
        self._known.pop((kind, key), None)

    async def _ask(self, kind: str, key: str) -> Listed | None:
        try:
            listed = await self._fetch(kind, key)
        finally:
            del self._asked[kind, key]
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[kind, key] = (time.monotonic() + self._life, listed)
        return listed
