"""Thousands of messages waiting when the workers wake up: does the rate hold to the last, and what do readers feel?"""

import itertools
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from tests.journeys.world import HOOK
from tests.load.browsing import Reader, rep
from tests.load.figures import percentile, rates_by_part
from tests.load.houses import House
from tests.load.intake import workers_stopped
from tests.load.knocks import keep_pace
from tests.load.processors import Meter
from tests.load.report import Table
from tests.load.steady import KEPT

ITEMS = int(os.environ.get("BACKLOG", "20000"))
PACE = 600  # a second, while they are delivered
SLOWEST = 5  # messages a second; who is slower than that is not waited for
PARTS = 10
PAUSE = max(0.3, ITEMS / 50_000)  # of a reader who reads; to count what is done costs more when there is more
PAGES = ("/inbox/", "/leads/")
DONE = """
    SELECT count(*) FROM conversations_inbounditem
    WHERE kind = 'message' AND state = 'done' AND external_id LIKE 'wamid.LOAD%%'
"""


@dataclass(frozen=True)
class Moment:
    """How far it was after so many seconds of draining, and how long the page read just then took."""

    at: float
    done: int
    page: float


def measure(house: House) -> dict[str, Any]:
    """Deliver with the workers held still, read pages, let the workers go, read pages until the last is done."""
    reader, done_before = rep(house), house.count(DONE)
    with workers_stopped(house):
        kept = _fill(house)
        _read_some(reader, 10)  # the first of a fresh house is slow, and says nothing of a backlog
        idle = _read_some(reader, 100)
        meter = Meter(house)
    seen = _drain(house, reader, done_before, kept)
    rates = rates_by_part([(moment.at, moment.done) for moment in seen], kept, PARTS)
    busy = [moment.page for moment in seen[1:]]
    return {
        "items": kept,
        "seconds": round(seen[-1].at, 1),
        "per_second": round(kept / seen[-1].at, 1),
        "rates": rates,
        "pages": _pages(seen, kept),
        "slowest_to_fastest": round(min(rates) / max(rates), 2),
        "page_p95": {"before": _ms(idle), "during": _ms(busy)},
        "page_ratio": round(percentile(busy, 95) / percentile(idle, 95), 2),
        "processor_ms_each": meter.milliseconds_each(kept),
    }


def _fill(house: House) -> int:
    """How many wait now."""
    before = house.count(KEPT)
    leg = keep_pace(house.port, HOOK, clients=64, rate=PACE, seconds=ITEMS / PACE)
    kept = house.count(KEPT) - before
    if kept != leg.statuses.get(200, 0) or kept < ITEMS:
        raise RuntimeError(f"{leg.statuses} answered, {kept} rows kept")
    return kept


def _drain(house: House, reader: Reader, done_before: int, kept: int) -> list[Moment]:
    """What was seen from time to time until all is done; each part is told when it begins."""
    began, seen = time.monotonic(), [Moment(0.0, 0, 0.0)]
    for page in itertools.cycle(PAGES):
        took = _read(reader, page)
        time.sleep(PAUSE)
        seen.append(Moment(time.monotonic() - began, house.count(DONE) - done_before, took))
        _tell(seen, kept)
        if seen[-1].done >= kept:
            break
        if seen[-1].at > kept / SLOWEST:
            raise RuntimeError(f"only {seen[-1].done} of {kept} in {seen[-1].at:.0f} seconds")
    return seen


def _tell(seen: list[Moment], kept: int) -> None:
    """Say so when another part is drained: it can take an hour."""
    before, now = (moment.done * PARTS // kept for moment in seen[-2:])
    if now > before:
        print(f"{now} of {PARTS} drained after {seen[-1].at:.0f} s", file=sys.stderr, flush=True)


def _read_some(reader: Reader, times: int) -> list[float]:
    """How long each took, the pages in turn."""
    return [_read(reader, page) for page in itertools.islice(itertools.cycle(PAGES), times)]


def _read(reader: Reader, page: str) -> float:
    reader.read(page)
    return reader.seconds


def _pages(seen: list[Moment], kept: int) -> list[float]:
    """The pages' 95th of a hundred while each part of it was drained; 0 where none was read."""
    of_part: list[list[float]] = [[] for _ in range(PARTS)]
    for moment in seen[1:]:
        of_part[min(PARTS - 1, moment.done * PARTS // kept)].append(moment.page)
    return [_ms(pages) if pages else 0.0 for pages in of_part]


def _ms(seconds: list[float]) -> float:
    return round(percentile(seconds, 95) * 1000, 1)


def table(found: dict[str, Any]) -> Table:
    """A line for each tenth, and one for all of it."""
    pages = found["page_p95"]
    parts = zip(found["rates"], found["pages"], strict=True)
    rows = [(f"{n} of {PARTS}", rate, page) for n, (rate, page) in enumerate(parts, 1)]
    whole = (f"all {found['items']} in {found['seconds']} s", found["per_second"],
             f"{pages['during']} (before: {pages['before']}, {found['page_ratio']} times)")  # fmt: skip
    used = ", ".join(f"{name} {ms}" for name, ms in found["processor_ms_each"].items())
    title = f"Backlog; processor time a message, ms: {used}"
    return Table(title, ("drained", "messages per s", "page p95 ms"), [*rows, whole])
