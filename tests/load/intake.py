"""Webhooks in: the product's hook beside a bare durable accept, with the workers stopped and running."""

import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.journeys.world import HOOK
from tests.load.figures import pairwise_ratio, spread
from tests.load.houses import House
from tests.load.knocks import Leg, knock
from tests.load.report import Table

CLIENTS = (32, 8, 1)
ROUNDS = 5
SECONDS = 1.5  # a leg
KEPT = {
    # ours alone: the provider brings receipts of the answers that go out meanwhile
    "product": "SELECT count(*) FROM conversations_inbounddelivery WHERE position('wamid.LOAD'::bytea in body) > 0",
    "bare view": "SELECT count(*) FROM floor_delivery",
    "raw": "SELECT count(*) FROM floor_delivery",
}
DONE = "SELECT count(*) FROM conversations_inbounddelivery WHERE state = 'done'"


@dataclass
class Side:
    """One server under knocks."""

    port: int
    path: str
    legs: list[Leg] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Medians over the rounds, percentiles over all answers."""
        return {
            "per_second": round(median(leg.rate for leg in self.legs), 1),
            "rates": [round(leg.rate, 1) for leg in self.legs],
            **spread([each for leg in self.legs for each in leg.waited]),
            "client_share_of_a_core": round(max(leg.own_share for leg in self.legs), 2),
        }


def measure(house: House) -> dict[str, Any]:
    """Workers first running (with the backlog these knocks make), then stopped."""
    found: dict[str, Any] = {"durable": _durable(house), "with_workers": {}, "without_workers": {}}
    _sides(house)  # the bare servers are up before anything counts
    before = house.count(DONE)
    found["with_workers"]["32"] = _beside(house, 32)
    found["with_workers"]["deliveries_worked_off"] = house.count(DONE) - before
    with workers_stopped(house):
        for clients in CLIENTS:
            found["without_workers"][str(clients)] = _beside(house, clients)
    return found


def _durable(house: House) -> dict[str, str]:
    """What a commit means here."""
    return {name: str(house.ask(f"SHOW {name}")[0][0]) for name in ("fsync", "synchronous_commit")}


def _sides(house: House) -> dict[str, Side]:
    bare, raw = (
        house.floor("tests.load.floor.asgi:application"),
        house.floor("tests.load.floor.raw:application"),
    )
    return {
        "product": Side(house.port, HOOK),
        "bare view": Side(bare, "/accept/"),
        "raw": Side(raw, "/accept/"),
    }


def _beside(house: House, clients: int) -> dict[str, Any]:
    """All sides in turn, round by round; a side whose rows are not its answers makes the figures worthless."""
    sides = _sides(house)
    for side in sides.values():
        knock(side.port, side.path, clients=clients, seconds=0.3)
    for _ in range(ROUNDS):
        for name, side in sides.items():
            before = house.count(KEPT[name])
            leg = knock(side.port, side.path, clients=clients, seconds=SECONDS)
            kept, answered = house.count(KEPT[name]) - before, leg.statuses.get(200, 0)
            if leg.statuses.keys() != {200} or kept != answered:
                raise RuntimeError(f"{name}: {leg.statuses} answered, {kept} rows kept")
            side.legs.append(leg)
    rates = {name: [leg.rate for leg in side.legs] for name, side in sides.items()}
    return {
        **{name: side.figures() for name, side in sides.items()},
        "times_slower_than_bare_view": pairwise_ratio(rates["bare view"], rates["product"]),
        "times_slower_than_raw": pairwise_ratio(rates["raw"], rates["product"]),
    }


@contextlib.contextmanager
def workers_stopped(house: House) -> Iterator[None]:
    """The workers hold still; they are part of a process group of their own."""
    group = house.stack.pids("worker")
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def table(found: dict[str, Any]) -> Table:
    """One line per side."""
    rows = []
    for state in ("with_workers", "without_workers"):
        for clients, sides in found[state].items():
            if clients.isdigit():
                rows += [_row(state, clients, name, sides) for name in KEPT]
    return Table(
        "Webhook intake",
        ("workers", "clients", "server", "per s", "p50 ms", "p95 ms", "p99 ms", "times slower"),
        rows,
    )


def _row(state: str, clients: str, name: str, sides: dict[str, Any]) -> tuple[Any, ...]:
    figures, workers = sides[name], "running" if state == "with_workers" else "stopped"
    ratios = {
        "bare view": sides["times_slower_than_bare_view"],
        "raw": sides["times_slower_than_raw"],
        "product": "",
    }
    return (workers, clients, name, figures["per_second"], figures["p50"], figures["p95"], figures["p99"],
            ratios[name] and f"product {ratios[name]}")  # fmt: skip
