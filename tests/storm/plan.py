"""What happens in a storm, all of it decided by the seed before it begins."""

import random
from dataclasses import asdict, dataclass, field
from typing import Any

LINES = (
    "Hello, is anybody there?",
    "We have a bakery in Austin",
    "Can you tell me more about what you do?",
    "I would like a website",
    "Do you also take photos?",
    "And how long does that take?",
    "ok",
    "Thanks, that helps",
    "What do you need from me?",
    "We are open on Sundays too",
)
POINTS = ("before claim", "after claim", "after model", "before commit", "after commit", "after send")
MALFORMED = ("half", "list", "deep", "shapes", "binary")
EACH = 5  # messages of a customer, about


@dataclass(frozen=True)
class Act:
    """Something that happens `at` so many seconds after the beginning."""

    at: float
    kind: str
    whom: str = ""
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Size:
    """How much of everything. `rate`: messages a second while it storms."""

    messages: int
    rate: float
    kills: int
    stops: int
    empties: int
    freezes: int
    freeze_seconds: float
    is_long: bool

    @property
    def seconds(self) -> float:
        """How long it storms."""
        return self.messages / self.rate

    @classmethod
    def of(cls, messages: int) -> "Size":
        """From so many messages: a kill for each 40 of them, at least ten."""
        is_long = messages >= 300
        return cls(
            messages=messages,
            rate=min(20.0, max(8.0, messages / 50)),
            kills=max(10, messages // 40),
            stops=max(1, min(6, messages // 700)) if is_long else 1,
            empties=max(1, min(4, messages // 1000)),
            freezes=2 if is_long else 0,
            freeze_seconds=20.0 if messages >= 3000 else 8.0,
            is_long=is_long,
        )


def make_plan(seed: int, size: Size) -> list[Act]:
    """The whole storm, in order."""
    chance = random.Random(seed)
    acts = [
        *_customers(chance, size),
        *_malformed(chance, size),
        *_kills(chance, size),
        *_servers(chance, size),
        *_accounts(random.Random(f"accounts {seed}"), size),
        *_memories(random.Random(f"memories {seed}"), size),
    ]
    acts += _windows(random.Random(f"windows {seed}"), acts)
    return sorted(acts, key=lambda act: (act.at, act.kind, act.whom))


def _customers(chance: random.Random, size: Size) -> list[Act]:
    """Many people at the same time, each with several messages in bursts; some meet a rep."""
    acts, left, number = [], size.messages, 0
    poison = round(size.messages * 0.004)
    while left > 0:
        count = min(left, chance.randint(2, 2 * EACH - 2))
        left, number = left - count, number + 1
        whom = f"1555{number:07d}"
        times = _bursts(chance, count, size.seconds)
        acts += [
            Act(at, "say", whom, {"text": f"{chance.choice(LINES)} ({n})"}) for n, at in enumerate(times)
        ]
        if chance.random() < 0.2:
            acts += _rep(chance, whom, times[0], size.seconds)
    victims = chance.sample([act for act in acts if act.kind == "say"], max(2, poison))
    for place, act in enumerate(victims):
        kills = size.is_long and place < max(1, poison // 5)
        act.given["text"] = "storm: this kills" if kills else "storm: this raises"
    if size.is_long:  # eight tries, each after a lease: it needs the time
        victims = [act for act in victims if "kills" in act.given["text"]]
        moved = {
            id(act): Act(chance.uniform(0, size.seconds / 3), "say", act.whom, act.given) for act in victims
        }
        acts = [moved.get(id(act), act) for act in acts]
    return acts


def _bursts(chance: random.Random, count: int, seconds: float) -> list[float]:
    """Moments of a person's messages: some close together, some far apart."""
    at, found = chance.uniform(0, seconds * 0.7), []
    for _ in range(count):
        found.append(at)
        at = min(seconds, at + chance.choice((0.1, 0.4, 1.5, 6.0, 15.0)) * chance.uniform(0.5, 1.5))
    return found


def _rep(chance: random.Random, whom: str, first: float, seconds: float) -> list[Act]:
    """A rep takes over, answers, and sometimes gives back."""
    at = first + chance.uniform(0.3, 4.0)
    acts = [Act(at, "take_over", whom)]
    for n in range(chance.randint(1, 3)):
        at += chance.uniform(0.2, 3.0)
        acts.append(Act(at, "write", whom, {"text": f"Rep here ({n})"}))
    if chance.random() < 0.6:
        acts.append(Act(at + chance.uniform(0.5, 5.0), "give_back", whom))
    return [act for act in acts if act.at < seconds]


def _malformed(chance: random.Random, size: Size) -> list[Act]:
    """Signed bodies that nobody can read."""
    count = max(len(MALFORMED), round(size.messages * 0.002))
    kinds = [MALFORMED[n % len(MALFORMED)] for n in range(count)]
    return [Act(chance.uniform(0, size.seconds), "post", kind) for kind in kinds]


def _kills(chance: random.Random, size: Size) -> list[Act]:
    """Mostly the children of the worker, at any moment or at a chosen point; now and then a whole program."""
    kinds = ["child"] * 10 + ["barrier"] * 6 + ["web"] * 2 + ["worker", "scheduler", "pair"]
    acts = []
    for n in range(size.kills):
        kind = kinds[n % len(kinds)] if n >= len(POINTS) else "barrier"
        at = (n + chance.uniform(0.1, 0.9)) * size.seconds / size.kills
        whom = chance.choice(("web worker", "scheduler child", "web child")) if kind == "pair" else kind
        acts.append(Act(at, "kill", POINTS[n % len(POINTS)] if kind == "barrier" else whom))
    return acts


def _servers(chance: random.Random, size: Size) -> list[Act]:
    """The database and the queue: stopped, killed, emptied, frozen."""
    how = ["immediate", "immediate", "kill -9", "immediate", "immediate", "fast", "immediate"]
    wanted = [("stop", how[n % len(how)]) for n in range(size.stops + (size.stops >= 5))]
    wanted += [("empty", "valkey")] * size.empties
    wanted += [("freeze", ("valkey", "postgres")[n % 2]) for n in range(size.freezes)]
    wanted += [("twin", "scheduler")] * size.is_long
    chance.shuffle(wanted)
    slot = size.seconds * 0.9 / len(wanted)
    return [
        Act((n + chance.uniform(0.2, 0.8)) * slot, kind, whom, {"seconds": size.freeze_seconds})
        for n, (kind, whom) in enumerate(wanted)
    ]


def _accounts(chance: random.Random, size: Size) -> list[Act]:
    """The token of each number expires once, one after the other; after a while somebody sets a new one."""
    seconds = 20.0 if size.is_long else 4.0
    return [
        Act((n + chance.uniform(0.2, 0.6)) * size.seconds / 2, "expire", whom, {"seconds": seconds})
        for n, whom in enumerate(("1", "2") if size.is_long else ("1",))
    ]


def _windows(chance: random.Random, acts: list[Act]) -> list[Act]:
    """The provider says of some people that their window is closed, a moment after they wrote."""
    said = [act for act in acts if act.kind == "say"]
    some = chance.sample(said, max(2, len(said) // 50))
    return [Act(act.at + chance.uniform(0.1, 2.0), "shut", act.whom) for act in some]


def _memories(chance: random.Random, size: Size) -> list[Act]:
    """The queue starts with what was in it some time ago: everything asked for since is forgotten, what is done
    is asked for again."""
    if not size.is_long:
        return []
    then, now = chance.uniform(0.1, 0.3) * size.seconds, chance.uniform(0.5, 0.8) * size.seconds
    return [Act(then, "remember", "valkey"), Act(now, "turn_back", "valkey")]


def as_json(acts: list[Act]) -> list[dict[str, Any]]:
    """The plan as it is kept."""
    return [asdict(act) for act in acts]
