"""Strangers answered by a model that takes one to eight seconds: how many at a time, and what is ours of the wait."""

import json
import time
from typing import Any

from config.launcher import children
from tests.journeys.world import World, seconds_between
from tests.load.figures import spread
from tests.load.houses import House, running_house
from tests.load.report import Table
from tests.load.slow_model import SlowModel, running_model

HAS_OWN_HOUSE = True
SEED = 1
CONVERSATIONS = 40
APART = 0.5  # seconds between two strangers
AWAKE_WITHIN = 60.0  # seconds the worker of turns may take to start
PATIENCE = 40.0  # seconds after the last stranger until the rest counts as not answered
TURNS = """
    SELECT c.recipient_value, t.latency_ms FROM agents_turn t
    JOIN conversations_conversation c ON c.id = t.conversation_id
    WHERE t.outcome = 'published' AND c.recipient_value LIKE '6281199%%'
"""


def measure(house: House | None) -> dict[str, Any]:
    """In a house of its own, because a model is an installation's choice; `house` is not asked."""
    with running_model(SEED) as model:
        chosen = {"OPENAI_API_KEY": "test-only-key", "OPENAI_BASE_URL": model.url}
        with running_house(**chosen) as own:
            return _measure(own, model)


def _measure(house: House, model: SlowModel) -> dict[str, Any]:
    if not children.wait_until(lambda: _is_awake(house), seconds=AWAKE_WITHIN, step=0.5):
        raise RuntimeError("the worker of turns does not start")
    world, numbers, began = World(house.stack), _numbers(), time.monotonic()
    for number in numbers:
        world.say(number, "Halo kak, saya mau tanya harga paket untuk kedai kopi saya.")
        time.sleep(APART)
    children.wait_until(lambda: len(_answered(world)) == len(numbers), seconds=PATIENCE, step=0.5)
    took, answered = time.monotonic() - began, _answered(world)
    thought = {number: ms / 1000 for number, ms in house.ask(TURNS)}
    ours = [seconds - thought[number] for number, seconds in answered.items() if number in thought]
    if not ours or not model.calls:
        raise RuntimeError(f"{len(answered)} answers, {len(thought)} turns, {model.calls} calls of the model")
    return {
        "conversations": len(numbers),
        "answered": len(answered),
        "per_second": round(len(answered) / took, 2),
        "calls": model.calls,
        "most_in_flight": model.most_in_flight,
        "all": spread(list(answered.values())),
        "model": spread([thought[number] for number in answered if number in thought]),
        "ours": spread(ours),
    }


def _is_awake(house: House) -> bool:
    """Are all workers there? How long a house takes to start is another measurement's business."""
    status, text = house.stack.get("/health/components")
    return status == 200 and bool(json.loads(text)["components"]["turns"] == "ok")


def _numbers() -> list[str]:
    return [f"6281199{n:06d}" for n in range(CONVERSATIONS)]


def _answered(world: World) -> dict[str, float]:
    """Seconds from the word to the first answer, by who got one."""
    books = world.books()
    said = {row["person"]: row["said_at"] for row in books["inbound"]}
    first: dict[str, str] = {}
    for row in books["messages"]:
        first.setdefault(row["person"], row["accepted_at"])
    return {who: seconds_between(said[who], first[who]) for who in _numbers() if who in first}


def table(found: dict[str, Any]) -> Table:
    """One line."""
    heads = ("strangers", "answered", "per s", "calls", "most in flight", "answer p50 ms", "p95 ms",
             "model p50 ms", "ours p50 ms", "ours p95 ms")  # fmt: skip
    row = (*(found[name] for name in ("conversations", "answered", "per_second", "calls", "most_in_flight")),
           found["all"]["p50"], found["all"]["p95"], found["model"]["p50"], found["ours"]["p50"],
           found["ours"]["p95"])  # fmt: skip
    return Table("A slow model", heads, [row])
