"""A small HTTP/1.1 client for one host, made for many short webhooks.

A general client spends a millisecond of processor time on a request; at 300 messages/s with three
statuses each that is a whole core, which the product needs on the same laptop. This one keeps its
connections, and has little else.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import httptools

SHOWN = 4096  # bytes of an answer that are kept


class NoAnswer(Exception):  # noqa: N818 - a fact about the other side, not an error of ours
    """The other side could not be reached, or ended the connection without an answer."""


@dataclass(frozen=True)
class Answer:
    """Status code and the beginning of the body."""

    code: int
    body: bytes


@dataclass
class _Incoming:
    """The answer being read."""

    done: asyncio.Future[Answer]
    parser: httptools.HttpResponseParser | None = None
    code: int = 0
    body: bytearray = field(default_factory=bytearray)
    begun: bool = False


class _Connection(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.reusable = True
        self._incoming: _Incoming | None = None

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Sends the bytes of a request; the future holds the answer or raises NoAnswer."""
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._incoming = _Incoming(done)
        self._incoming.parser = httptools.HttpResponseParser(self)
        if self.transport:
            self.transport.write(request)
        else:
            self._fail("not connected")
        return done

    @property
    def answered_nothing(self) -> bool:
        """The last request got not a single byte: on a kept connection it was closed before it was read."""
        return self._incoming is not None and not self._incoming.begun

    def close(self) -> None:
        """Ends the connection."""
        self.reusable = False
        if self.transport:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        if self._incoming is None or self._incoming.parser is None:
            self.close()
            return
        self._incoming.begun = True
        try:
            self._incoming.parser.feed_data(data)
        except httptools.HttpParserError as wrong:
            self._fail(f"not HTTP: {type(wrong).__name__}")

    def connection_lost(self, failure: Exception | None) -> None:
        """Called by asyncio; an answer without a length ends here."""
        self.reusable = False
        if self._incoming and self._incoming.code:
            self._finish(self._incoming)
        else:
            self._fail("the connection was closed")

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        if self._incoming and self._incoming.parser:
            self._incoming.code = self._incoming.parser.get_status_code()

    def on_body(self, piece: bytes) -> None:
        """Called by the parser."""
        if self._incoming and len(self._incoming.body) < SHOWN:
            self._incoming.body += piece

    def on_message_complete(self) -> None:
        """Called by the parser; interim answers (1xx) are not the answer."""
        incoming = self._incoming
        if incoming is None or incoming.parser is None or incoming.code < 200:
            return
        self.reusable = self.reusable and incoming.parser.should_keep_alive()
        self._finish(incoming)

    def _finish(self, incoming: _Incoming) -> None:
        if not incoming.done.done():
            incoming.done.set_result(Answer(incoming.code, bytes(incoming.body[:SHOWN])))

    def _fail(self, why: str) -> None:
        if self._incoming and not self._incoming.done.done():
            self._incoming.done.set_exception(NoAnswer(why))
        self.close()


class Client:
    """Requests to one base address; idle connections are kept and used again."""

    def __init__(self, base_url: str) -> None:
        """Nothing is connected yet."""
        parts = urlsplit(base_url)
        self.base_url = base_url.rstrip("/")
        self._where = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._host = parts.netloc
        self._prefix = parts.path.rstrip("/")
        self._idle: list[_Connection] = []

    async def ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"", *, within: float
    ) -> Answer:
        """One request; raises NoAnswer when there is none `within` seconds."""
        lines = [f"{method} {self._prefix}{target} HTTP/1.1", f"host: {self._host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1") + body
        try:
            return await asyncio.wait_for(self._sent(request), within)
        except TimeoutError:
            raise NoAnswer(f"no answer within {within:g} s") from None
        except OSError as failure:
            raise NoAnswer(type(failure).__name__) from failure

    def close(self) -> None:
        """Ends the kept connections."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def _sent(self, request: bytes) -> Answer:
        """Sends on a kept connection; when that had been closed meanwhile, once more on a fresh one."""
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable:
                try:
                    return await self._on(connection, request)
                except NoAnswer:
                    if not connection.answered_nothing:
                        raise
        _, fresh = await asyncio.get_running_loop().create_connection(_Connection, *self._where)
        return await self._on(fresh, request)

    async def _on(self, connection: _Connection, request: bytes) -> Answer:
        try:
            answer = await connection.ask(request)
        except BaseException:
            connection.close()
            raise
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()
        return answer
