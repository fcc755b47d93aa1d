"""Small real files that people send when a test gives no bytes: picture, silent voice note, sticker, PDF."""

import base64
import struct
import zlib
from collections.abc import Callable

MIME_TYPES = {
    "image": "image/png",
    "audio": "audio/ogg; codecs=opus",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
}
WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")  # one transparent pixel
SILENCE = b"\xf8\xff\xfe"  # one Opus frame of 20 ms


def sample(kind: str) -> bytes:
    """The bytes of the sample of this kind (image, audio, video, document, sticker)."""
    makers: dict[str, Callable[[], bytes]] = {"image": png, "audio": ogg, "video": mp4, "document": pdf}
    return makers[kind]() if kind in makers else WEBP


def png(width: int = 160, height: int = 120) -> bytes:
    """A warm gradient."""
    rows = b"".join(
        b"\x00" + b"".join(bytes((200 + x % 40, 120 + y % 80, 60 + (x + y) % 60)) for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(name, data) for name, data in chunks)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def ogg(frames: int = 50) -> bytes:
    """A voice note of silence, 20 ms per frame: Opus in an Ogg stream."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 16000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"none" + struct.pack("<I", 0)
    pages = [_ogg_page([head], 0, 0, 2), _ogg_page([tags], 0, 1, 0)]
    return b"".join([*pages, _ogg_page([SILENCE] * frames, frames * 960, 2, 4)])


def _ogg_page(packets: list[bytes], granule: int, sequence: int, flags: int) -> bytes:
    """One page with whole packets, each shorter than 255 bytes."""
    table = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, 1, sequence, 0) + bytes([len(table)]) + table
    page = head + b"".join(packets)
    return page[:22] + struct.pack("<I", _ogg_crc(page)) + page[26:]


def _ogg_crc(page: bytes) -> int:
    """Ogg's checksum: CRC-32 of polynomial 04c11db7, not reflected, started at 0."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def mp4() -> bytes:
    """The beginning of an MP4: enough to be recognised as one, no picture inside."""
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp41") + struct.pack(
        ">I4s", 8, b"mdat"
    )


def pdf() -> bytes:
    """One empty page."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 4\n0000000000 65535 f \n" + table + end
