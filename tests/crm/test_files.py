"""What a file really is: by its bytes, never by what its sender calls it."""

import io
import struct
import zipfile
import zlib

import pytest

from crm.core import files
from crm.core.files import Nature, check_unpacked, nature_of, shown_name
from simulator.samples import png, sample

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
UNKNOWN = Nature("application/octet-stream")


def jpeg(width, height, before=b""):
    """The beginning of a JPEG: a segment before the frame, as cameras write it, then the frame's header."""
    segment = b"\xff\xe1" + struct.pack(">H", len(before) + 2) + before if before else b""
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\0" * 9
    return b"\xff\xd8" + segment + frame


def png_head(width, height):
    """Of a picture of this size, with nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + header
        + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    )


def gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0" * 20


def webp(width, height):
    big = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + big


@pytest.mark.parametrize(
    ("head", "nature"),
    [
        (png(), Nature("image/png", is_shown=True)),
        (jpeg(800, 600), Nature("image/jpeg", is_shown=True)),
        (
            jpeg(800, 600, before=b"Exif\0\0" + b"\xff\xc0\x00\x11\x08" + b"\xff" * 8),
            Nature("image/jpeg", is_shown=True),
        ),
        (gif(10, 10), Nature("image/gif", is_shown=True)),
        (webp(640, 480), Nature("image/webp", is_shown=True)),
        (sample("sticker"), Nature("image/webp", is_shown=True)),
        (sample("audio"), Nature("audio/ogg", is_played=True)),
        (sample("video"), Nature("video/mp4", is_played=True)),
        (sample("document"), Nature("application/pdf")),
    ],
)
def test_what_people_send_is_known(head, nature):
    assert nature_of(head[: files.HEAD]) == nature


@pytest.mark.parametrize(
    "head",
    [
        b"", b"\0", b"plain words", EICAR, b"<!DOCTYPE html><script>alert(1)</script>", b"<html>",
        b"<?php system('id') ?>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg onload='x'/>",
        b"javascript:alert(1)", b"#!/bin/sh\nrm -rf ~", b"=cmd|' /C calc'!A0", b"\xef\xbb\xbf<html>",
        b"\xff\xfe<\0h\0t\0m\0l\0",
        gif(9, 9) + b"<script>alert(1)</script>", png_head(9, 9) + b"tEXt<html><body onload=alert(1)>",
        jpeg(9, 9, before=b"<?php system($_GET[0]) ?>"), jpeg(9, 9) + b"%PDF-1.7",
        gif(9, 9) + b"MZ\x90\x00" + b"\0" * 40, png_head(9, 9) + b"\x7fELF\x02",
        sample("audio") + b"<script>alert(1)</script>", sample("video") + b"<HTML>",
    ],
)  # fmt: skip
def test_what_could_run_or_is_two_things_is_only_a_file(head):
    found = nature_of(head[: files.HEAD])

    assert (found.is_shown, found.is_played) == (False, False)


@pytest.mark.parametrize(
    "head", [png_head(40_000, 40_000), jpeg(40_000, 40_000), gif(65_535, 65_535), webp(9000, 9000)]
)
def test_a_picture_too_large_to_paint_is_only_a_file(head):
    found = nature_of(head)

    assert (found.mime_type.startswith("image/"), found.is_shown) == (True, False)


@pytest.mark.parametrize(
    "head", [png_head(9, 9)[:20], jpeg(9, 9)[:6], gif(9, 9)[:8], webp(9, 9)[:14], b"\xff\xd8\xff"]
)
def test_a_picture_that_hides_its_size_is_only_a_file(head):
    assert nature_of(head).is_shown is False


def archive(*entries):
    """A ZIP of (name, content), the same bytes at every hour: they name tests, which two workers must name alike."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writing:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            writing.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return packed


def test_an_office_file_is_fine():
    check_unpacked(archive(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "x" * 10_000)))


def test_a_bomb_is_refused_by_what_it_says(monkeypatch):
    monkeypatch.setattr(files, "MAX_UNPACKED", 1_000_000)

    with pytest.raises(files.FileRefusedError, match="more than we keep"):
        check_unpacked(archive(("a", b"0" * 600_000), ("b", b"0" * 600_000)))


def test_a_bomb_that_lies_is_refused_by_what_comes_out(monkeypatch):
    """The list of contents says 10 bytes, the stream gives a million."""
    monkeypatch.setattr(files, "MAX_UNPACKED", 100_000)
    packed = bytearray(archive(("a", b"0" * 1_000_000)).getvalue())
    size = struct.pack("<I", 1_000_000)
    while (at := packed.find(size)) >= 0:
        packed[at : at + 4] = struct.pack("<I", 10)

    with pytest.raises(files.FileRefusedError):
        check_unpacked(io.BytesIO(bytes(packed)))


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "a/../../b", "..\\..\\x", "\\windows\\x"]
)
def test_an_archive_that_climbs_out_is_refused(name):
    with pytest.raises(files.FileRefusedError, match="outside of its folder"):
        check_unpacked(archive((name, b"x")))


def test_an_archive_of_endless_files_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MAX_ENTRIES", 10)

    with pytest.raises(files.FileRefusedError, match="more than 10 files"):
        check_unpacked(archive(*[(str(n), b"") for n in range(11)]))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 10, archive(("a", b"x" * 999)).getvalue()[:-30]]
)
def test_a_broken_archive_is_refused(content):
    with pytest.raises(files.FileRefusedError):
        check_unpacked(io.BytesIO(content))


@pytest.mark.parametrize(
    ("given", "mime_type", "shown"),
    [
        ("toko.png", "image/png", "toko.png"),
        ("foto.JPEG", "image/jpeg", "foto.JPEG"),
        ("photo.jpg.exe", "image/jpeg", "photo.jpg.exe.jpg"),
        ("invoice\u202egpj.exe", "application/octet-stream", "invoicegpj.exe"),
        ("\u200b\ufeffa\u2066b\u00ad.pdf", "application/pdf", "ab.pdf"),
        ("../../etc/passwd", "application/octet-stream", "_.._etc_passwd"),
        ("C:\\temp\\x.pdf", "application/pdf", "C_temp_x.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "application/pdf", "aSet-Cookie_ x=1.pdf"),
        ("nul\0byte.pdf", "application/pdf", "nulbyte.pdf"),
        ("half\ud800.pdf", "application/pdf", "half_.pdf"),
        ("", "application/pdf", "file"),
        ("...", "application/octet-stream", "file"),
        ("", "audio/ogg", "file.ogg"),
        ("مرحبا.pdf", "application/pdf", "مرحبا.pdf"),
        ("x" * 300 + ".pdf", "application/pdf", "x" * 116 + ".pdf"),
        ("x" * 300, "image/png", "x" * 116 + ".png"),
        ("a." + "b" * 300, "application/octet-stream", ("a." + "b" * 300)[:119]),
    ],
)
def test_a_name_is_made_fit_to_be_shown_and_saved(given, mime_type, shown):
    assert shown_name(given, mime_type) == shown
