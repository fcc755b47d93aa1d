"""Delivers webhooks to the product: at least once, again after every refusal, for up to seven days.

Every update is a row of the store before anybody is told about it, so a killed world goes on where it was.
Two updates of one person are not in flight together unless `shuffle` is on; one that waits for its retry
holds nobody back. Meta promises no order either; this only keeps a demo from surprising people.
"""

import asyncio
import heapq
import json
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.clock import Clock
from simulator.door import Door, is_taken
from simulator.envelopes import envelope
from simulator.faults import WebhookFaults
from simulator.numbers import Numbers
from simulator.settings import Dials
from simulator.signing import corrupted, meta_signature
from simulator.store import Store

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 3600.0)
GIVE_UP_AFTER = 7 * 86400.0
LINGER = 0.3  # seconds an update waits for company while batches are asked for
IDLE = 5.0  # look again at least this often


@dataclass(order=True)
class Update:
    """One change on its way: a message or a status."""

    due: float
    n: int
    number: str = field(compare=False)
    person: str = field(compare=False)
    kind: str = field(compare=False)
    wamid: str = field(compare=False)
    change: str = field(compare=False)
    created: float = field(compare=False)
    attempts: int = field(compare=False, default=0)


class Delivery:
    """The engine: a heap of due updates and a bounded number of posts at work."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        numbers: Numbers,
        dials: Dials,
        *,
        door: Door,
    ) -> None:
        """Takes up the undelivered updates of an earlier run; `door` is the product's."""
        self._store, self._clock, self._numbers = store, clock, numbers
        self._dials, self._door = dials, door
        self.faults = WebhookFaults()
        self.on_delivered: Callable[[Update], None] = lambda update: None
        self._heap: list[Update] = []
        self._busy: set[tuple[str, str]] = set()
        self._behind: dict[tuple[str, str], deque[Update]] = defaultdict(deque)
        self._posts: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._load()

    def add(
        self,
        number: str,
        person: str,
        kind: str,
        change: dict[str, Any],
        *,
        due: float,
        wamid: str,
        status: str = "",
    ) -> None:
        """Books an update to be delivered at `due` (simulated unix seconds)."""
        lost = self.faults.lose > 0 and self.faults.dice.random() < self.faults.lose
        due += self.faults.lateness() + (LINGER if self.faults.batch > 1 else 0)
        text, now = json.dumps(change), self._clock.now()
        columns = "number, person, kind, wamid, status, change, created, due, state"
        values = (number, person, kind, wamid, status, text, now, due, "lost" if lost else "pending")
        n = self._store.write(f"INSERT INTO webhooks ({columns}) VALUES (?,?,?,?,?,?,?,?,?)", values)  # noqa: S608
        if not lost:
            heapq.heappush(self._heap, Update(due, n, number, person, kind, wamid, text, now))
            self.wake()

    def wake(self) -> None:
        """Looks at what is due now (after the clock was pushed, a fault lifted)."""
        self._wake.set()

    def start(self) -> None:
        """Begins to deliver."""
        self._runner = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stops at once; what is in flight counts as undelivered."""
        tasks = [self._runner, *self._posts]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._door.close()

    async def forget(self) -> None:
        """Drops everything that waits and everything in flight."""
        posts = list(self._posts)
        for task in posts:
            task.cancel()
        await asyncio.gather(*posts, return_exceptions=True)
        self._heap.clear()
        self._busy.clear()
        self._behind.clear()
        self._moved.set()

    @property
    def settled(self) -> bool:
        """Nothing is in flight or waits."""
        return not (self._heap or self._posts or any(self._behind.values()))

    async def settle(self) -> None:
        """Returns once nothing is in flight or waits."""
        while not self.settled:
            self._moved.clear()
            await self._moved.wait()

    def replay_all(self) -> int:
        """Everything that was taken comes once more, now, in any order; answers how many updates that are."""
        now, names = self._clock.now(), ("n", "number", "person", "kind", "wamid", "change", "created")
        rows = self._store.rows("SELECT * FROM webhooks WHERE state = 'delivered'")
        for row in rows:
            self._replay(Update(now, **{name: row[name] for name in names}), now)
        self.wake()
        return len(rows)

    def _load(self) -> None:
        for row in self._store.rows("SELECT * FROM webhooks WHERE state = 'pending'"):
            names = ("due", "n", "number", "person", "kind", "wamid", "change", "created", "attempts")
            heapq.heappush(self._heap, Update(**{name: row[name] for name in names}))

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            pause = self._start_due()
            # not wait_for: before Python 3.12 a stop that meets a wake would be swallowed by it
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    def _start_due(self) -> float:
        """Starts what is due while hands are free; answers the seconds until the next is due."""
        while self._heap and len(self._posts) < self._dials.now.webhook_workers:
            if (pause := self._heap[0].due - self._clock.now()) > 0:
                return min(pause, IDLE)
            update = heapq.heappop(self._heap)
            key = (update.number, update.person)
            if key in self._busy:
                self._behind[key].append(update)
                continue
            self._busy |= set() if self.faults.shuffle else {key}
            self._begin([update, *self._company(update)])
        return IDLE

    def _company(self, first: Update) -> list[Update]:
        """Further updates of the same number that ride in the same POST when batches are asked for."""
        horizon = self._clock.now() + LINGER
        company: list[Update] = []
        apart: list[Update] = []
        while self._heap and len(company) < self.faults.batch - 1 and self._heap[0].due <= horizon:
            update = heapq.heappop(self._heap)
            (company if update.number == first.number else apart).append(update)
        for update in apart:
            heapq.heappush(self._heap, update)
        return company

    def _begin(self, updates: list[Update]) -> None:
        task = asyncio.create_task(self._deliver(updates))
        self._posts.add(task)
        task.add_done_callback(lambda done: self._ended(done, updates[0]))

    def _ended(self, task: asyncio.Task[None], first: Update) -> None:
        """Lets the person's next update go; a defect of ours is shown, not swallowed."""
        self._posts.discard(task)
        key = (first.number, first.person)
        self._busy.discard(key)
        for update in self._behind.pop(key, ()):
            heapq.heappush(self._heap, update)
        self.wake()
        self._moved.set()
        if not task.cancelled() and (failure := task.exception()):
            asyncio.get_running_loop().call_exception_handler({"message": "delivery", "exception": failure})

    async def _deliver(self, updates: list[Update]) -> None:
        number = self._numbers.get(updates[0].number)
        if number is None:
            return self._put_off(updates, None)
        body = envelope([(number, json.loads(update.change)) for update in updates])
        signature = meta_signature(body, number.app_secret)
        if self.faults.corrupt_signature:
            signature = corrupted(signature)
        copies = self.faults.copies()
        self._use_up(len(updates))
        results = await asyncio.gather(*(self._door.post(number, body, signature) for _ in range(copies)))
        code = next((each["code"] for each in results if is_taken(each["code"])), results[0]["code"])
        return self._arrived(updates, code) if is_taken(code) else self._put_off(updates, code)

    def _use_up(self, count: int) -> None:
        """Faults with `times` are over after so many updates."""
        if self.faults.times:
            self.faults.times -= count
            if self.faults.times <= 0:
                self.faults = WebhookFaults()

    def _arrived(self, updates: list[Update], code: int | None) -> None:
        now = self._clock.now()
        sql = "UPDATE webhooks SET state='delivered', code=?, delivered=?, attempts=attempts+1 WHERE n=?"
        for update in updates:
            self._store.write(sql, (code, now, update.n))
            self.on_delivered(update)
            if self.faults.is_replayed():
                self._replay(update, now + self.faults.replay_after)

    def _replay(self, update: Update, due: float) -> None:
        """Books an update once more, as if nobody had taken it."""
        columns = "number, person, kind, wamid, status, change, created"
        chosen = f"SELECT {columns}, ?, 'pending' FROM webhooks WHERE n = ?"  # noqa: S608
        sql = f"INSERT INTO webhooks ({columns}, due, state) {chosen}"
        n = self._store.write(sql, (due, update.n))
        heapq.heappush(self._heap, replace(update, due=due, n=n, attempts=0))

    def _put_off(self, updates: list[Update], code: int | None) -> None:
        """Plans the next try after 0.5, 1, 2, 5, 10 s ... (simulated), or gives up after 7 days."""
        now = self._clock.now()
        sql = "UPDATE webhooks SET code=?, attempts=?, due=?, state=? WHERE n=?"
        for update in updates:
            pause = min(PAUSES[min(update.attempts, len(PAUSES) - 1)], self._dials.now.retry_cap)
            update.attempts += 1
            update.due = now + pause
            over = now - update.created > GIVE_UP_AFTER
            self._store.write(
                sql, (code, update.attempts, update.due, "given_up" if over else "pending", update.n)
            )
            if not over:
                heapq.heappush(self._heap, update)
