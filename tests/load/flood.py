"""One workspace is flooded with ten thousand messages a minute: what do the customers of another one feel of it?"""

import threading
import time
from typing import Any

from tests.journeys.world import World, until
from tests.load.figures import Figures, spread
from tests.load.houses import House
from tests.load.knocks import Leg, keep_pace
from tests.load.report import Table

PER_MINUTE = 10_000
SECONDS = 60.0
STRANGERS = 25  # of the quiet workspace, one after another, before the flood and in it
PATIENCE = 120.0  # seconds a stranger of the flood may wait
SLUG = "flooded"
NUMBER = {
    "phone_number_id": "100000000000900",
    "display_phone_number": "628110000901",
    "app_secret": "demo-app-secret",
    "verify_token": "test-only-verify",
    "access_token": "test-only-token",
}
RECEIVED = """
    SELECT extract(epoch FROM m.created_at - d.received_at) FROM conversations_message m
    JOIN conversations_inbounditem i ON i.channel_id = m.channel_id AND i.kind = 'message'
      AND i.external_id = m.provider_id
    JOIN conversations_inbounddelivery d ON d.id = i.delivery_id
    JOIN conversations_conversation c ON c.id = m.conversation_id
    WHERE m.direction = 'in' AND c.recipient_value LIKE %s
"""
DONE = """
    SELECT count(*) FROM conversations_inbounditem i JOIN crm_workspace w ON w.id = i.workspace_id
    WHERE i.state = 'done' AND i.kind = 'message' AND w.slug = %s
"""


def measure(house: House) -> dict[str, Any]:
    """Strangers write to the demo: first in peace, then while the other workspace is flooded."""
    _open_the_other(house)
    world = World(house.stack)
    peace = _strangers(house, world, "6281166")
    legs: list[Leg] = []
    flood = threading.Thread(target=lambda: legs.append(_flood(house)))
    flood.start()
    time.sleep(2)  # a backlog has begun
    flooded = _strangers(house, world, "6281167")
    flood.join()
    worked_off = house.count(DONE, SLUG)
    return {
        "sent": len(legs[0].waited),
        "not_2xx": sum(n for status, n in legs[0].statuses.items() if status // 100 != 2),
        "worked_off_by_the_end": worked_off,
        "peace": peace,
        "flooded": flooded,
        "p95_ratio": {
            name: round(flooded[name]["p95"] / peace[name]["p95"], 2) for name in ("received", "answered")
        },
    }


def _open_the_other(house: House) -> None:
    """A workspace with a number of its own, known to the loopback world."""
    house.stack.sim("/_sim/numbers", {**NUMBER, "channel_key": SLUG})
    house.stack.manage("create_workspace", SLUG)
    settings = [part for name, value in NUMBER.items() for part in ("--set", f"{name}={value}")]
    where = ("--workspace", SLUG, "--kind", "whatsapp_meta", "--key", SLUG)
    house.stack.manage("create_channel", *where, *settings)


def _flood(house: House) -> Leg:
    to, path = NUMBER["phone_number_id"].encode(), f"/hooks/whatsapp_meta/{SLUG}/"
    return keep_pace(house.port, path, clients=64, rate=PER_MINUTE / 60, seconds=SECONDS, to=to)


def _strangers(house: House, world: World, prefix: str) -> dict[str, Figures]:
    """One after another, each waiting for his answer: from the door to the row, and from his word to the answer."""
    numbers = [f"{prefix}{n:06d}" for n in range(STRANGERS)]
    for number in numbers:
        world.say(number, "Halo kak, saya mau tanya harga paket untuk kedai kopi saya.")
        until(lambda number=number: world.sent_to(number), seconds=PATIENCE)
    answered = [each for number in numbers for each in world.answer_times(number)]
    received = [float(seconds) for (seconds,) in house.ask(RECEIVED, f"{prefix}%")]
    if len(answered) != STRANGERS or len(received) != STRANGERS:
        raise RuntimeError(f"{len(received)} received, {len(answered)} answered of {STRANGERS}")
    return {"received": spread(received), "answered": spread(answered)}


def table(found: dict[str, Any]) -> Table:
    """Two lines."""
    names = {"received": "door -> row of the message", "answered": "word -> answer at the provider"}
    rows = [
        (text, found["peace"][name]["p50"], found["peace"][name]["p95"], found["flooded"][name]["p50"],
         found["flooded"][name]["p95"], found["p95_ratio"][name])
        for name, text in names.items()
    ]  # fmt: skip
    title = (
        f"Another workspace is sent {found['sent']} messages, {PER_MINUTE} a minute "
        f"({found['not_2xx']} not answered 2xx, {found['worked_off_by_the_end']} worked off by the end)"
    )
    heads = ("what", "p50 ms in peace", "p95", "p50 ms in the flood", "p95", "times")
    return Table(title, heads, rows)
