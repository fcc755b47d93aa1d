"""Ten thousand deliveries nobody should make, over the real door: is each answered rightly, and does all of it end?

Not how fast, but whether: it stops with an error unless no answer was a 5xx, what was kept was read or given up with a
reason, nothing is left on its way, and the house is still ready.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.conversations.bodies import signed_with
from tests.conversations.mutations import mutated
from tests.journeys.world import APP_SECRET, HOOK
from tests.load.houses import House
from tests.load.knocks import answer_of
from tests.load.report import Table

COUNT = int(os.environ.get("MUTATIONS", "10000"))
SEED = 20261121
CLIENTS = 16
FORGED = 20  # every so manieth signature is wrong
THEIRS, OURS = b"109900000000011", b"100000000000001"  # the number of the payloads, and of the house's demo
PATIENCE = 1800.0  # seconds until nothing may be left
DELIVERIES = "SELECT state, count(*) FROM conversations_inbounddelivery WHERE id > %s GROUP BY state"
ITEMS = "SELECT state, count(*) FROM conversations_inbounditem WHERE delivery_id > %s GROUP BY state"
SILENT = """
    SELECT (SELECT count(*) FROM conversations_inbounddelivery WHERE state = 'dead' AND error = '' AND id > %s)
         + (SELECT count(*) FROM conversations_inbounditem WHERE state = 'dead' AND error = '' AND delivery_id > %s)
"""
LAST = "SELECT coalesce(max(id), 0) FROM conversations_inbounddelivery"


def measure(house: House) -> dict[str, Any]:
    """Deliver all of them, wait until each has come to its end, look at the house."""
    last, began = house.count(LAST), time.monotonic()
    answers = asyncio.run(_deliver(house.port))
    delivered = time.monotonic() - began
    rows, items = _until_the_end(house, last)
    found = {
        "sent": sum(answers.values()),
        "answers": {str(status): number for status, number in sorted(answers.items())},
        "deliveries": rows,
        "items": items,
        "dead_without_reason": house.count(SILENT, last, last),
        "ready": house.stack.get("/health/ready")[0],
        "delivering_seconds": round(delivered, 1),
        "until_the_end_seconds": round(time.monotonic() - began, 1),
    }
    if faults := list(_faults(found)):
        raise RuntimeError(f"{'; '.join(faults)}: {found}")
    return found


def _faults(found: dict[str, Any]) -> Iterator[str]:
    """What must not be."""
    forged = -(-COUNT // FORGED)
    if found["answers"] != {"200": COUNT - forged, "401": forged}:
        yield "answers are not what they should be"
    if sum(found["deliveries"].values()) != COUNT - forged:
        yield "what was answered with 200 is not what was kept"
    if found["deliveries"].keys() - {"done", "dead"} or found["items"].keys() - {"done", "dead", "ignored"}:
        yield "something has not come to its end"
    if found["dead_without_reason"]:
        yield "something is dead and does not say why"
    if found["ready"] != 200:
        yield "the house is not ready"


async def _deliver(port: int) -> Counter[int]:
    requests, statuses = _requests(port), Counter[int]()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:  # shared: whoever is free takes the next
            writer.write(request)
            statuses[await answer_of(reader)] += 1
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return statuses


def _requests(port: int) -> Iterator[bytes]:
    for number, strange in enumerate(mutated(COUNT, SEED)):
        body = strange.replace(THEIRS, OURS)  # or each would be somebody else's
        secret = "forged" if number % FORGED == 0 else APP_SECRET.decode()
        head = (
            f"POST {HOOK} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-Hub-Signature-256: {signed_with(secret, body)}\r\n\r\n"
        )
        yield head.encode() + body


def _until_the_end(house: House, last: int) -> tuple[dict[str, int], dict[str, int]]:
    """How many there are in each state, as soon as none is on its way, or when our patience is over."""
    end = time.monotonic() + PATIENCE
    while True:
        rows, items = dict(house.ask(DELIVERIES, last)), dict(house.ask(ITEMS, last))
        if "new" not in rows | items or time.monotonic() > end:
            return rows, items
        time.sleep(2)


def table(found: dict[str, Any]) -> Table:
    """One line."""
    heads = ("sent", "answers", "deliveries", "their items", "seconds to deliver", "until the end")
    row = (found["sent"], *(_said(found[name]) for name in ("answers", "deliveries", "items")),
           found["delivering_seconds"], found["until_the_end_seconds"])  # fmt: skip
    return Table("Mutated deliveries", heads, [row])


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in sorted(counts.items()))
