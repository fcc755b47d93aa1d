"""Savepoints that wait for the first statement that needs them, and go to the server in its message.

A block inside a transaction costs no way to the server of its own that way, and one that asked nothing costs nothing.
"""

from typing import Any


class Savepoints:
    """Of one connection's transaction: those that the server has, and what it has not been told yet."""

    def __init__(self) -> None:
        """A transaction begins without any."""
        self._waiting: list[tuple[str, str]] = []  # (name, statement), in order
        self._made: set[str] = set()
        self._taken: list[tuple[str, str]] = []

    def make(self, sid: str, statement: str) -> None:
        """Before the next statement."""
        self._waiting.append((sid, statement))

    def release(self, sid: str, statement: str) -> None:
        """The block ended well. One that the server never heard of is forgotten."""
        if sid in self._made:
            self._made.remove(sid)
            self._waiting.append((sid, statement))
        else:
            self._forget_from(sid)

    def take_back(self, sid: str) -> bool:
        """The block failed. True when the server must be told; else nothing had happened in it."""
        if sid not in self._made:
            self._forget_from(sid)
            return False
        self._waiting.clear()  # of blocks within this one: they end with it
        return True

    def take(self) -> list[str]:
        """What goes in front of the next statement; the server has it from then on."""
        self._taken, self._waiting = self._waiting, []
        self._made.update(sid for sid, statement in self._taken if statement.startswith("SAVEPOINT"))
        return [statement for _, statement in self._taken]

    def never_sent(self) -> None:
        """The statement was refused on our side of the wire: what should have gone with it still waits."""
        self._made.difference_update(sid for sid, _ in self._taken)
        self._waiting, self._taken = [*self._taken, *self._waiting], []

    def _forget_from(self, sid: str) -> None:
        names = [name for name, _ in self._waiting]
        if sid in names:
            del self._waiting[names.index(sid) :]


def savepoints_of(connection: Any) -> Savepoints:
    """Those of a psycopg connection."""
    found = getattr(connection, "savepoints", None)
    if found is None:
        found = connection.savepoints = Savepoints()
    return found


def end_savepoints(connection: Any) -> None:
    """The transaction is over, and they are with it."""
    if connection is not None:
        connection.savepoints = Savepoints()
