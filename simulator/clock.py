"""The simulated clock: real time plus an offset that tests push forward."""

import re
import time
from datetime import UTC, datetime

from simulator.refusals import BadRequestError
from simulator.store import Store

SECONDS_PER = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Clock:
    """Tells the simulated time in unix seconds; the offset survives a restart."""

    def __init__(self, store: Store) -> None:
        """Takes up the offset kept by an earlier run."""
        self._store = store
        self.offset = float(store.fact("clock_offset", 0.0))

    def now(self) -> float:
        """Unix seconds of the simulated clock."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Pushes the clock forward; a negative number of seconds is refused."""
        if seconds < 0:
            raise BadRequestError("the clock only goes forward")
        self.offset += seconds
        self._store.keep_fact("clock_offset", self.offset)

    def reset(self) -> None:
        """Back to real time."""
        self.offset = 0.0
        self._store.keep_fact("clock_offset", 0.0)


def seconds_of(duration: object) -> float:
    """Seconds in `25h`, `90s`, `7d`, `1.5m` or a plain number; raises BadRequestError for anything else."""
    if isinstance(duration, int | float) and not isinstance(duration, bool):
        return float(duration)
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", str(duration).strip())
    if not found:
        raise BadRequestError(f"not a duration: {duration!r}; write 25h, 90s, 7d or a number of seconds")
    return float(found[1]) * SECONDS_PER[found[2] or "s"]


def iso(moment: float | None) -> str | None:
    """Unix seconds as ISO 8601 UTC with microseconds; None stays None."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()
