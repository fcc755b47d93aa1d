"""Many open browsers: what they weigh, and how long until all of them are told."""

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.load.figures import spread
from tests.load.houses import House, sign_in
from tests.load.report import Table

SOCKETS = 200
TIMES = 20
TELL = """
import time
from crm import live, selectors
workspace = selectors.get_workspace("demo").pk
for n in range(-2, {times}):
    live.tell(workspace, "leads", id=n, told_at=time.time())
    time.sleep({apart})
"""


def measure(house: House) -> dict[str, Any]:
    """Open all, tell all twenty times from another process, and see when the first and the last has heard."""
    return measure_many(house, SOCKETS, apart=0.2)


def measure_many(house: House, number: int, *, apart: float) -> dict[str, Any]:
    """The same with so many, told so many seconds apart."""
    return asyncio.run(_measure(house, sign_in(house), number, apart))


async def _measure(house: House, session: str, number: int, apart: float) -> dict[str, Any]:
    before, began = _megabytes(house), time.perf_counter()
    sockets = [await _open(house, session) for _ in range(number)]
    opened, after = time.perf_counter() - began, _megabytes(house)
    heard: dict[str, list[float]] = {}
    listening = asyncio.gather(*(_listen(socket, heard) for socket in sockets))
    await asyncio.to_thread(house.stack.manage, "shell", "-c", TELL.format(times=TIMES, apart=apart))
    await asyncio.wait_for(listening, timeout=30)
    open_at_end = sum([await _is_open(socket) for socket in sockets])
    for socket in sockets:
        await socket.close()
    counted = {n: delays for n, delays in heard.items() if int(n) >= 0}
    return {
        "sockets": number,
        "open_at_end": open_at_end,
        "open_ms_each": round(opened / number * 1000, 2),
        "kilobytes_each": round((after - before) * 1024 / number, 1),
        "web_megabytes": {"before": round(before, 1), "after": round(after, 1)},
        "told": spread([each for delays in counted.values() for each in delays]),
        "all_told": spread([max(delays) for delays in counted.values()]),
        "lost": TIMES * number - sum(map(len, counted.values())),
    }


def _megabytes(house: House) -> float:
    """What the web process holds, its share of what is shared included (PSS)."""
    text = Path(f"/proc/{house.stack.pids('web')}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    if found is None:
        raise RuntimeError("the kernel does not say what the web process holds")
    return int(found[1]) / 1024


async def _open(house: House, session: str) -> ClientConnection:
    """One browser that watches the list of leads."""
    address = f"ws://127.0.0.1:{house.port}/ws/"
    headers = {"Cookie": f"sessionid={session}", "Origin": house.stack.url}
    socket = await connect(address, additional_headers=headers, proxy=None, compression=None)
    await socket.send(json.dumps({"subscribe": ["leads"]}))
    while json.loads(await socket.recv())["what"] != "subscribed":
        pass
    return socket


async def _is_open(socket: ClientConnection) -> bool:
    """Does the other side still answer?"""
    try:
        await asyncio.wait_for(await socket.ping(), timeout=10)
    except (ConnectionClosed, TimeoutError):
        return False
    return True


async def _listen(socket: ClientConnection, heard: dict[str, list[float]]) -> None:
    """Keep how late each word came, until the last."""
    last = ""
    while last != str(TIMES - 1):
        told = json.loads(await socket.recv())
        if "told_at" in told:
            last = told["id"]
            heard.setdefault(last, []).append(time.time() - told["told_at"])


def table(found: dict[str, Any]) -> Table:
    """One line."""
    heads = ("sockets", "open at the end", "kB each", "ms to open one", "told p50 ms", "told p95 ms", "all told p50 ms",
             "all told p95 ms", "lost")  # fmt: skip
    told, last = found["told"], found["all_told"]
    row = (found["sockets"], found["open_at_end"], found["kilobytes_each"], found["open_ms_each"], told["p50"],
           told["p95"], last["p50"], last["p95"], found["lost"])  # fmt: skip
    return Table("Open websockets", heads, [row])
