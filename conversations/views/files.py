"""/media/<id>/: files of messages, for whoever may read the message. Nothing in them ever runs on our pages."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, BinaryIO
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from conversations import selectors
from conversations.models import Media, MediaState
from crm.core.doors import actor_of
from crm.core.files import UNKNOWN

PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
ALONE = "sandbox; default-src 'none'"  # opened by itself, a file may do nothing


@require_GET
def media(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """The file. A picture may be shown, everything else is handed out; sound and film in pieces, as players ask."""
    row = selectors.get_media(actor_of(request), id)
    if row.state != MediaState.STORED:
        raise Http404
    try:
        file = row.file.open("rb")
    except FileNotFoundError:
        raise Http404
    return _with_headers(_pieces(request, file, row.file.size), row)


def _pieces(request: HttpRequest, file: Any, size: int) -> HttpResponseBase:
    """All of it, or the one range that was asked for."""
    first, last = _range(request.headers.get("Range", ""), size)
    if first >= size > 0:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    file.seek(first)
    is_part = (first, last) != (0, size - 1)
    headers = {"Content-Length": str(last - first + 1), "Accept-Ranges": "bytes"}
    if is_part:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    parts = (_AsyncPieces if isinstance(request, ASGIRequest) else _Pieces)(file, last - first + 1)
    return StreamingHttpResponse(parts, status=206 if is_part else 200, headers=headers)


def _range(asked: str, size: int) -> tuple[int, int]:
    """First and last byte; several ranges at once, or none that can be read, mean all."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or not any(found.groups()):
        return 0, size - 1
    first, last = found.groups()
    if not first:
        return max(0, size - int(last[:15])), size - 1
    if last and int(last[:15]) < int(first[:15]):
        return 0, size - 1
    return int(first[:15]), min(int(last[:15]), size - 1) if last else size - 1


class _Reader:
    """So many bytes of an open file, piece by piece; whoever sends them closes it."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        self._file, self._left = file, left

    def read(self) -> bytes:
        """The next piece; empty at the end."""
        part = self._file.read(min(PIECE, self._left)) if self._left > 0 else b""
        self._left -= len(part)
        return part

    def close(self) -> None:
        """Nothing more is wanted."""
        self._file.close()


class _Pieces(_Reader):
    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")


class _AsyncPieces(_Reader):
    """For the server's loop, which must not wait for a disk."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await sync_to_async(self.read, thread_sensitive=False)():
            yield part


def _with_headers(answer: HttpResponseBase, row: Media) -> HttpResponseBase:
    """The real type when a page may show or play it; anything else is bytes, whatever it calls itself."""
    answer.headers["Content-Type"] = row.real_type if row.is_shown or row.is_played else UNKNOWN
    disposition = content_disposition_header(not row.is_shown, row.file_name or "file")
    answer.headers["Content-Disposition"] = disposition or "attachment"
    answer.headers["Content-Security-Policy"] = ALONE
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, max-age=600"
    return answer
