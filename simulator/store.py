"""One SQLite file that keeps what the provider promised, with many writes per commit.

Writes happen at once on one connection; the commit follows some milliseconds later and is shared by
everybody who wrote meanwhile. Whoever answers a promise awaits `committed()` first, so a kill -9 of this
process loses nothing that was answered. WAL without a sync per commit survives the death of the process
(not of the machine), which is what is asked of it.
"""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COMMIT_AFTER = 0.004  # seconds; long enough to share a commit at 300 messages/s, too short to be felt

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS numbers (phone_number_id TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (person TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS templates (number TEXT, name TEXT, language TEXT, value TEXT NOT NULL,
  PRIMARY KEY (number, name, language));
CREATE TABLE IF NOT EXISTS media (id TEXT PRIMARY KEY, number TEXT, mime_type TEXT, filename TEXT,
  sha256 TEXT, size INTEGER, content BLOB, created REAL, url_key TEXT, url_until REAL);
CREATE TABLE IF NOT EXISTS accepted (n INTEGER PRIMARY KEY AUTOINCREMENT, wamid TEXT UNIQUE, number TEXT,
  person TEXT, addressed TEXT, type TEXT, text TEXT, opaque TEXT, body TEXT, accepted REAL, fate TEXT);
CREATE INDEX IF NOT EXISTS accepted_person ON accepted (person, n);
CREATE TABLE IF NOT EXISTS said (n INTEGER PRIMARY KEY AUTOINCREMENT, wamid TEXT UNIQUE, number TEXT,
  person TEXT, type TEXT, text TEXT, message TEXT, said REAL, reached INTEGER DEFAULT 0, read REAL);
CREATE INDEX IF NOT EXISTS said_person ON said (person, n);
CREATE TABLE IF NOT EXISTS webhooks (n INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, person TEXT, kind TEXT,
  wamid TEXT, status TEXT, change TEXT, created REAL, due REAL, attempts INTEGER DEFAULT 0,
  state TEXT DEFAULT 'pending', code INTEGER, delivered REAL);
CREATE INDEX IF NOT EXISTS webhooks_state ON webhooks (state, due);
CREATE TABLE IF NOT EXISTS taken (n INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT, number TEXT, at REAL);
CREATE TABLE IF NOT EXISTS violations (n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL, path TEXT, details TEXT);
"""
BOOKS = ("accepted", "said", "webhooks", "taken", "violations", "people", "templates", "media")


class Store:
    """The file. Use it from one event loop only."""

    def __init__(self, path: Path) -> None:
        """Opens (or makes) the file and its tables."""
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)
        self._commit_timer: asyncio.TimerHandle | None = None
        self._waiting: list[asyncio.Future[None]] = []

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs one write now, to be committed in a moment; answers the new row's number (for an INSERT)."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
            self._commit_soon()
        return self._db.execute(sql, values).lastrowid or 0

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows of a query, as dicts; sees writes that are not committed yet."""
        return [dict(row) for row in self._db.execute(sql, values)]

    def row(self, sql: str, values: Sequence[Any] = ()) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        found = self._db.execute(sql, values).fetchone()
        return dict(found) if found else None

    async def committed(self) -> None:
        """Returns once everything written so far is in the file; raises what the commit raised."""
        if self._db.in_transaction:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter

    def fact(self, name: str, default: Any) -> Any:
        """A small named value kept between runs (JSON), or the default."""
        found = self.row("SELECT value FROM facts WHERE name = ?", (name,))
        return json.loads(found["value"]) if found else default

    def keep_fact(self, name: str, value: Any) -> None:
        """Keeps a small named value (anything JSON can say)."""
        self.write("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))

    def forget_books(self) -> None:
        """Empties the books; numbers and facts stay."""
        for table in BOOKS:
            self.write(f"DELETE FROM {table}")  # noqa: S608 - the names are the constants above

    def close(self) -> None:
        """Commits what is written and closes the file."""
        if self._commit_timer:
            self._commit_timer.cancel()
        self._commit()
        self._db.close()

    def _commit_soon(self) -> None:
        """Starts the shared commit's timer."""
        self._commit_timer = asyncio.get_running_loop().call_later(COMMIT_AFTER, self._commit)

    def _commit(self) -> None:
        """Commits and tells everybody who waits, also of a failure."""
        waiting, self._waiting = self._waiting, []
        try:
            if self._db.in_transaction:
                self._db.execute("COMMIT")
        except sqlite3.Error as failure:
            for waiter in waiting:
                if not waiter.done():
                    waiter.set_exception(failure)
            raise
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)
