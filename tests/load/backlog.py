"""Twenty thousand messages waiting when the workers wake up: does the rate hold, and what do readers feel of it?"""

import itertools
import time
from typing import Any

from tests.journeys.world import HOOK
from tests.load.browsing import Reader, rep
from tests.load.figures import percentile
from tests.load.houses import House
from tests.load.intake import workers_stopped
from tests.load.knocks import keep_pace
from tests.load.report import Table
from tests.load.steady import KEPT

ITEMS = 20_000
PACE = 600  # a second, while they are delivered
PATIENCE = 45.0  # seconds of draining that are looked at
PAGES = ("/inbox/", "/leads/")
DONE = """
    SELECT count(*) FROM conversations_inbounditem
    WHERE kind = 'message' AND state = 'done' AND external_id LIKE 'wamid.LOAD%%'
"""


def measure(house: House) -> dict[str, Any]:
    """Deliver with the workers held still, read pages, let the workers go, read pages all the while."""
    reader, done_before = rep(house), house.count(DONE)
    with workers_stopped(house):
        before = house.count(KEPT)
        leg = keep_pace(house.port, HOOK, clients=64, rate=PACE, seconds=ITEMS / PACE)
        kept = house.count(KEPT) - before
        if kept != leg.statuses.get(200, 0) or kept < ITEMS:
            raise RuntimeError(f"{leg.statuses} answered, {kept} rows kept")
        idle = [_read(reader, page) for page, _ in zip(itertools.cycle(PAGES), range(40), strict=False)]
    seen, busy = _drain(house, reader, done_before)
    rates = _rates(seen)
    return {
        "items": kept,
        "drained": seen[-1][1],
        "seconds": round(seen[-1][0], 1),
        "rates": rates,
        "end_to_start": round(rates[-1] / rates[0], 2),
        "page_p95": {"before": _ms(idle), "during": _ms(busy)},
        "page_ratio": round(percentile(busy, 95) / percentile(idle, 95), 2),
    }


def _drain(house: House, reader: Reader, done_before: int) -> tuple[list[tuple[float, int]], list[float]]:
    """(seconds, done so far) about twice a second, and how long each page took meanwhile."""
    began, seen, pages = time.monotonic(), [(0.0, 0)], []
    for page in itertools.cycle(PAGES):
        pages.append(_read(reader, page))
        time.sleep(0.3)  # a reader who reads
        seen.append((time.monotonic() - began, house.count(DONE) - done_before))
        if seen[-1][1] >= ITEMS or seen[-1][0] > PATIENCE:
            break
    return seen, pages


def _read(reader: Reader, page: str) -> float:
    reader.read(page)
    return reader.seconds


def _rates(seen: list[tuple[float, int]]) -> list[float]:
    """Messages a second in each third of what was drained."""
    marks = [min(seen, key=lambda one: abs(one[1] - seen[-1][1] * part / 3)) for part in range(4)]
    return [round((b[1] - a[1]) / (b[0] - a[0]), 1) for a, b in itertools.pairwise(marks)]


def _ms(seconds: list[float]) -> float:
    return round(percentile(seconds, 95) * 1000, 1)


def table(found: dict[str, Any]) -> Table:
    """One line."""
    heads = ("waiting", "drained", "seconds", "per s, first third", "second", "last", "last / first",
             "page p95 ms before", "during", "times")  # fmt: skip
    pages = found["page_p95"]
    row = (found["items"], found["drained"], found["seconds"], *found["rates"], found["end_to_start"],
           pages["before"], pages["during"], found["page_ratio"])  # fmt: skip
    return Table("Backlog", heads, [row])
