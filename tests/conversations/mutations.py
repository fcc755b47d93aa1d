"""Deliveries as nobody should make them: real payloads with one thing wrong, the same ones for the same seed."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from tests.conversations.bodies import SIGNED, body_of

STRANGE: list[Any] = [
    None, True, 0, -1, 10**40, 1.5, "", " ", "x" * 5000, "\x00", "\ud800", "\u202e", "9" * 400, [], {}, [[]],
]  # fmt: skip


def mutated(count: int, seed: int) -> Iterator[bytes]:
    """So many bodies."""
    dice = random.Random(seed)
    for _ in range(count):
        yield _mutation(dice, body_of(dice.choice(SIGNED)))


def _mutation(dice: random.Random, body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        return _broken(dice, body)
    if dice.random() < 0.3:
        return _broken(dice, body)
    for _ in range(dice.randint(1, 3)):
        _alter(dice, document)
    return json.dumps(document).encode()


def _alter(dice: random.Random, document: Any) -> None:
    """Drop, retype, nest or repeat one value somewhere."""
    places = list(_places(document))
    if not places:
        return
    holder, key = dice.choice(places)
    how = dice.choice(("drop", "retype", "retype", "nest", "many"))
    if how == "drop":
        del holder[key]
    elif how == "retype":
        holder[key] = copy.deepcopy(dice.choice(STRANGE))
    elif how == "nest":
        for _ in range(dice.choice((1, 5, 100))):
            holder[key] = {"deep": [holder[key]]}
    else:
        holder[key] = [copy.deepcopy(holder[key]) for _ in range(dice.choice((2, 9)))]


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    pairs = list(
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    )
    for key, value in pairs:
        yield node, key
        yield from _places(value)


def _broken(dice: random.Random, body: bytes) -> bytes:
    """Bytes that are no JSON any more, or JSON that Python reads and a database does not hold."""
    at = dice.randrange(len(body) + 1)
    ways = (
        body[:at],
        body[:at] + b"\xff\xfe" + body[at:],
        body[:at] + b"\x00" + body[at:],
        body.replace(b":", b":NaN,", 1),
        body.replace(b'"timestamp"', b'"timestamp":Infinity,"timestamp"', 1),
        body.replace(b'"type"', b'"type":"text","type":"image","type"'),
        body.replace(b'"body":"', b'"body":"\\ud83d\\u0000', 1),
        body.replace(b'"id"', b'"id":1e999,"x"', 1),
        b"[" * 20_000 + body,
        b'{"a":' * 20_000 + body,
        body + body,
        b"\xef\xbb\xbf" + body,
    )
    return dice.choice(ways)
