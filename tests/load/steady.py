"""Webhooks at a steady pace while the worker is busy answering, then a burst: how long a provider waits."""

from typing import Any

from tests.journeys.world import HOOK
from tests.load.figures import spread
from tests.load.houses import House
from tests.load.knocks import keep_pace
from tests.load.report import Table

LEGS = {"steady": (200, 30.0), "burst": (500, 10.0)}  # deliveries a second, seconds
CLIENTS = 64
KEPT = "SELECT count(*) FROM conversations_inbounddelivery WHERE position('wamid.LOAD'::bytea IN body) > 0"
DONE = "SELECT count(*) FROM conversations_inbounditem WHERE state = 'done'"
ANSWERED = "SELECT count(*) FROM agents_turn WHERE outcome = 'published'"


def measure(house: House) -> dict[str, Any]:
    """Both legs, one after the other; the worker is not waited for, so the burst meets what the first left."""
    return {name: _leg(house, rate, seconds) for name, (rate, seconds) in LEGS.items()}


def _leg(house: House, rate: int, seconds: float) -> dict[str, Any]:
    before = {name: house.count(query) for name, query in _counts().items()}
    leg = keep_pace(house.port, HOOK, clients=CLIENTS, rate=rate, seconds=seconds)
    grown = {name: house.count(query) - before[name] for name, query in _counts().items()}
    answered = leg.statuses.get(200, 0)
    if not answered <= grown["kept"] <= len(leg.waited):  # one that is told to come again may have been kept
        raise RuntimeError(f"{leg.statuses} answered, {grown['kept']} rows kept")
    return {
        "wanted_per_second": rate,
        "per_second": round(leg.rate, 1),
        **spread(leg.waited),
        "not_2xx": sum(n for status, n in leg.statuses.items() if status // 100 != 2),
        "kept": grown["kept"],
        "worked_off": grown["done"],
        "answers": grown["answered"],
        "client_share_of_a_core": round(leg.own_share, 2),
    }


def _counts() -> dict[str, Any]:
    return {"kept": KEPT, "done": DONE, "answered": ANSWERED}


def table(found: dict[str, Any]) -> Table:
    """One line per leg."""
    cells = ("per_second", "n", "p50", "p95", "p99", "longest", "not_2xx", "kept", "worked_off", "answers")
    heads = (
        "leg",
        "per s",
        "n",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "longest ms",
        "not 2xx",
        "kept",
        "worked off",
        "answers",
    )
    return Table(
        "Steady webhooks", heads, [(name, *(leg[cell] for cell in cells)) for name, leg in found.items()]
    )
