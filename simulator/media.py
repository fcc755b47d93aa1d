"""Media: what the business uploads and what people send; ids, addresses that live five minutes, bytes."""

import base64
import binascii
import hashlib
import secrets
from typing import Any

from simulator.clock import Clock
from simulator.meta_errors import no_such_object
from simulator.numbers import BusinessNumber
from simulator.refusals import BadRequestError
from simulator.samples import MIME_TYPES, sample
from simulator.store import Store

URL_SECONDS = 300.0
LONGEST = {"image": 5, "audio": 16, "video": 16, "document": 100, "sticker": 1}  # MB


class Media:
    """The shelf of files. `base_url` is where the world itself is reached."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Files are kept in the store."""
        self._store, self._clock = store, clock
        self.base_url = ""

    def keep(self, number: str, content: bytes, mime_type: str, filename: str = "") -> str:
        """Keeps a file and answers its new id."""
        media_id = str(10**15 + secrets.randbelow(9 * 10**15))
        digest = hashlib.sha256(content).hexdigest()
        columns = "id, number, mime_type, filename, sha256, size, content, created"
        values = (media_id, number, mime_type, filename, digest, len(content), content, self._clock.now())
        self._store.write(f"INSERT INTO media ({columns}) VALUES (?,?,?,?,?,?,?,?)", values)  # noqa: S608
        return media_id

    def found(self, media_id: str) -> dict[str, Any]:
        """The row of a file; raises the Graph's "no such object"."""
        row = self._store.row("SELECT * FROM media WHERE id = ?", (media_id,))
        if row is None:
            raise no_such_object(media_id)
        return row

    def described(self, media_id: str) -> dict[str, Any]:
        """What `GET /{MEDIA_ID}` answers: a fresh address for five minutes, hex sha256, size."""
        row = self.found(media_id)
        return {
            "messaging_product": "whatsapp",
            "url": self.address(media_id),
            "mime_type": row["mime_type"],
            "sha256": row["sha256"],
            "file_size": row["size"],
            "id": media_id,
        }

    def address(self, media_id: str) -> str:
        """A new address of the bytes; the one before stops to work."""
        key = secrets.token_urlsafe(12)
        until = self._clock.now() + URL_SECONDS
        self._store.write("UPDATE media SET url_key = ?, url_until = ? WHERE id = ?", (key, until, media_id))
        return f"{self.base_url}/meta/attachments/{media_id}?ext={int(until)}&hash={key}"

    def download(self, media_id: str, key: str) -> dict[str, Any] | None:
        """The row with the bytes while the address is alive, else None (answered as 404)."""
        row = self._store.row("SELECT * FROM media WHERE id = ? AND url_key = ?", (media_id, key))
        return row if row and row["url_until"] > self._clock.now() else None

    def delete(self, media_id: str) -> dict[str, bool]:
        """Forgets a file."""
        self.found(media_id)
        self._store.write("DELETE FROM media WHERE id = ?", (media_id,))
        return {"success": True}

    def sent_by_person(self, number: BusinessNumber, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        """The media object of an inbound message; the bytes are given as base64 or a small sample."""
        content = _bytes_of(given["media_base64"]) if "media_base64" in given else sample(kind)
        mime_type = str(given.get("mime_type", MIME_TYPES[kind]))
        media_id = self.keep(number.phone_number_id, content, mime_type, str(given.get("filename", "")))
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        item = {"mime_type": mime_type, "sha256": digest, "id": media_id, "url": self.address(media_id)}
        return item | _extras(kind, given)


def _extras(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """What only some kinds of media carry."""
    if kind == "audio":
        return {"voice": True}
    if kind == "sticker":
        return {"animated": False}
    extras = {"caption": given["caption"]} if given.get("caption") else {}
    return extras | ({"filename": str(given.get("filename", "file.pdf"))} if kind == "document" else {})


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise BadRequestError("media_base64 is not base64") from wrong
