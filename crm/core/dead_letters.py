"""Dead letters: what was tried as often as we try and then left to people, whatever table it lies in.

A shelf: each floor hangs its kinds here (a `Source`), the ground floor lists, replays and sets them aside alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Reason:
    """Why letters died, and what somebody can do about it, in plain words."""

    title: Any
    fix: Any


@dataclass(frozen=True)
class Brief:
    """One letter in a list: the sentence it died with, what it is about, where that is shown, how often we tried."""

    sentence: str
    about: str = ""
    url: str = ""
    attempts: int = 0


Replay = Callable[..., None]  # (actor=, pk=), in the caller's transaction; refuses with a DomainError
Edit = Callable[..., None]  # (actor=, pk=, text=), likewise; a replay follows


def _nothing(row: Any) -> bytes | None:
    """Facts are not edited."""
    return None


@dataclass(frozen=True)
class Source:
    """One kind of dead letter: a table, how its dead rows are found and read, and how one is brought back.

    `dead` finds the dead rows of every workspace; `since` and `reason` name their columns. `text` is what a letter
    holds (JSON where there is any), `editable` what of it may be edited before a replay.
    """

    key: str
    title: Any
    dead: Callable[[], QuerySet[Any]]
    since: str
    reason: str
    brief: Callable[[Any], Brief]
    text: Callable[[Any], bytes]
    replay: Replay
    parse: Callable[[str], Any] = int  # the row's key as it stands in a letter's id
    editable: Callable[[Any], bytes | None] = _nothing
    edit: Edit | None = None
    reasons: Mapping[str, Reason] = field(default_factory=dict)


_sources: dict[str, Source] = {}


def add_source(source: Source) -> None:
    """Hang a kind of dead letter on the shelf; hung again it replaces the former."""
    _sources[source.key] = source


def sources() -> list[Source]:
    """Every kind there is, in the order they were hung."""
    return list(_sources.values())


def source_of(key: str) -> Source | None:
    """The kind of this name."""
    return _sources.get(key)
