"""What an event is, and which reactions wait for it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

E = TypeVar("E", bound="Event")


@dataclass(frozen=True)
class Event:
    """A fact that happened. Subclasses are frozen dataclasses of plain JSON values with a `name`."""

    name: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        """The fact as JSON values."""
        return asdict(self)

    def refs(self) -> list[str]:
        """The rows it is about, as "lead:<id>" for each field that ends in `_id`."""
        return [
            f"{key[:-3]}:{value}" for key, value in self.payload().items() if key.endswith("_id") and value
        ]


@dataclass(frozen=True)
class Envelope(Generic[E]):
    """An event on its way to a reaction: the fact, and when, where and through whom it happened."""

    id: UUID
    sequence: int
    event: E
    workspace_id: UUID
    occurred_at: datetime
    actor_kind: str
    actor_id: str
    depth: int
    actor_label: str = ""
    via: str = ""
    cause_id: UUID | None = None


_kinds: dict[str, type[Event]] = {}
_reactions: dict[str, list[Callable[[Any], None]]] = {}


def event(kind: type[E]) -> type[E]:
    """Class decorator: make the kind of event known by its name."""
    if kind.name in _kinds and _kinds[kind.name].__qualname__ != kind.__qualname__:
        raise ValueError(f"two events are called {kind.name}")
    _kinds[kind.name] = kind
    return kind


def on(*kinds: type[Event]) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Decorator: call this function, at least once, after each such event has been committed."""

    def subscribe(reaction: Callable[[Any], None]) -> Callable[[Any], None]:
        for kind in kinds:
            waiting = _reactions.setdefault(kind.name, [])
            if reaction not in waiting:
                waiting.append(reaction)
        return reaction

    return subscribe


def kind_of(name: str) -> type[Event] | None:
    """The event class of a name, or None when no app knows it any more."""
    return _kinds.get(name)


def reactions_to(name: str) -> list[Callable[[Any], None]]:
    """Who wants to know of it, in the order of subscription."""
    return list(_reactions.get(name, []))


def known_names() -> list[str]:
    """What can happen, by name."""
    return sorted(_kinds)
