"""Many providers at once: signed deliveries over connections that stay open, and how long each waited.

A raw HTTP/1.1 client: on two shared cores a general one would cost more than the server it measures.
"""

import asyncio
import hashlib
import hmac
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.journeys.world import APP_SECRET

SENDERS = 400  # different people
DEMO = b"100000000000001"  # the number of the house's demo
BODY = (
    b'{"object":"whatsapp_business_account","entry":[{"id":"104500000000021","changes":[{"field":"messages",'
    b'"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"628110000001",'
    b'"phone_number_id":"%(to)s"},"contacts":[{"profile":{"name":"Budi Santoso"},"wa_id":"%(who)s"}],'
    b'"messages":[{"from":"%(who)s","id":"wamid.LOAD%(n)d","timestamp":"%(at)d","type":"text","text":{"body":'
    b'"Halo kak, saya lihat katalognya di IG. Untuk paket kedai kopi harganya berapa ya? Nomor %(n)d."}}]}}]}]}'
)
_numbers = itertools.count(1)


@dataclass
class Leg:
    """One measurement: answers by status, how long each took in seconds, how long all of it took."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    waited: list[float] = field(default_factory=list)
    own_share: float = 0.0  # of one core, spent by this client itself

    @property
    def rate(self) -> float:
        """Answers with 200, a second."""
        return self.statuses.get(200, 0) / self.seconds


def deliveries(host: str, path: str, to: bytes = DEMO) -> Iterator[bytes]:
    """Endless different requests, each signed as Meta does; `to` is the id of the number they were sent to."""
    for n in _numbers:
        who = b"62811%08d" % (n % SENDERS)
        body = BODY % {b"who": who, b"n": n, b"at": int(time.time()), b"to": to}
        signature = hmac.new(APP_SECRET, body, hashlib.sha256).hexdigest()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-Hub-Signature-256: sha256={signature}\r\n\r\n"
        )
        yield head.encode() + body


def knock(port: int, path: str, *, clients: int, seconds: float) -> Leg:
    """So many clients, each with its next delivery as soon as the last one is answered."""
    return asyncio.run(_knock(port, path, clients, seconds))


async def _knock(port: int, path: str, clients: int, seconds: float) -> Leg:
    leg, requests = Leg(), deliveries(f"127.0.0.1:{port}", path)
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(clients)]
    began, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_client(line, requests, leg, began + seconds) for line in lines))
    leg.seconds = time.perf_counter() - began
    leg.own_share = (time.process_time() - worked) / leg.seconds
    for _reader, writer in lines:
        writer.close()
        await writer.wait_closed()
    return leg


def keep_pace(port: int, path: str, *, clients: int, rate: float, seconds: float, to: bytes = DEMO) -> Leg:
    """So many deliveries a second, whatever the server does: each waits from when it was due, not from when it
    could be sent, so that a server that stands still can't hide how many it kept waiting."""
    return asyncio.run(_keep_pace(port, path, clients, rate, seconds, to))


async def _keep_pace(port: int, path: str, clients: int, rate: float, seconds: float, to: bytes) -> Leg:
    leg, requests = Leg(), deliveries(f"127.0.0.1:{port}", path, to)
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(clients)]
    began, worked = time.perf_counter(), time.process_time()
    due = iter([began + n / rate for n in range(round(rate * seconds))])
    await asyncio.gather(*(_punctual_client(line, requests, leg, due) for line in lines))
    leg.seconds = time.perf_counter() - began
    leg.own_share = (time.process_time() - worked) / leg.seconds
    for _reader, writer in lines:
        writer.close()
        await writer.wait_closed()
    return leg


async def _punctual_client(
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    requests: Iterator[bytes],
    leg: Leg,
    due: Iterator[float],
) -> None:
    reader, writer = line
    for moment in due:  # shared: whoever is free takes the next
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        writer.write(next(requests))
        status = await answer_of(reader)
        leg.waited.append(time.perf_counter() - moment)
        leg.statuses[status] = leg.statuses.get(status, 0) + 1


async def _client(
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter], requests: Iterator[bytes], leg: Leg, end: float
) -> None:
    reader, writer = line
    while time.perf_counter() < end:
        request = next(requests)
        asked = time.perf_counter()
        writer.write(request)
        status = await answer_of(reader)
        leg.waited.append(time.perf_counter() - asked)
        leg.statuses[status] = leg.statuses.get(status, 0) + 1


async def answer_of(reader: asyncio.StreamReader) -> int:
    """The status of the next answer; its body is read to the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, rest = head.lower().partition(b"content-length: ")
    if not rest:
        raise RuntimeError(f"an answer without its length: {head!r}")
    await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
    return int(head[9:12])
