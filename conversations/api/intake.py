"""POST /hooks/<kind>/<key>/: where providers deliver, on the event loop and without Django's request.

Raw bytes, signature, one row, its commit, 200. There is no other way in; `hooks.py` answers the handshake.
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from prometheus_client import Counter
from psycopg_pool import AsyncConnectionPool

from conversations import tasks
from conversations.channels.registry import adapter_for
from conversations.selectors.addresses import AddressBook, Listed, fetching_from
from conversations.services.keeping import AWAY, ChannelGoneError, Keeper, NotKeptError
from crm.core.nudge import Gatherer
from crm.core.pool import async_pool

log = logging.getLogger(__name__)
KNOCKS = Counter("crm_webhooks_total", "Webhook deliveries by verdict", ["kind", "verdict"])

MOST = 4 * 1024 * 1024  # bytes; Meta posts up to 3 MB
SLOWEST = 20.0  # seconds a sender may take for its body
PATIENCE = 2.5  # seconds from the whole body to the answer, for all that the database is asked together
MOST_CONNECTIONS = 4
TOO_LARGE = (413, "The body is larger than 4 MB.", "too_large")
NO_CHANNEL = (404, "There is no such channel.", "no_channel")
UNSIGNED = (401, "The signature is missing or wrong.", "unsigned")
AWAY_NOW = (503, "Come again later.", "unavailable")
KEPT = (200, "kept", "kept")
Answer = tuple[int, str, str]


class GoneError(Exception):
    """The sender hung up, or its body is not to be had; nobody waits for more than this answer."""

    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__(answer)
        self.answer = answer


class Desk:
    """What one event loop needs: connections, the addresses, who keeps, who tells the workers."""

    def __init__(self, pool: AsyncConnectionPool[Any] | None = None) -> None:
        self.patience = PATIENCE
        self.pool = pool or async_pool(most=MOST_CONNECTIONS, patience=PATIENCE)
        self.book = AddressBook(fetching_from(self.pool))
        self.news = Gatherer(tasks.read_deliveries)
        self.keeper = Keeper(self.pool, self.news.add)
        self._opened: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Once, by whoever comes first; the first connection is made in the background."""
        if self._opened is None:
            self._opened = asyncio.ensure_future(self.pool.open())
        await asyncio.shield(self._opened)

    async def close(self) -> None:
        """What was begun is ended."""
        await self.keeper.close()
        await self.news.close()
        await self.pool.close(timeout=2)


_desks: WeakKeyDictionary[asyncio.AbstractEventLoop, Desk] = WeakKeyDictionary()


def desk() -> Desk:
    """The one of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _desks:
        _desks[loop] = Desk()
    return _desks[loop]


async def close() -> None:
    """The server ends: give the connections back."""
    if found := _desks.pop(asyncio.get_running_loop(), None):
        await found.close()


async def intake(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    """One delivery. Whatever happens it is answered, and with 200 only what is committed."""
    kind, key = _address(scope["path"])
    try:
        answer = await _answer(kind, key, scope, receive)
    except GoneError as gone:
        if gone.answer is None:
            return
        answer = gone.answer
    except Exception:
        log.exception("webhook not kept")
        answer = AWAY_NOW
    status, text, verdict = answer
    KNOCKS.labels(kind if adapter_for(kind) and status != 404 else "unknown", verdict).inc()
    await _say(send, status, text)


async def _answer(kind: str, key: str, scope: Mapping[str, Any], receive: Any) -> Answer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if not _is_ours(headers.get("host", "")):
        return (400, "This is another host.", "other_host")
    adapter = adapter_for(kind)
    if adapter is None:
        return NO_CHANNEL
    if scope["method"] != "POST":
        return (405, "Deliver by POST.", "method")
    body = await _body_of(headers, receive)
    deadline = asyncio.get_running_loop().time() + desk().patience
    listed = await _listed(kind, key, deadline)
    if not isinstance(listed, Listed):
        return listed
    if not adapter.verify(listed.account, body, headers):
        log.warning("webhook refused: signature", extra={"channel": key})
        return UNSIGNED
    return await _keep(listed, body, deadline)


async def _listed(kind: str, key: str, deadline: float) -> Listed | Answer:
    try:
        async with asyncio.timeout_at(deadline):
            await desk().open()
            return await desk().book.find(kind, key) or NO_CHANNEL
    except (TimeoutError, *AWAY) as error:
        log.warning("webhook not kept: the database is away", extra={"error": repr(error)})
        return AWAY_NOW


async def _keep(listed: Listed, body: bytes, deadline: float) -> Answer:
    try:
        await desk().keeper.keep(
            workspace_id=listed.workspace_id, channel_id=listed.id, body=body, deadline=deadline
        )
    except NotKeptError:
        return AWAY_NOW
    except ChannelGoneError:
        desk().book.forget(listed.kind, listed.key)
        return NO_CHANNEL
    return KEPT


def _address(path: str) -> tuple[str, str]:
    """Kind and key of `/hooks/<kind>/<key>` with or without a slash; empty for any other path."""
    parts = path.removesuffix("/").split("/")
    return (parts[2], parts[3]) if len(parts) == 4 else ("", "")


@lru_cache(maxsize=256)
def _is_ours(host: str) -> bool:
    """As Django judges it for pages."""
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


async def _body_of(headers: Mapping[str, str], receive: Any) -> bytes:
    """The raw bytes. More than fits is not kept in memory, only heard to its end, so that the answer is heard."""
    parts: list[bytes] = []
    size = 0
    if headers.get("content-length", "").isdecimal() and int(headers["content-length"]) > 4 * MOST:
        raise GoneError(TOO_LARGE)
    try:
        async with asyncio.timeout(SLOWEST):
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise GoneError
                size += len(event.get("body", b""))
                if size > 4 * MOST:
                    raise GoneError(TOO_LARGE)
                parts = [*parts, event.get("body", b"")] if size <= MOST else []
                if not event.get("more_body"):
                    break
    except TimeoutError:
        raise GoneError((408, "The body did not come.", "too_slow")) from None
    if size > MOST:
        raise GoneError(TOO_LARGE)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _say(send: Any, status: int, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status == 405:
        headers.append((b"allow", b"GET, POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
