"""The wire itself: resolve once, judge every answer, connect to what was judged; one deadline over all of it."""

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from queue import Empty, Queue
from threading import Thread
from typing import Any

import httpcore
import httpx

from crm.core.outgoing.addresses import Origin, is_literal, origin_of, refuse_inside

Resolver = Callable[[str, int], list[str]]
_deadline: ContextVar[float | None] = ContextVar("outgoing_deadline", default=None)


class TooLargeError(httpx.ReadError):
    """The answer is larger than we read."""


class EncodedError(httpx.RemoteProtocolError):
    """The answer is packed, though we asked for it plain: unpacked it could be of any size."""


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host. The system's resolver keeps no deadline, so it is asked in a thread."""
    if is_literal(host):
        return [host]
    said: Queue[list[str] | OSError] = Queue()
    Thread(target=lambda: said.put(_ask_system(host, port)), daemon=True).start()
    try:
        found = said.get(timeout=_left(None))
    except Empty as error:
        raise httpcore.ConnectTimeout(f"{host} could not be resolved in time") from error
    if isinstance(found, OSError):
        raise httpcore.ConnectError(str(found)) from found
    return found


def _ask_system(host: str, port: int) -> list[str] | OSError:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        return error if isinstance(error, OSError) else OSError(str(error))


def _left(timeout: float | None) -> float | None:
    """Seconds that the next step may take."""
    until = _deadline.get()
    if until is None:
        return timeout
    left = max(0.001, until - time.monotonic())  # a socket takes no 0: that would mean not to wait at all
    return left if timeout is None else min(left, timeout)


@contextmanager
def _within(until: float) -> Iterator[None]:
    token = _deadline.set(until)
    try:
        yield
    finally:
        _deadline.reset(token)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends with the call's deadline, so that no drip of bytes prolongs it."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects to addresses that were judged, never to a name that could answer differently a second time."""

    def __init__(self, trusted: Iterable[Origin], resolver: Resolver) -> None:
        self._trusted = {(origin.host, origin.port) for origin in trusted}
        self._resolve, self._inner = resolver, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = list(dict.fromkeys(self._resolve(host, port)))
        if (host, port) not in self._trusted:
            refuse_inside(host, port, found)
        last: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in found:
            try:
                inner = self._inner.connect_tcp(
                    address, port, _left(timeout), local_address, socket_options or ()
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return _Stream(inner)
        raise last


class _Capped(httpx.SyncByteStream):
    """The answer's bytes, up to a number, before the deadline."""

    def __init__(self, inner: Any, until: float, most: int) -> None:
        self._inner, self._until, self._most = inner, until, most

    def __iter__(self) -> Iterator[bytes]:
        parts, size = iter(self._inner), 0
        while True:
            with _within(self._until):
                part = next(parts, None)
            if part is None:
                return
            size += len(part)
            if size > self._most:
                raise TooLargeError(f"The answer is larger than {self._most} bytes.")
            yield part

    def close(self) -> None:
        self._inner.close()


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport with our wire; also for clients of libraries that take one."""

    def __init__(self, trusted: Iterable[str], most: int, seconds: float, resolver: Resolver) -> None:
        super().__init__(trust_env=False)
        self._most, self._seconds = most, seconds
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            network_backend=_Backend([origin_of(url) for url in trusted], resolver),
            max_connections=100,
            max_keepalive_connections=10,
            keepalive_expiry=5.0,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call, by its own deadline: the longest of its time limits, else ours."""
        origin_of(request.url)
        limits = request.extensions.get("timeout") or {}
        seconds = max((s for s in limits.values() if s is not None), default=self._seconds)
        until = time.monotonic() + seconds
        with _within(until):
            answer = super().handle_request(request)
        trouble = _trouble(answer.headers, self._most)
        if trouble:
            answer.close()
            raise trouble
        answer.stream = _Capped(answer.stream, until, self._most)
        return answer


def _trouble(headers: httpx.Headers, most: int) -> httpx.TransportError | None:
    """What the headers say already."""
    length = headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > most:
        return TooLargeError(f"The answer is larger than {most} bytes.")
    if headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        return EncodedError("The answer is packed.")
    return None
