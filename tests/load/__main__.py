"""`make load`: every benchmark beside its floor, in one house; `make load ARGS="intake pages"` some of them."""

import contextlib
import signal
import sys
import time
from datetime import datetime
from typing import Any

from tests.load import (
    answers,
    backlog,
    flood,
    intake,
    mutations,
    pages,
    report,
    slow_agent,
    sockets,
    sockets_1000,
    steady,
    visible,
)
from tests.load.houses import House, machine, running_house

# In this order: what comes later leaves more rows behind.
PARTS = {
    "visible": visible,
    "answers": answers,
    "sockets": sockets,
    "sockets_1000": sockets_1000,
    "pages": pages,
    "intake": intake,
    "steady": steady,
    "backlog": backlog,
    "flood": flood,
    "slow_agent": slow_agent,
    "mutations": mutations,
}


def main(names: list[str]) -> int:
    """Measure, print, keep. The exit code: 0, or 2 for a name nobody knows."""
    if unknown := set(names) - PARTS.keys():
        sys.stderr.write(f"There is no {', '.join(sorted(unknown))}. Choose from: {', '.join(PARTS)}.\n")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the house is stopped and removed all the same
    chosen = [name for name in PARTS if name in names or not names]
    needs_one = not all(getattr(PARTS[name], "HAS_OWN_HOUSE", False) for name in chosen)
    with running_house() if needs_one else contextlib.nullcontext() as house:
        for name in chosen:
            _measure(house, name)
    return 0


def _measure(house: House | None, name: str) -> None:
    """One part: kept as soon as it is there."""
    part: Any = PARTS[name]
    began, before = time.monotonic(), machine()
    found = part.measure(house)
    took = round(time.monotonic() - began, 1)
    path = report.keep(
        {name: {"machine": before, "seconds": took, **found}}, datetime.now().astimezone().date()
    )
    sys.stdout.write(
        f"{part.table(found).text()}\n\nload before: {before['load']}; {took} s; kept in {path.name}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
