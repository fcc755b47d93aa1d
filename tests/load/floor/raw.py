"""A durable accept without any framework: what the server, the driver and the disk allow."""

import hashlib
import hmac
import os
from typing import Any

from psycopg_pool import AsyncConnectionPool

SECRET = os.environ["FLOOR_SECRET"].encode()
KEEP = "INSERT INTO floor_delivery (body) VALUES (%s)"
_pool: AsyncConnectionPool | None = None


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A signed body, kept: HMAC, one INSERT, its commit, 200. Its pool is as large as the product's."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    body = await _body_of(receive)
    right = b"sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest().encode()
    status = 401
    if hmac.compare_digest(right, dict(scope["headers"]).get(b"x-hub-signature-256", b"")) and _pool:
        async with _pool.connection() as connection:
            await connection.execute(KEEP, [body])
        status = 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"kept" if status == 200 else b"no!!"})


async def _body_of(receive: Any) -> bytes:
    parts, is_more = [], True
    while is_more:
        event = await receive()
        parts.append(event.get("body", b""))
        is_more = event.get("more_body", False)
    return b"".join(parts)


async def _lifespan(receive: Any, send: Any) -> None:
    """Open the pool before the first request, close it after the last."""
    global _pool  # noqa: PLW0603  one pool a process
    while (event := await receive())["type"] == "lifespan.startup":
        _pool = AsyncConnectionPool(os.environ["DATABASE_URL"], min_size=2, max_size=12, open=False)
        await _pool.open()
        await send({"type": "lifespan.startup.complete"})
    if _pool is not None and event["type"] == "lifespan.shutdown":
        await _pool.close()
    await send({"type": "lifespan.shutdown.complete"})
