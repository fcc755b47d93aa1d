"""Meta's webhooks as plain values. One broken part never takes its neighbours along.

Batches are never unwrapped by index: all entries, all changes, all their items.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conversations.channels.port import InboundThing, Reading, Unreadable
from conversations.channels.whatsapp_meta import documents
from conversations.channels.whatsapp_meta.messages import echo, message, standby
from conversations.channels.whatsapp_meta.notices import account_error, consent, notice
from conversations.channels.whatsapp_meta.receipts import receipt

Value = Mapping[str, Any]
Part = tuple[Any, Callable[[], InboundThing]]  # what Meta wrote, and the reader that makes sense of it
LISTS: Mapping[
    str, Mapping[str, Callable[[Value, Any], InboundThing]]
] = {  # field -> its lists and their readers
    "messages": {"messages": message, "statuses": receipt},
    "smb_message_echoes": {"message_echoes": echo},
    "standby": {"messages": standby, "standby": standby, "statuses": receipt},
    "user_preferences": {"user_preferences": consent},
}
BROKEN = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError, RecursionError)


def read(body: bytes) -> Reading:
    """Everything in a delivery; ValueError when it is not a JSON object with a list of entries."""
    document = documents.load(body)
    if not isinstance(document, dict) or not isinstance(document.get("entry"), list):
        raise ValueError("not a WhatsApp webhook: no list of entries")
    things: list[InboundThing] = []
    unreadable: list[Unreadable] = []
    for part, reader in _parts(document, unreadable):
        try:
            things.append(reader())
        except BROKEN as error:
            unreadable.append(_unreadable(f"{type(error).__name__}: {error}", part))
    return Reading(tuple(things), tuple(unreadable))


def _parts(document: Value, unreadable: list[Unreadable]) -> Iterator[Part]:
    """Each item with the function that reads it."""
    for entry in document["entry"]:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            unreadable.append(_unreadable("an entry without a list of changes", entry))
            continue
        for change in changes:
            yield from _parts_of_change(entry, change, unreadable)


def _parts_of_change(entry: Value, change: Any, unreadable: list[Unreadable]) -> Iterator[Part]:
    value = change.get("value") if isinstance(change, dict) else None
    if not isinstance(value, dict):
        unreadable.append(_unreadable("a change without a value", change))
        return
    lists = LISTS.get(str(change.get("field")))
    if lists is None:
        yield change, lambda: notice(entry, change)
        return
    for name, reader in lists.items():
        yield from _parts_of_list(value, name, reader, unreadable)
    if value.get("errors"):
        yield change, lambda: account_error(entry, change)


def _parts_of_list(
    value: Value, name: str, reader: Callable[[Value, Any], InboundThing], unreadable: list[Unreadable]
) -> Iterator[Part]:
    given = value.get(name, [])
    if not isinstance(given, list):
        unreadable.append(_unreadable(f"`{name}` is not a list", given))
        return
    for item in given:
        yield item, lambda item=item: reader(value, item)  # type: ignore[misc]


def _unreadable(reason: str, part: Any) -> Unreadable:
    named = json.dumps(part, sort_keys=True, default=str)
    return Unreadable(f"unreadable:{hashlib.sha256(named.encode()).hexdigest()[:40]}", reason[:500], part)
