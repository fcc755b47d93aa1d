"""Files that come with messages: what Meta says of them, made fit for us."""

import base64
import binascii
import unicodedata
from collections.abc import Mapping
from typing import Any

from conversations.channels.port import InboundFile
from conversations.channels.whatsapp_meta.people import without_controls

LONGEST_NAME = 120
SEPARATORS = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))


def file_of(part: Mapping[str, Any]) -> tuple[InboundFile, ...]:
    """The file of an image, video, audio, document or sticker; none when Meta names no id."""
    given = part.get("id")
    if not isinstance(given, str) or not 0 < len(given) <= 250:
        return ()
    size = part.get("file_size")
    found = InboundFile(
        provider_id=given,
        mime_type=_text(part, "mime_type")[:120],
        sha256=hex_of(_text(part, "sha256")),
        file_name=file_name_of(_text(part, "filename")),
        url=_text(part, "url")[:2000],
        size=size if isinstance(size, int) and 0 <= size < 2**62 else None,
        is_voice=part.get("voice") is True,
    )
    return (found,)


def _text(part: Mapping[str, Any], name: str) -> str:
    given = part.get(name)
    return given if isinstance(given, str) else ""


def hex_of(digest: str) -> str:
    """A SHA-256 as lower-case hex: Meta writes base64 into webhooks and hex into answers. Empty when it is neither."""
    if len(digest) == 64 and all(c in "0123456789abcdef" for c in digest.lower()):
        return digest.lower()
    try:
        raw = base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""


def file_name_of(given: str) -> str:
    """A name that can be shown and saved: no path, no control characters, not hidden, not endless."""
    name = without_controls(unicodedata.normalize("NFC", given)).translate(SEPARATORS)
    name = " ".join(name.split()).lstrip(". ")
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
