"""A small HTTP/1.1 client for one host, made for many short webhooks.

A general client spends a millisecond of processor time on a request; at 300 messages/s with three
statuses each that is a whole core, which the product needs on the same laptop. This one keeps its
connections, and has little else.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

SHOWN = 4096  # bytes of an answer that are kept


class NoAnswer(Exception):  # noqa: N818 - a fact about the other side, not an error of ours
    """The other side could not be reached, or ended the connection without an answer."""


@dataclass(frozen=True)
class Answer:
    """Status code and the beginning of the body."""

    code: int
    body: bytes


class _Connection:
    """One connection: one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._keep = True
        self.begun = False  # whether the last request got a single byte back

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent on it, as far as is known here."""
        return self._keep and not self._reader.at_eof() and not self._writer.is_closing()

    async def ask(self, request: bytes) -> Answer:
        """Sends the bytes of a request and reads the answer; raises NoAnswer."""
        self.begun = False
        try:
            self._writer.write(request)
            code, headers = await self._head()
            return Answer(code, (await self._body(code, headers))[:SHOWN])
        except asyncio.IncompleteReadError as cut:
            self.begun = self.begun or bool(cut.partial)
            raise NoAnswer("the connection was closed") from cut
        except (asyncio.LimitOverrunError, ValueError, IndexError) as wrong:
            raise NoAnswer("the answer is not HTTP") from wrong

    def close(self) -> None:
        """Ends the connection."""
        self._keep = False
        self._writer.transport.abort()

    async def _head(self) -> tuple[int, dict[str, str]]:
        """Status code and headers by lowercase name; interim answers (1xx) are passed over."""
        code = 100
        while code < 200:
            lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            self.begun = True
            code = int(lines[0].split(" ")[1])
        headers = dict(line.lower().split(":", 1) for line in lines[1:] if line)
        self._keep = lines[0].startswith("HTTP/1.1") and "close" not in headers.get("connection", "")
        return code, headers

    async def _body(self, code: int, headers: dict[str, str]) -> bytes:
        """The whole body, however its end is told."""
        if code in {204, 304}:
            return b""
        if "chunked" in headers.get("transfer-encoding", ""):
            return await self._chunks()
        if "content-length" in headers:
            return await self._reader.readexactly(int(headers["content-length"]))
        self._keep = False
        return await self._reader.read()

    async def _chunks(self) -> bytes:
        """A chunked body, its trailers passed over."""
        body = b""
        while size := int((await self._line()).split(b";")[0], 16):
            body += await self._reader.readexactly(size)
            await self._line()
        while (await self._line()).strip():
            pass
        return body

    async def _line(self) -> bytes:
        return await self._reader.readuntil(b"\n")


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
            async with asyncio.timeout(within):
                return await self._sent(request)
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
            if not connection.reusable:
                connection.close()
                continue
            try:
                return await self._on(connection, request)
            except NoAnswer:
                if connection.begun:
                    raise
        reader, writer = await asyncio.open_connection(*self._where)
        return await self._on(_Connection(reader, writer), request)

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
