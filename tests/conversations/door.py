"""The door for deliveries without a socket: the product's own ASGI application, on a loop of its own.

It reads and writes on the test's connection, so that it sees what the test's transaction holds. Everything else is the
door's own; its pool of connections is tried in test_intake_door and test_wire.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connections
from psycopg.types.json import JsonbLoader
from psycopg_pool import AsyncConnectionPool

from config.asgi import application
from conversations.api import intake
from crm.core.walls import everywhere


@dataclass(frozen=True)
class Answer:
    """What the provider hears."""

    status_code: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def knock(path: str, body: bytes, *, method: str = "POST", **headers: str) -> Answer:
    """One request; back when it is answered and the workers are told."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")  # savepoints of the test that still wait go before those of the door
    return asyncio.run(_knock(connections["default"].connection, path, body, method, headers))


async def _knock(connection: Any, path: str, body: bytes, method: str, headers: Mapping[str, str]) -> Answer:
    intake._desks[asyncio.get_running_loop()] = desk = intake.Desk(OwnConnection(connection))
    desk.patience, desk.news.APART = 60.0, 0  # a busy machine is no reason to refuse
    given = {"host": "127.0.0.1", "content-length": str(len(body)), **headers}
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(event: dict[str, Any]) -> None:
        said.append(event)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }
    await application(scope, receive, send)
    await intake.close()
    start, *rest = said
    spoken = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], b"".join(part["body"] for part in rest), spoken)


class OwnConnection(AsyncConnectionPool[Any]):
    """A pool of one: the connection of the test."""

    def __init__(self, connection: Any) -> None:  # nothing of a real pool's is begun
        self._connection = connection

    async def open(self, *_: Any) -> None:
        """It is."""

    async def close(self, *_: Any, **__: Any) -> None:
        """It stays the test's."""

    async def check(self) -> None:
        """It is the only one."""

    def __del__(self, *_: Any) -> None:
        """Nothing was begun."""

    @asynccontextmanager
    async def connection(self, *_: Any) -> AsyncIterator[Any]:
        """What fails is undone; the test's transaction goes on."""
        with self._connection.transaction():
            yield self

    async def execute(self, query: str, values: Any) -> "_Told":
        """As the door's own connections read: JSON as values."""
        cursor = self._connection.cursor()
        cursor.adapters.register_loader("jsonb", JsonbLoader)
        with everywhere():
            cursor.execute(query, values)
        return _Told(cursor)


class _Told:
    def __init__(self, cursor: Any) -> None:
        self.nextset, self._cursor = cursor.nextset, cursor

    async def fetchall(self) -> list[Any]:
        """The rows."""
        rows: list[Any] = self._cursor.fetchall()
        return rows
