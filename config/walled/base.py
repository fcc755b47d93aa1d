"""Django's PostgreSQL backend, telling the database between which walls the code stands (crm/core/walls.py)."""

from typing import Any

from django_prometheus.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from psycopg.pq import TransactionStatus

from config.walled.cursors import walled
from config.walled.savepoints import end_savepoints, savepoints_of
from crm.core.gathering import together


class DatabaseWrapper(PostgreSQL):
    """Every cursor says the scope of its statement, in the statement's own transaction."""

    def get_connection_params(self) -> dict[str, Any]:
        """With our kind of cursor."""
        params: dict[str, Any] = super().get_connection_params()
        params["cursor_factory"] = walled(params["cursor_factory"])
        return params

    def _savepoint(self, sid: str) -> None:
        """With the next statement: most are released before anybody needs them."""
        self.ensure_connection()
        savepoints_of(self.connection).make(sid, self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        """With the next statement; at once when the transaction is broken, so that the block hears of it."""
        if self._is_broken():
            super()._savepoint_commit(sid)
        else:
            savepoints_of(self.connection).release(sid, self.ops.savepoint_commit_sql(sid))

    def _savepoint_rollback(self, sid: str) -> None:
        """At once, if the server has the savepoint."""
        if savepoints_of(self.connection).take_back(sid):
            super()._savepoint_rollback(sid)

    def _commit(self) -> None:
        """And its savepoints."""
        end_savepoints(self.connection)
        super()._commit()

    def _rollback(self) -> None:
        """And its savepoints."""
        end_savepoints(self.connection)
        super()._rollback()

    def _close(self) -> None:
        """A connection that goes back to its pool in the middle of a transaction takes no savepoints along."""
        end_savepoints(self.connection)
        super()._close()

    def _is_broken(self) -> bool:
        """Has a statement of this transaction failed?"""
        return bool(self.connection.pgconn.transaction_status == TransactionStatus.INERROR)

    def run_and_clear_commit_hooks(self) -> None:
        """What follows a commit leaves together: a dozen facts are not a dozen ways to Redis and back."""
        with together():
            super().run_and_clear_commit_hooks()

    def chunked_cursor(self) -> Any:
        """Rows a part at a time. The server keeps them in a transaction only: outside of one they come at once."""
        if self.get_autocommit():
            return self.cursor()
        with self.cursor() as cursor:
            cursor.cursor.say_first()
        return super().chunked_cursor()
