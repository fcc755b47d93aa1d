"""What follows a change leaves together: the nudges, hints and marks of a commit or of a stretch of work, each once."""

import logging
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from crm.core import walls
from crm.core.sweeps import OutOfTimeError

log = logging.getLogger(__name__)

Leave = Callable[[list[Any]], None]
Lots = dict[Leave, dict[Hashable, Any]]


class Gathered:
    """What waits to leave: in lots by the way it goes, and marks that are made when all the rest has gone."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.lots: Lots = {}
        self.marks: Lots = {}

    def leave(self) -> None:
        """Everything goes. When a part of it could not, no mark says that it did."""
        lots, self.lots = self.lots, {}
        marks, self.marks = self.marks, {}
        with walls.nowhere():  # it comes from several workspaces, and one of them may be the one we stand in
            gone = [_gone(way, lot) for way, lot in lots.items()]
            if all(gone):
                for way, lot in marks.items():
                    _gone(way, lot)


_gathered: ContextVar[Gathered | None] = ContextVar("gathered", default=None)


@contextmanager
def together() -> Iterator[None]:
    """In this block things are gathered, and leave at its end; inside of such a block already, at the end of that."""
    if _gathered.get() is not None:
        yield
        return
    mine = Gathered()
    token = _gathered.set(mine)
    try:
        yield
    finally:
        _gathered.reset(token)
        mine.leave()


@contextmanager
def apart() -> Iterator[None]:
    """In this block, which may take long, nothing waits for its end; what was gathered before leaves at once."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered.leave()
    token = _gathered.set(None)
    try:
        yield
    finally:
        _gathered.reset(token)


def put(way: Leave, key: Hashable, thing: Any, *, is_mark: bool = False) -> None:
    """Something wants to leave by this way: now, or with the others. The same key leaves once, as said last."""
    gathered = _gathered.get()
    if gathered is None:
        way([thing])
        return
    lots = gathered.marks if is_mark else gathered.lots
    lots.setdefault(way, {})[key] = thing


def _gone(way: Leave, lot: dict[Hashable, Any]) -> bool:
    """Did it leave? A way that is broken does not stop the others."""
    try:
        way(list(lot.values()))
    except OutOfTimeError:
        raise
    except Exception:
        log.exception("did not leave", extra={"way": way.__qualname__, "things": len(lot)})
        return False
    return True
