"""Connections for code that runs on the event loop: Django's own are for threads."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import AsyncClientCursor
from psycopg_pool import AsyncConnectionPool

# Said in front of a statement, in the same message and so in its transaction: row security lets it see every workspace.
EVERYWHERE = "SELECT set_config('app.everywhere', 'on', true); "


def async_pool(*, most: int, patience: float) -> AsyncConnectionPool[Any]:
    """A pool to Django's database, not open yet; `patience` in seconds for one connection."""
    given = connection.get_connection_params()
    kept = {name: value for name, value in given.items() if name not in {"cursor_factory", "context"}}
    kept |= {"autocommit": True, "cursor_factory": AsyncClientCursor, "connect_timeout": 2}
    kept["application_name"] = f"{kept.get('application_name', 'crm')} loop"
    # Reconnecting soon gives up and begins anew: a long absence must not make its pauses long.
    return AsyncConnectionPool(
        kwargs=kept, min_size=1, max_size=most, timeout=patience, reconnect_timeout=4.0, open=False
    )


async def rows_everywhere(
    pool: AsyncConnectionPool[Any], query: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """The rows of one statement, a transaction of its own: committed when this is back."""
    async with pool.connection() as connection:
        told = await connection.execute(EVERYWHERE + query, values)
        told.nextset()
        rows: list[tuple[Any, ...]] = await told.fetchall()
    return rows
