"""From a customer's last word to the agent's answer, by the provider's books."""

from typing import Any

from tests.journeys.world import World, until
from tests.load.figures import spread
from tests.load.houses import House
from tests.load.report import Table

CONVERSATIONS = 30
LATENCIES = """
    SELECT t.latency_ms FROM agents_turn t JOIN conversations_conversation c ON c.id = t.conversation_id
    WHERE t.outcome = 'published' AND c.recipient_value LIKE '6281188%%'
"""
WAIT = "SELECT wait_complete, wait_fragment FROM agents_agent LIMIT 1"


def measure(house: House) -> dict[str, Any]:
    """Thirty strangers, one after another: the next writes when the last has his answer."""
    world = World(house.stack)
    numbers = [f"6281188{n:06d}" for n in range(CONVERSATIONS)]
    for number in numbers:
        world.say(number, "Halo kak, saya mau tanya harga paket untuk kedai kopi saya.")
        until(lambda number=number: world.sent_to(number), seconds=30)
    times = [each for number in numbers for each in world.answer_times(number)]
    turns = [ms / 1000 for (ms,) in house.ask(LATENCIES)]
    if len(times) != CONVERSATIONS or len(turns) < CONVERSATIONS:
        raise RuntimeError(f"{len(times)} answers, {len(turns)} turns for {CONVERSATIONS} conversations")
    complete, fragment = house.ask(WAIT)[0]
    waits = {"complete_message": complete, "fragment": fragment}
    return {"answers": spread(times), "turns": spread(turns), "seconds_waited_on_purpose": waits}


def table(found: dict[str, Any]) -> Table:
    """Two lines."""
    wait = found["seconds_waited_on_purpose"]
    names = {
        "answers": f"last word -> answer at the provider (waits {wait['complete_message']} s on purpose)",
        "turns": "the agent's turn alone",
    }
    rows = [
        (text, *(found[name][cell] for cell in ("n", "p50", "p95", "longest")))
        for name, text in names.items()
    ]
    return Table("Answers", ("what", "n", "p50 ms", "p95 ms", "longest ms"), rows)
