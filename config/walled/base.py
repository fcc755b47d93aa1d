"""Django's PostgreSQL backend, telling the database between which walls the code stands (crm/core/walls.py)."""

from typing import Any

from django_prometheus.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL

from config.walled.cursors import walled
from crm.core.gathering import together


class DatabaseWrapper(PostgreSQL):
    """Every cursor says the scope of its statement, in the statement's own transaction."""

    def get_connection_params(self) -> dict[str, Any]:
        """With our kind of cursor."""
        params: dict[str, Any] = super().get_connection_params()
        params["cursor_factory"] = walled(params["cursor_factory"])
        return params

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
