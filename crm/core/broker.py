"""Redis may be away. Whoever has waited for it in vain says so, and for a moment nobody else waits in turn."""

import time

QUIET = 5.0  # seconds; as long as a sweep takes to find what was not told


class Broker:
    """What this process knows of Redis."""

    def __init__(self) -> None:
        """It is there until somebody has waited in vain."""
        self._away_until = 0.0

    @property
    def is_away(self) -> bool:
        """True for a moment after somebody waited in vain: what would be told is lost, and found by a sweep."""
        return time.monotonic() < self._away_until

    def went_away(self) -> None:
        """Somebody waited in vain."""
        self._away_until = time.monotonic() + QUIET


broker = Broker()
