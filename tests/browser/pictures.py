"""Small PNGs: a screenshot of a page has few colours that matter, so 256 of them are enough."""

import base64
import struct
import zlib

import numpy as np

COLOURS = 256
PIXELS = """
async (png) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const { data } = pen.getImageData(0, 0, picture.width, picture.height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [picture.width, picture.height, btoa(text)];
}
"""


def small_png(page, png):
    """The same picture in at most 256 colours, as bytes; `page` is any page that lets scripts fetch data URLs."""
    width, height, pixels = page.evaluate(PIXELS, base64.b64encode(png).decode())
    rgb = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    packed = rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    found, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    palette = apart(found[np.argsort(-counts)])
    indices = nearest(unpacked(found), unpacked(palette))[places]
    return encoded(width, height, unpacked(palette), indices)


def apart(colours):
    """The most frequent colours, leaving out those that look like one already chosen."""
    chosen = list(colours[: COLOURS // 2])
    for colour in colours[COLOURS // 2 :]:
        if len(chosen) == COLOURS:
            break
        distance = np.abs(unpacked(np.array(chosen)) - unpacked(np.array([colour]))).sum(axis=1).min()
        if distance > 12:
            chosen.append(colour)
    return np.array(chosen)


def unpacked(colours):
    """Numbers as rows of red, green, blue."""
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)


def nearest(colours, palette):
    """For each colour the place of the palette's most similar one."""
    return np.array([np.abs(palette - colour).sum(axis=1).argmin() for colour in colours], np.uint8)


def encoded(width, height, palette, indices):
    """An indexed PNG."""
    rows = np.zeros((height, width + 1), np.uint8)  # each row starts with "no filter"
    rows[:, 1:] = indices.reshape(height, width)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = {b"IHDR": header, b"PLTE": palette.astype(np.uint8).tobytes()}
    parts |= {b"IDAT": zlib.compress(rows.tobytes(), 9), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts.items())


def chunk(kind, data):
    """A part of a PNG with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
