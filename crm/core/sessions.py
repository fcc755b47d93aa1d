"""Who is signed in: kept in the database as Django keeps it, read without building the same question on each page."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.db import connection
from django.utils import timezone

ALIVE = """
    SELECT session_key, session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s
"""


class SessionStore(InDatabase):
    """Django's, whose reading is one plain statement."""

    def _get_session_from_db(self) -> Any:
        """The living session of the key; else the key is forgotten, so that nobody is given one they thought up."""
        found = _alive(self.session_key, timezone.now())
        if found is None:
            self._session_key = None
            return None
        key, data, until = found
        return self.model(session_key=key, session_data=data, expire_date=until)


def _alive(key: str | None, now: datetime) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(ALIVE, [key, now])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
