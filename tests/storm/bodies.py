"""Signed bodies that nobody can read, one of each sort."""

import json
import random

ENTRY = {"object": "whatsapp_business_account"}


def malformed(kind: str, chance: random.Random) -> bytes:
    """A body of this sort; no two are the same."""
    mark = chance.randrange(10**12)
    if kind == "half":
        return b'{"object": "%d", "entry": [{"id":' % mark
    if kind == "list":
        return json.dumps([mark]).encode()
    if kind == "deep":
        return b"[" * 50_000 + b"%d" % mark
    if kind == "binary":
        return bytes(range(128, 256)) + b"%d" % mark
    value = {"metadata": 7, "messages": {"id": mark}, "statuses": [None, 3, {"id": [mark]}]}
    return json.dumps(
        {**ENTRY, "entry": [None, {"changes": [{"field": "messages", "value": value}]}]}
    ).encode()
