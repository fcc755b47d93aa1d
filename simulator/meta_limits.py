"""Meta's limits on sending: the 24-hour window, the pair rate, the throughput of a number."""

from dataclasses import dataclass

from simulator.books import Books
from simulator.clock import Clock

WINDOW = 24 * 3600.0
PAIR_SECONDS = 6.0
PAIR_BURST = 45


@dataclass
class Bucket:
    """So many at once, refilled steadily."""

    size: float
    per_second: float
    level: float
    seen: float

    def take(self, now: float) -> bool:
        """Takes one if there is one; `now` in seconds never goes back."""
        self.level = min(self.size, self.level + (now - self.seen) * self.per_second)
        self.seen = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


class Limits:
    """The state of the limits; the window is read from the books, the buckets start full at each start."""

    def __init__(self, books: Books, clock: Clock) -> None:
        """Nothing is used up yet."""
        self._books = books
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._shut: dict[tuple[str, str], float] = {}

    def shut_window(self, number: str, person: str) -> None:
        """The window of this person is closed from now on, whatever the clock says, until they write again."""
        self._shut[number, person] = self._clock.now()

    def is_shut(self, number: str, person: str) -> bool:
        """Whether the window was closed on demand and the person has not written since."""
        at = self._shut.get((number, person))
        return at is not None and (self._books.last_said(number, person) or 0.0) <= at

    def window_open(self, number: str, person: str) -> bool:
        """Whether this person wrote to this number in the last 24 hours of the simulated clock."""
        last = self._books.last_said(number, person)
        return last is not None and self._clock.now() - last < WINDOW

    def pair_allows(self, number: str, person: str) -> bool:
        """Takes one from the pair's 45, refilled by one in 6 s."""
        return self._take((number, person), PAIR_BURST, 1 / PAIR_SECONDS)

    def throughput_allows(self, number: str, per_second: int) -> bool:
        """Takes one from the number's second; 0 allows all."""
        return not per_second or self._take((number, ""), per_second, per_second)

    def clear(self) -> None:
        """Fills all buckets, and nobody's window is shut."""
        self._buckets.clear()
        self._shut.clear()

    def _take(self, key: tuple[str, str], size: float, per_second: float) -> bool:
        now = self._clock.now()
        bucket = self._buckets.setdefault(key, Bucket(size, per_second, size, now))
        return bucket.take(now)
