"""Processor time by program. On a machine that others use too it says more than the clock does."""

import os
from pathlib import Path

from tests.load.houses import House

PROGRAMS = ("worker", "web", "postgres", "valkey")
TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """What each program of a house, with the processes it started, has used since now."""

    def __init__(self, house: House) -> None:
        """Begin."""
        pids = house.stack.pids()
        self._pids = {name: pids[name] for name in PROGRAMS if name in pids}
        self._before = self._used()

    def milliseconds_each(self, things: int) -> dict[str, float]:
        """Milliseconds of a processor by program, for each of so many things that were done meanwhile."""
        now = self._used()
        return {name: round((now[name] - before) / things * 1000, 2) for name, before in self._before.items()}

    def _used(self) -> dict[str, float]:
        found = _processes()
        return {name: sum(found[each][1] for each in _family(found, pid)) for name, pid in self._pids.items()}


def _family(found: dict[int, tuple[int, float]], pid: int) -> list[int]:
    """A process and all that come from it."""
    if pid not in found:
        return []
    return [pid] + [
        each for child, (parent, _) in found.items() if parent == pid for each in _family(found, child)
    ]


def _processes() -> dict[int, tuple[int, float]]:
    """Parent and seconds of every process; those of children that have ended count as their parent's."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        found[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15])) / TICKS
    return found
