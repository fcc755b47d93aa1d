"""The provider's own account: messages accepted, what people said, webhooks the product took with 2xx."""

import hashlib
import json
from typing import Any

from simulator.clock import iso
from simulator.store import Store


class Books:
    """Writes and reads the books. Times inside are unix seconds, times given out ISO 8601 UTC."""

    def __init__(self, store: Store) -> None:
        """Loads when each person last wrote, which decides the window."""
        self.store = store
        self._last_said: dict[tuple[str, str], float] = {}
        for row in store.rows("SELECT number, person, type, said FROM said ORDER BY said"):
            self._note_window(row["number"], row["person"], row["type"], row["said"])

    def accept(
        self,
        *,
        wamid: str,
        number: str,
        person: str,
        body: dict[str, Any],
        text: str,
        accepted: float,
        fate: str,
    ) -> None:
        """Books a message of the business as accepted; `fate` is `ok`, or the code it will fail with."""
        addressed = body.get("to") or body.get("recipient")
        values = (wamid, number, person, addressed, body.get("type", "text"), text)
        rest = (body.get("biz_opaque_callback_data"), json.dumps(body), accepted, fate)
        columns = "wamid, number, person, addressed, type, text, opaque, body, accepted, fate"
        self.store.write(f"INSERT INTO accepted ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?)", values + rest)  # noqa: S608

    def say(self, *, number: str, person: str, text: str, message: dict[str, Any], said: float) -> None:
        """Books what a person wrote; a message (not a reaction) opens the window."""
        values = (message["id"], number, person, message["type"], text, json.dumps(message), said)
        columns = "wamid, number, person, type, text, message, said"
        self.store.write(f"INSERT INTO said ({columns}) VALUES (?,?,?,?,?,?,?)", values)  # noqa: S608
        self._note_window(number, person, message["type"], said)

    def last_said(self, number: str, person: str) -> float | None:
        """When this person last opened the window of this number (unix seconds)."""
        return self._last_said.get((number, person))

    def mark_read(self, wamid: str, number: str, at: float) -> list[dict[str, Any]]:
        """Marks this message of a person, and all earlier ones, read; answers the rows that were unread."""
        found = self.store.row("SELECT * FROM said WHERE wamid = ? AND number = ?", (wamid, number))
        if found is None:
            return []
        scope = "number = ? AND person = ? AND n <= ? AND read IS NULL"
        values = (number, found["person"], found["n"])
        unread = self.store.rows(f"SELECT * FROM said WHERE {scope}", values)  # noqa: S608
        self.store.write(f"UPDATE said SET read = ? WHERE {scope}", (at, *values))  # noqa: S608
        return unread

    def said_by_wamid(self, wamid: str) -> dict[str, Any] | None:
        """What a person said, by its wamid."""
        return self.store.row("SELECT * FROM said WHERE wamid = ?", (wamid,))

    def accepted_by_wamid(self, wamid: str) -> dict[str, Any] | None:
        """What the business sent, by its wamid."""
        return self.store.row("SELECT * FROM accepted WHERE wamid = ?", (wamid,))

    def violation(self, path: str, details: str, at: float) -> None:
        """Books a request that no correct client may send."""
        self.store.write("INSERT INTO violations (at, path, details) VALUES (?,?,?)", (at, path, details))

    def messages(self, to: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        """Accepted messages in the order of acceptance, all or those to one person
        (phone digits or user id).
        """
        sql = "SELECT * FROM accepted WHERE n > ? AND (? IS NULL OR person = ?) ORDER BY n"
        rows = self.store.rows(sql, (since, to, to))
        return [_message(row) for row in rows]

    def said_all(self, since: int = 0) -> list[dict[str, Any]]:
        """What people said, in order."""
        rows = self.store.rows("SELECT * FROM said WHERE n > ? ORDER BY n", (since,))
        keep = ("n", "wamid", "number", "person", "type", "text")
        return [{name: row[name] for name in keep} | {"said_at": iso(row["said"])} for row in rows]

    def webhooks(self, state: str = "delivered", since: int = 0) -> list[dict[str, Any]]:
        """Webhook updates in this state (`delivered`: answered with 2xx), in the order they were made."""
        rows = self.store.rows("SELECT * FROM webhooks WHERE state = ? AND n > ? ORDER BY n", (state, since))
        keep = ("n", "number", "person", "kind", "wamid", "status", "attempts", "code", "state")
        return [{name: row[name] for name in keep} | {"delivered_at": iso(row["delivered"])} for row in rows]

    def take(self, body: bytes, number: str, at: float) -> None:
        """Books a body that the product answered with 2xx: it owes us all of it from now on."""
        values = (hashlib.sha256(body).hexdigest(), number, at)
        self.store.write("INSERT INTO taken (sha256, number, at) VALUES (?,?,?)", values)

    def bodies(self, since: int = 0) -> list[str]:
        """SHA-256 of every body the product took, in order; one that came several times is there as often."""
        return [
            row["sha256"]
            for row in self.store.rows("SELECT sha256 FROM taken WHERE n > ? ORDER BY n", (since,))
        ]

    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind, and webhooks by state."""
        tables = {"messages": "accepted", "inbound": "said", "violations": "violations"}
        found = {
            name: int(self.store.rows(f"SELECT count(*) AS c FROM {table}")[0]["c"])  # noqa: S608
            for name, table in tables.items()
        }
        states = self.store.rows("SELECT state, count(*) AS c FROM webhooks GROUP BY state")
        by_state = {row["state"]: int(row["c"]) for row in states}
        return found | {
            f"webhooks_{each}": by_state.get(each, 0) for each in ("pending", "delivered", "lost", "given_up")
        }

    def violations(self) -> list[dict[str, Any]]:
        """Requests that broke the contract, oldest first."""
        rows = self.store.rows("SELECT * FROM violations ORDER BY n")
        return [
            {"n": row["n"], "at": iso(row["at"]), "path": row["path"], "details": row["details"]}
            for row in rows
        ]

    def forget(self) -> None:
        """Empties the books."""
        self.store.forget_books()
        self._last_said.clear()

    def _note_window(self, number: str, person: str, kind: str, said: float) -> None:
        """Reactions do not open the window: Meta does not say that they do."""
        if kind != "reaction":
            key = (number, person)
            self._last_said[key] = max(said, self._last_said.get(key, 0.0))


def _message(row: dict[str, Any]) -> dict[str, Any]:
    """An accepted message as the books give it out."""
    keep = ("n", "wamid", "number", "person", "type", "text", "opaque", "fate")
    given = {name: row[name] for name in keep} | {"to": row["addressed"], "accepted_at": iso(row["accepted"])}
    return given | {"body": json.loads(row["body"])}
