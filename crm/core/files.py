"""What a file really is. What its sender says about it - name, ending, type - is kept, and never believed."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import filetype  # type: ignore[import-untyped]
from django.utils.translation import gettext as _

HEAD = 8192  # bytes that tell what a file is
MAX_PIXELS = 50_000_000  # a picture with more is not painted in a bubble
MAX_UNPACKED = 500 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_NAME = 120
UNKNOWN = "application/octet-stream"
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
PLAYED = {  # what browsers play, and the names we give it
    "audio/mpeg": "audio/mpeg", "audio/mp4": "audio/mp4", "audio/m4a": "audio/mp4", "audio/aac": "audio/aac",
    "audio/amr": "audio/amr", "audio/ogg": "audio/ogg", "audio/wav": "audio/wav", "audio/x-wav": "audio/wav",
    "video/mp4": "video/mp4", "video/3gpp": "video/3gpp", "video/webm": "video/webm", "application/ogg": "audio/ogg",
}  # fmt: skip
# Marks of what browsers and readers would run; a picture or a sound that holds them is two things at once.
_SECOND_NATURE = re.compile(rb"<(?:!doctype|html|script|body|iframe|\?php)|%PDF-|MZ\x90\x00|\x7fELF", re.I)
_DECEIVING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_NO_NAME = re.compile(r'[\\/:*?"<>|%]+')


class FileRefusedError(ValueError):
    """The file is not kept; the message says why."""


@dataclass(frozen=True)
class Nature:
    """What a file is: its real type, and what a page may do with it. What is neither is only handed out as a file."""

    mime_type: str
    is_shown: bool = False  # as a picture
    is_played: bool = False  # as sound or film


def nature_of(head: bytes) -> Nature:
    """By its first bytes. Texts, markup and scripts have no mark of their own: they are unknown, and stay files."""
    found = str(filetype.guess_mime(head) or UNKNOWN)
    played = PLAYED.get(found)
    if _SECOND_NATURE.search(head) and (found.startswith("image/") or played):
        return Nature(UNKNOWN)
    if played:
        return Nature(played, is_played=True)
    return Nature(found, is_shown=found in SHOWN and _pixels(found, head) <= MAX_PIXELS)


def _pixels(mime_type: str, head: bytes) -> int:
    """Width by height as the file claims, without unpacking it; a size that is not found counts as too large."""
    try:
        readers = {"image/png": _png, "image/gif": _gif, "image/webp": _webp, "image/jpeg": _jpeg}
        width, height = readers[mime_type](head)
    except (struct.error, IndexError, StopIteration):
        return MAX_PIXELS + 1
    return width * height


def _png(head: bytes) -> tuple[int, int]:
    return struct.unpack(">II", head[16:24])


def _gif(head: bytes) -> tuple[int, int]:
    return struct.unpack("<HH", head[6:10])


def _webp(head: bytes) -> tuple[int, int]:
    if head[12:16] == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _jpeg(head: bytes) -> tuple[int, int]:
    """The first frame header; thumbnails stand within other segments, which are jumped over."""
    size = next(_frames(head))
    return size[1], size[0]


def _frames(head: bytes) -> Iterator[tuple[int, int]]:
    at = 2
    while head[at] == 0xFF:
        mark, length = head[at + 1], struct.unpack(">H", head[at + 2 : at + 4])[0]
        if 0xC0 <= mark <= 0xCF and mark not in {0xC4, 0xC8, 0xCC}:
            yield struct.unpack(">HH", head[at + 5 : at + 9])
        at += 2 + length


def check_unpacked(file: BinaryIO) -> None:
    """Refuse an archive (office files are archives) that unpacks to more than anybody means to send, or climbs out."""
    try:
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,
        NotImplementedError,
        OverflowError,
    ) as error:
        raise FileRefusedError(
            _("The archive can't be read: %(name)s.") % {"name": type(error).__name__}
        ) from error


def _check_entries(archive: zipfile.ZipFile) -> None:
    """Sizes in the list of contents are the sender's words: each file is unpacked up to its size, and its checksum
    tells a lie."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise FileRefusedError(_("The archive holds more than %(most)s files.") % {"most": MAX_ENTRIES})
    left = MAX_UNPACKED
    for entry in entries:
        if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", entry.filename):
            raise FileRefusedError(_("The archive would write outside of its folder."))
        if entry.file_size > left:
            raise FileRefusedError(_("The archive unpacks to more than we keep."))
        left -= entry.file_size
        if entry.flag_bits & 1 or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            continue  # locked, or packed in a way nothing of ours opens
        with archive.open(entry) as unpacked:
            while unpacked.read(1024 * 1024):
                pass


def shown_name(name: str, mime_type: str = UNKNOWN) -> str:
    """A name fit to be shown and saved: no folders, no invisible or turning characters, not endless, with the ending
    of what the file really is when that is known ("photo.jpg.exe" that is a picture becomes "photo.jpg.exe.jpg")."""
    plain = _NO_NAME.sub("_", _DECEIVING.sub("", name.encode("utf-8", "replace").decode())).strip(" .")
    ending = _ending_of(mime_type)
    stem, dot, given = plain.rpartition(".")
    if not dot or len(given) > 10:
        stem, given = plain, ""
    if ending and given.lower() not in _same(ending):
        stem, given = plain, ending
    stem = stem[: MAX_NAME - len(given) - 1].rstrip(" .") or "file"
    return f"{stem}.{given}" if given else stem


def _ending_of(mime_type: str) -> str:
    if mime_type in PLAYED.values() or mime_type in SHOWN:
        kind = filetype.get_type(mime=mime_type)
        return str(kind.extension) if kind else ""
    return ""


def _same(ending: str) -> set[str]:
    """Endings that mean the same to people."""
    alike = ({"jpg", "jpeg", "jfif"}, {"ogg", "oga", "opus"}, {"mp4", "m4a", "m4v"}, {"3gp", "3gpp"})
    return next((one for one in alike if ending in one), {ending})
