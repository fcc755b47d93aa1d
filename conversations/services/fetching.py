"""Fetching files: lease, bring outside of any transaction, judge, write down. A file is there wholly or not at all."""

import hashlib
import logging
import tempfile
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations import decisions, selectors
from conversations.channels.port import Account, ChannelError
from conversations.channels.registry import adapter_for
from conversations.events import MediaChanged
from conversations.models import Media, MediaState
from crm.bus import publish
from crm.core import files
from crm.core.actors import acting, system_actor
from crm.core.walls import within_row

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)  # longer than a worker's time limit
LIFE = timedelta(days=7)  # for how long providers keep a file, when they don't say
MEGABYTE = 1024 * 1024
LARGEST = 100 * MEGABYTE
ARCHIVES = ("application/zip", "application/vnd.", "application/msword", "application/epub+zip")
MAX_ATTEMPTS = 60  # a file that ends its worker each time is not fetched for ever


@dataclass(frozen=True)
class Task:
    """A file that one worker may fetch now, in plain values. `before`: the lease of a worker that died over it."""

    media_id: UUID
    workspace_id: UUID
    token: UUID
    kind: str
    account: Account
    provider_id: str
    sha256: str
    attempts: int
    expires_at: datetime
    before: UUID | None


@dataclass(frozen=True)
class Kept:
    """A file that was brought and stored."""

    name: str
    size: int
    nature: files.Nature


@within_row(Media, "media_id")
def fetch_media(*, media_id: UUID) -> bool:
    """Bring one file, if it is due and nobody else is at it; True once it is stored."""
    task = _claim(media_id)
    if task is None:
        return False
    if task.before is not None:
        _throw_away(_place(task.workspace_id, task.before))
    try:
        kept = _bring(task)
    except ChannelError as error:
        _not_brought(task, str(error.text or error.code), is_final=error.kind == "permanent")
    except files.FileRefusedError as error:
        _not_brought(task, str(error), is_final=True)
    except OSError as error:  # the disk is full, or not ours to write: it is no fault of the file
        log.exception("a file could not be written", extra={"media": str(task.media_id)})
        _not_brought(task, f"It could not be written: {error.strerror}.", is_final=False)
    else:
        return _store(task, kept)
    return False


@transaction.atomic
def _claim(media_id: UUID) -> Task | None:
    """Lease it, or None. What its provider no longer keeps is given up here."""
    now = timezone.now()
    rows = Media.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    row = (
        rows.select_related("channel", "message")
        .filter(pk=media_id, state=MediaState.PENDING, next_at__lte=now)
        .first()
    )
    if row is None or (row.lease_until and row.lease_until > now):
        return None
    expires_at = row.expires_at or (row.message.provider_time or row.created_at) + LIFE
    if expires_at <= now or row.attempts >= MAX_ATTEMPTS:
        _end(row, MediaState.EXPIRED, row.error or gettext_noop("The channel no longer offers this file."))
        return None
    before, row.lease_token, row.lease_until = row.lease_token, uuid.uuid4(), now + LEASE
    row.attempts += 1
    row.save(update_fields=["lease_token", "lease_until", "attempts"])
    return Task(
        media_id=row.pk,
        workspace_id=row.workspace_id,
        token=row.lease_token,
        kind=row.channel.kind,
        account=selectors.account_of(row.channel),
        provider_id=row.provider_id,
        sha256=row.sha256,
        attempts=row.attempts,
        expires_at=expires_at,
        before=before,
    )


def _bring(task: Task) -> Kept:
    """The bytes, in a nameless file that a crash takes along; stored under a name only when they are right."""
    adapter = adapter_for(task.kind)
    if adapter is None:
        raise ChannelError("permanent", "no_adapter", f"This product doesn't speak {task.kind}.")
    with _scratch() as scratch:
        came = adapter.fetch(task.account, task.provider_id, scratch, LARGEST)
        _check_digest(scratch, task.sha256 or came.sha256)
        if not came.size:
            raise files.FileRefusedError(_("The file is empty."))
        nature = _judge(scratch)
        scratch.seek(0)
        name = _place(task.workspace_id, task.token)
        try:
            return Kept(default_storage.save(name, File(scratch)), came.size, nature)
        except BaseException:
            _throw_away(name)
            raise


def _scratch() -> BinaryIO:
    """On the disk where files are kept, so that a full disk is noticed here and not halfway into its place."""
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    return cast("BinaryIO", tempfile.TemporaryFile(dir=settings.MEDIA_ROOT))


def _check_digest(scratch: Any, claimed: str) -> None:
    """What came must be what was sent; else it was cut or changed on the way, and is brought again."""
    scratch.seek(0)
    if claimed and hashlib.file_digest(scratch, "sha256").hexdigest() != claimed:
        raise ChannelError("transient", "digest", "What came is not what was sent.")


def _judge(scratch: Any) -> files.Nature:
    scratch.seek(0)
    nature = files.nature_of(scratch.read(files.HEAD))
    if nature.mime_type.startswith(ARCHIVES):
        scratch.seek(0)
        files.check_unpacked(scratch)
    return nature


def _place(workspace_id: UUID, token: UUID) -> str:
    """Under its workspace, by the number of the try: a worker that died leaves nothing that is not found again."""
    return f"{workspace_id}/{token.hex}"


def _throw_away(name: str) -> None:
    if default_storage.exists(name):
        default_storage.delete(name)


def _held(task: Task) -> Media | None:
    """The row, locked, if this worker still holds its lease."""
    rows = Media.objects.select_for_update(of=("self",), no_key=True).select_related("message")
    return rows.filter(pk=task.media_id, lease_token=task.token, state=MediaState.PENDING).first()


def _store(task: Task, kept: Kept) -> bool:
    """Write down that it is here; when another worker was faster, ours is thrown away."""
    with transaction.atomic():
        row = _held(task)
        if row is not None:
            row.file.name, row.size, row.real_type = kept.name, kept.size, kept.nature.mime_type
            row.is_shown, row.is_played = kept.nature.is_shown, kept.nature.is_played
            row.file_name = files.shown_name(row.file_name, row.real_type)
            _end(row, MediaState.STORED, "")
    if row is None:
        _throw_away(kept.name)
    return row is not None


def _not_brought(task: Task, why: str, *, is_final: bool) -> None:
    """Later again while its provider keeps it; a refusal is the end."""
    with transaction.atomic():
        row = _held(task)
        if row is None:
            return
        row.error = why[:500]
        if is_final:
            _end(row, MediaState.FAILED, row.error)
            return
        row.next_at = min(timezone.now() + decisions.wait_before_fetching(task.attempts), task.expires_at)
        row.lease_until = row.lease_token = None
        row.save(update_fields=["error", "next_at", "lease_until", "lease_token"])


def _end(row: Media, state: MediaState, error: str) -> None:
    actor = system_actor(row.workspace_id, via="task")
    row.state, row.error, row.lease_until, row.lease_token = state, error, None, None
    with acting(actor):
        row.save()
        publish(
            MediaChanged(str(row.pk), str(row.message_id), str(row.message.conversation_id), str(state)),
            actor=actor,
        )
