"""Cursors that say the scope of a statement: in front of it, in the same message, for its transaction only.

Outside of a transaction a message is a transaction of its own; inside of one the scope is said when it has changed.
So nothing outlives a transaction, no statement costs another way to the server, and a pooler may stand between.
Savepoints that nobody has needed until now go in the same message (savepoints.py).
"""

import re
from functools import cache
from typing import Any

from psycopg import ProgrammingError, sql
from psycopg.pq import TransactionStatus

from config.walled.savepoints import savepoints_of
from crm.core import walls

# Statements about rows. Others may refuse company in their message (VACUUM, CREATE INDEX CONCURRENTLY).
_ROWS = re.compile(r"[\s(]*(select|insert|update|delete|merge|with|explain|values|table|do|call)\b", re.I)
_FRAME = re.compile(r"\s*(begin|start|commit|rollback|savepoint|release|abort|end)\b", re.I)
_ROLLBACK = re.compile(r"\s*(rollback|abort)\b", re.I)


@cache
def walled(cursor_class: type) -> type:
    """The same class of cursor, between walls."""
    return type("WalledCursor", (_Walled, cursor_class), {})


def said(there: walls.Scope) -> str:
    """The statement that tells PostgreSQL where we stand, until the end of the transaction."""
    settings = {
        "app.workspace": there.workspace_id or "",
        "app.everywhere": "on" if there.is_everywhere else "",
    }
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())


class _Walled:
    connection: Any

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """As psycopg does it; `fetch...` and `rowcount` are about the statement itself."""
        text = _text(query, self)
        there = walls.scope()
        first = savepoints_of(self.connection).take()
        if says := not self._knows(there) and self._takes_company(text):
            first.append(said(there))
        if not first:
            return self._plain(text, query, params, options)
        try:
            self._plain(text, "; ".join([*first, text]), params, options)
        except Exception:
            self._note_failure()
            raise
        for _ in first:
            self.nextset()  # type: ignore[attr-defined]
        if says:
            self.connection.standing = there
        return self

    def executemany(self, *args: Any, **options: Any) -> Any:
        """As psycopg does it."""
        self.say_first()
        return super().executemany(*args, **options)  # type: ignore[misc]

    def copy(self, *args: Any, **options: Any) -> Any:
        """As psycopg does it."""
        self.say_first()
        return super().copy(*args, **options)  # type: ignore[misc]

    def say_first(self) -> None:
        """Say the scope in a statement of its own, for what can't carry it."""
        if waiting := savepoints_of(self.connection).take():
            super().execute("; ".join(waiting))  # type: ignore[misc]
        there = walls.scope()
        if self._knows(there):
            return
        if self._is_alone():
            raise ProgrammingError("Open a transaction first: where we stand is said for one transaction.")
        super().execute(said(there))  # type: ignore[misc]
        self.connection.standing = there

    def _plain(self, text: str, query: Any, params: Any, options: dict[str, Any]) -> Any:
        try:
            return super().execute(query, params, **options)  # type: ignore[misc]
        finally:
            if _ROLLBACK.match(text):  # takes back what was said since the savepoint
                self.connection.standing = None

    def _note_failure(self) -> None:
        """A value that fits into no statement fails before anything is sent."""
        if self.connection.pgconn.transaction_status in {TransactionStatus.IDLE, TransactionStatus.INTRANS}:
            savepoints_of(self.connection).never_sent()

    def _knows(self, there: walls.Scope) -> bool:
        """Has this transaction heard where we stand? A new one stands nowhere."""
        if self.connection.pgconn.transaction_status == TransactionStatus.IDLE:
            self.connection.standing = walls.NOTHING
        return bool(getattr(self.connection, "standing", None) == there)

    def _is_alone(self) -> bool:
        """Is the statement a transaction of its own?"""
        idle = self.connection.pgconn.transaction_status == TransactionStatus.IDLE
        return idle and bool(self.connection.autocommit)

    def _takes_company(self, text: str) -> bool:
        return bool(_ROWS.match(text)) if self._is_alone() else not _FRAME.match(text)


def _text(query: Any, cursor: Any) -> str:
    """A statement as text, whatever it was composed of."""
    if isinstance(query, sql.Composable):
        return query.as_string(cursor)
    return query.decode() if isinstance(query, bytes) else str(query)
