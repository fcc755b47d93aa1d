"""Faults on demand: of the Graph's answers, and of webhooks on their way out. Seeded, to be repeatable."""

import random
from dataclasses import dataclass, field, fields
from typing import Any

from simulator.clock import seconds_of
from simulator.refusals import BadRequestError

MATCHERS = {"path", "to", "text", "number"}


@dataclass
class Fault:
    """What goes wrong with a matching request, and how often (`times` 0 is for ever)."""

    match: dict[str, str] = field(default_factory=dict)
    times: int = 1
    rate: float = 1.0
    status: int | None = None
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False  # accept nothing, close the connection
    reset_after_accept: bool = False  # the message IS accepted, the connection is reset before the answer
    hits: int = 0

    def fits(self, request: dict[str, str]) -> bool:
        """Whether every given word is contained in the request's part of that name."""
        return all(
            str(word).lstrip("+" if name == "to" else "") in request.get(name, "")
            for name, word in self.match.items()
        )


class Faults:
    """The faults waiting for Graph requests, oldest first."""

    def __init__(self) -> None:
        """Nothing goes wrong until asked."""
        self.clear()

    def clear(self, seed: int = 1) -> None:
        """Forgets all faults; `seed` decides who is hit by faults with a rate."""
        self.waiting: list[Fault] = []
        self.seed = seed
        self._random = random.Random(seed)

    def add(self, given: dict[str, Any]) -> Fault:
        """Adds a fault from the control API's words; refuses unknown ones."""
        allowed = {each.name for each in fields(Fault)} - {"hits"}
        if unknown := set(given) - allowed:
            raise BadRequestError(
                f"unknown in a fault: {', '.join(sorted(unknown))}; known: {', '.join(sorted(allowed))}"
            )
        fault = Fault(**{**given, "delay": seconds_of(given.get("delay", 0))})
        if unknown := set(fault.match) - MATCHERS:
            raise BadRequestError(
                f"a fault matches by {', '.join(sorted(MATCHERS))}, not by {', '.join(sorted(unknown))}"
            )
        self.waiting.append(fault)
        return fault

    def take(self, request: dict[str, str]) -> Fault | None:
        """The first fault that hits this request (parts: path, to, text, number), used up by one."""
        for fault in self.waiting:
            if fault.fits(request) and (fault.rate >= 1 or self._random.random() < fault.rate):
                fault.hits += 1
                if fault.times and fault.hits >= fault.times:
                    self.waiting.remove(fault)
                return fault
        return None


@dataclass
class WebhookFaults:
    """What goes wrong with webhooks until it is replaced."""

    duplicate: int = 0  # extra copies, sent at the same moment
    duplicate_rate: float = 1.0  # probability that an update has copies
    replay: float = (
        0.0  # probability that an update that was taken comes once more, `replay_after` seconds later
    )
    replay_after: float = 5.0
    shuffle: bool = False  # each up to `spread` seconds later, so in any order
    spread: float = 0.5
    delay: float = 0.0
    corrupt_signature: bool = False
    batch: int = 1  # up to so many updates in one POST
    lose: float = 0.0  # probability that an update is never sent at all
    times: int = 0  # updates after which it is over; 0 is until replaced
    seed: int = 1

    def __post_init__(self) -> None:
        """Starts the dice."""
        self.dice = random.Random(self.seed)

    @classmethod
    def of(cls, given: dict[str, Any]) -> "WebhookFaults":
        """From the control API's words; refuses unknown ones."""
        allowed = {each.name for each in fields(cls)}
        if unknown := set(given) - allowed:
            raise BadRequestError(f"unknown in webhook faults: {', '.join(sorted(unknown))}")
        return cls(**{**given, "delay": seconds_of(given.get("delay", 0))})

    def copies(self) -> int:
        """How often the next update is sent at once."""
        is_doubled = self.duplicate and (self.duplicate_rate >= 1 or self.dice.random() < self.duplicate_rate)
        return 1 + self.duplicate if is_doubled else 1

    def is_replayed(self) -> bool:
        """Whether the update that was just taken comes again later."""
        return self.replay > 0 and self.dice.random() < self.replay

    def lateness(self) -> float:
        """Seconds by which the next update starts late."""
        return self.delay + (self.dice.random() * self.spread if self.shuffle else 0.0)
