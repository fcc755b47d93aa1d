"""Things as an adapter reads them, as JSON in an item's row, and back."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from conversations.channels.port import (
    Address,
    InboundChange,
    InboundConsent,
    InboundFile,
    InboundMessage,
    InboundNotice,
    InboundOther,
    InboundReceipt,
    InboundThing,
    TemplateNews,
)

KINDS: Mapping[type, str] = {
    InboundMessage: "message",
    InboundChange: "change",
    InboundConsent: "consent",
    InboundReceipt: "receipt",
    InboundNotice: "notice",
    InboundOther: "other",
}
TYPES: Mapping[str, Callable[..., InboundThing]] = {name: kind for kind, name in KINDS.items()}


def kind_of(thing: InboundThing) -> str:
    """What an item is called that holds this."""
    return KINDS[type(thing)]


def pack(thing: InboundThing) -> dict[str, Any]:
    """The thing as JSON; times as ISO text."""
    return {name: _plain(value) for name, value in vars(thing).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Address):
        return [value.kind, value.value]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


READ: Mapping[str, Callable[[Any], Any]] = {
    "senders": lambda given: tuple(Address(*pair) for pair in given),
    "moved_to": lambda given: tuple(Address(*pair) for pair in given),
    "files": lambda given: tuple(InboundFile(**row) for row in given),
    "template": lambda given: given and TemplateNews(**_read(given)),
    "at": lambda given: datetime.fromisoformat(given).astimezone(UTC),
    "sent_at": lambda given: datetime.fromisoformat(given).astimezone(UTC),
    "category_changes_at": lambda given: given and datetime.fromisoformat(given).astimezone(UTC),
}


def unpack(kind: str, given: Mapping[str, Any]) -> InboundThing:
    """The thing an item of this kind holds."""
    return TYPES[kind](**_read(given))


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: READ[name](value) if name in READ else value for name, value in given.items()}
