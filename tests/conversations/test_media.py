"""Customers' files: fetched with the channel's token, kept as what they are, handed to who may read the message."""

import base64
import errno
import hashlib
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from conversations import selectors, services, tasks
from conversations.channels.whatsapp_meta import media as meta_media
from conversations.channels.whatsapp_meta.media import as_hex
from conversations.models import Media, Message
from crm.core.outgoing import calls
from crm.models import EventRecord
from simulator.samples import sample
from tests.factories.conversations import MediaFactory

PICTURE = sample("image")


def digest(content):
    """As webhooks carry it, once decoded."""
    return hashlib.sha256(content).hexdigest()


class Shelf:
    """A Graph that keeps files: `content` by id, `refuse` answers instead, `url` what it says the address is."""

    def __init__(self):
        self.content: dict = {}
        self.refuse: dict = {}
        self.asked: list = []
        self.said_url = ""
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                shelf.asked.append((self.path, self.headers.get("Authorization", "")))
                status, kind, body = shelf.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def answer(self, path):
        """What is asked for: the description of a file by its id, or its bytes."""
        name = path.partition("?")[0].rpartition("/")[2]
        if path.startswith("/bytes/"):
            return self.refuse.get("bytes") or (200, "image/png", self.content[name])
        if "describe" in self.refuse:
            status, document = self.refuse["describe"]
            return status, "application/json", json.dumps(document).encode()
        about = {"url": self.said_url or f"{self.url}/bytes/{name}", "mime_type": "image/png", "id": name}
        return 200, "application/json", json.dumps(about).encode()

    def close(self):
        calls.close_shared_clients()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def shelf(settings):
    """Meta's shelf of files."""
    found = Shelf()
    settings.META_GRAPH_URL = found.url
    yield found
    found.close()


@pytest.fixture
def folder(settings, tmp_path):
    """Where files are kept in this test."""
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def picture(conversation, shelf, folder):
    """Budi's picture, not fetched yet."""
    row = MediaFactory.create(
        message=conversation.messages.get(),
        sha256=digest(PICTURE),
        file_name="toko.png",
        expires_at=in_days(7),
    )
    shelf.content[row.provider_id] = PICTURE
    return row


def in_days(days):
    return timezone.now() + timedelta(days=days)


def kept(folder):
    """Every file there is."""
    return [p for p in Path(folder).rglob("*") if p.is_file()]


def fetch(row):
    """What a worker does; the row afterwards."""
    services.fetch_media(media_id=row.pk)
    return Media.objects.get(pk=row.pk)


def test_a_picture_is_fetched_with_the_channels_token_and_kept(picture, shelf, folder):
    row = fetch(picture)

    assert (row.state, row.error, row.size, row.attempts) == ("stored", "", len(PICTURE), 1)
    assert (row.mime_type, row.real_type, row.is_shown, row.is_played) == (
        "image/png",
        "image/png",
        True,
        False,
    )
    [file] = kept(folder)
    assert file.read_bytes() == PICTURE
    assert file.parent.name == str(row.workspace_id)
    assert "toko" not in file.name
    assert [path.partition("?")[0] for path, _ in shelf.asked] == [
        f"/v26.0/{row.provider_id}",
        f"/bytes/{row.provider_id}",
    ]
    assert {token for _, token in shelf.asked} == {"Bearer test-only-access-token"}
    assert EventRecord.objects.filter(name="conversations.media_changed").count() == 1


def test_what_is_fetched_is_not_fetched_again(picture, shelf):
    fetch(picture)
    asked = len(shelf.asked)

    row = fetch(picture)

    assert (row.state, len(shelf.asked)) == ("stored", asked)
    assert selectors.media_waiting() == []


def test_a_nudge_and_the_sweep_find_what_waits(picture, nudges):
    tasks.fetch_media(str(picture.message_id))
    picture.refresh_from_db()
    assert picture.state == "stored"

    Media.objects.update(state="pending")
    tasks.sweep_media()
    picture.refresh_from_db()
    assert picture.state == "stored"


@pytest.mark.parametrize("host", ["http://127.0.0.1:1/x", "https://evil.example/x", "file:///etc/passwd", ""])
def test_the_token_goes_to_no_other_host(picture, shelf, folder, host, monkeypatch):
    called = []
    monkeypatch.setattr(calls, "streamed", lambda url, **_: called.append(url))
    shelf.said_url = host or "nonsense"

    row = fetch(picture)

    assert (row.state, row.error) == ("failed", "WhatsApp named an address that is not its own.")
    assert (called, len(shelf.asked), kept(folder)) == ([], 1, [])


def test_an_id_that_is_no_id_leads_nowhere(picture, shelf):
    Media.objects.update(provider_id="../../me?fields=token&")

    assert (fetch(picture).state, shelf.asked) == ("failed", [])


def test_bytes_that_were_changed_on_the_way_are_brought_again(picture, shelf, folder):
    shelf.content[picture.provider_id] = PICTURE[:-1]

    row = fetch(picture)

    # Then nothing is kept, it is due again later, and the right bytes end it
    assert (row.state, row.error) == ("pending", "What came is not what was sent.")
    assert (row.next_at > timezone.now(), row.lease_until, kept(folder)) == (True, None, [])
    shelf.content[picture.provider_id] = PICTURE
    Media.objects.update(next_at=timezone.now())
    assert fetch(picture).state == "stored"


def test_before_its_time_nobody_tries(picture, shelf):
    Media.objects.update(next_at=in_days(1))

    assert (fetch(picture).state, shelf.asked) == ("pending", [])


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((400, {"error": {"code": 100, "message": "no such object"}}), "failed"),
        ((500, {"error": {"code": 131000, "message": "fault"}}), "pending"),
        ((401, {"error": {"code": 190, "message": "token"}}), "pending"),
        ((429, {"error": {"code": 4, "message": "slower"}}), "pending"),
        ((502, "gateway"), "pending"),
        ((200, ["no object"]), "pending"),
    ],
)
def test_what_the_provider_answers_decides(picture, shelf, folder, answer, state):
    shelf.refuse["describe"] = answer

    row = fetch(picture)

    assert (row.state, bool(row.error), kept(folder)) == (state, True, [])


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_address_that_gives_no_bytes_is_asked_for_again(picture, shelf, folder, status):
    shelf.refuse["bytes"] = (status, "text/html", b"<html>")

    row = fetch(picture)

    assert (row.state, kept(folder)) == ("pending", [])


def test_after_its_life_a_file_is_given_up(picture, shelf):
    Media.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    row = fetch(picture)

    assert (row.state, row.attempts, shelf.asked) == ("expired", 0, [])


def test_what_ends_its_worker_each_time_is_given_up(picture, shelf):
    Media.objects.update(attempts=60)

    assert (fetch(picture).state, shelf.asked) == ("expired", [])


def test_a_file_that_is_too_large_is_not_kept(picture, folder, monkeypatch):
    monkeypatch.setattr("conversations.services.fetching.LARGEST", 1000)

    row = fetch(picture)

    assert (row.state, row.error, kept(folder)) == ("failed", "The file is larger than 1000 bytes.", [])


def test_an_empty_file_is_not_kept(picture, shelf, folder):
    shelf.content[picture.provider_id] = b""
    Media.objects.update(sha256="")

    row = fetch(picture)

    assert (row.state, row.error, kept(folder)) == ("failed", "The file is empty.", [])


def test_a_full_disk_costs_time_and_leaves_no_half_file(picture, folder, monkeypatch):
    def full(self, name, content):
        Path(self.path(name)).parent.mkdir(parents=True, exist_ok=True)
        Path(self.path(name)).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    row = fetch(picture)
    assert (row.state, row.error) == ("pending", "It could not be written: No space left on device.")
    assert kept(folder) == []

    # When there is room again
    monkeypatch.undo()
    Media.objects.update(next_at=timezone.now())
    assert fetch(picture).state == "stored"


def test_only_one_worker_is_at_it(picture, shelf):
    Media.objects.update(lease_until=in_days(1))
    assert (services.fetch_media(media_id=picture.pk), shelf.asked) == (False, [])

    # When that one died, its file goes and another takes over
    token = Media.objects.get().pk
    name = f"{picture.workspace_id}/{token.hex}"
    default_storage.save(name, ContentFile(b"left over"))
    Media.objects.update(lease_until=timezone.now() - timedelta(seconds=1), lease_token=token)
    assert fetch(picture).state == "stored"
    assert not default_storage.exists(name)


def test_who_lost_the_lease_writes_nothing(picture, folder, monkeypatch):
    """Another worker was faster while we were still reading."""
    inner = meta_media.fetch

    def slow(*args):
        Media.objects.update(lease_token=picture.pk)
        return inner(*args)

    monkeypatch.setattr(meta_media, "fetch", slow)

    row = fetch(picture)

    assert (row.state, row.lease_token, kept(folder)) == ("pending", picture.pk, [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (digest(b"x"), digest(b"x")),
        (digest(b"x").upper(), digest(b"x")),
        (base64.b64encode(hashlib.sha256(b"x").digest()).decode(), digest(b"x")),
        ("", ""),
        ("nonsense", ""),
        ("ab" * 31, ""),
    ],
)
def test_a_digest_is_read_in_both_its_forms(given, said):
    assert as_hex(given) == said


def address(row):
    return f"/media/{row.pk}/"


def test_a_picture_is_shown_to_who_may_read_the_message(picture, owner):
    fetch(picture)

    answer = owner.page.get(address(picture))

    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PICTURE)
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'inline; filename="toko.png"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, max-age=600"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_others_are_not_told_that_it_exists(picture, owner, colleague, stranger, anonymous):
    conversation = picture.message.conversation
    services.assign_conversation(actor=owner.actor(), conversation_id=conversation.pk, user_id=owner.user.pk)
    fetch(picture)

    seen = owner.page.get(address(picture))
    assert (seen.status_code, b"".join(seen.streaming_content)) == (200, PICTURE)
    assert [player.page.get(address(picture)).status_code for player in (colleague, stranger)] == [404, 404]
    assert anonymous.get(address(picture))["Location"].startswith("/accounts/login/")
    assert owner.page.post(address(picture)).status_code == 405


def test_what_is_not_here_yet_is_not_there(picture, owner):
    assert owner.page.get(address(picture)).status_code == 404

    fetch(picture)
    default_storage.delete(str(Media.objects.get().file.name))
    assert owner.page.get(address(picture)).status_code == 404


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script>", "page.html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "drawing.svg"),
        (b"GIF89a/*<script>alert(1)</script>*/", "both.gif"),
        (b"%PDF-1.4\n%%EOF", "offer.pdf"),
        (b"MZ\x90\x00" + b"\0" * 60, "photo.jpg"),
    ],
)
def test_what_could_run_is_handed_out_as_bytes(picture, shelf, owner, content, name):
    """Whatever its sender calls it, and whatever type they claim."""
    shelf.content[picture.provider_id] = content
    Media.objects.update(sha256="", file_name=name, mime_type="text/html")
    row = fetch(picture)

    answer = owner.page.get(address(picture))

    assert (row.state, row.is_shown) == ("stored", False)
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-3", 206, slice(0, 4), "bytes 0-3/{size}"),
        ("bytes=5-", 206, slice(5, None), "bytes 5-{last}/{size}"),
        ("bytes=-4", 206, slice(-4, None), "bytes {fourth}-{last}/{size}"),
        ("bytes=5-999999999999", 206, slice(5, None), "bytes 5-{last}/{size}"),
        ("bytes=0-", 200, slice(None), None),
        ("bytes=9-2", 200, slice(None), None),
        ("bytes=0-1,4-5", 200, slice(None), None),
        ("lines=1-2", 200, slice(None), None),
        ("bytes=999999999-", 416, slice(0, 0), "bytes */{size}"),
    ],
)
def test_a_player_may_ask_for_a_part(picture, owner, asked, status, part, told):
    fetch(picture)

    answer = owner.page.get(address(picture), headers={"Range": asked})

    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    size = len(PICTURE)
    wanted = told.format(size=size, last=size - 1, fourth=size - 4) if told else None
    assert (answer.status_code, body, answer.get("Content-Range")) == (status, PICTURE[part], wanted)
    if status != 416:
        assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(len(body)), "bytes")


def test_sound_is_played_from_its_real_type(picture, shelf, owner):
    shelf.content[picture.provider_id] = sample("audio")
    Media.objects.update(sha256="", mime_type="audio/ogg; codecs=opus", file_name="")
    fetch(picture)

    page = owner.page.get(f"/inbox/?open={picture.message.conversation_id}").content.decode()
    answer = owner.page.get(address(picture))

    assert b"".join(answer.streaming_content) == sample("audio")
    assert f'<audio controls preload="none" src="{address(picture)}"' in page
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "audio/ogg",
        'attachment; filename="file.ogg"',
    )


@pytest.mark.django_db(transaction=True)
def test_the_server_sends_it_in_pieces_without_waiting(picture, owner, async_client, monkeypatch):
    monkeypatch.setattr("conversations.views.files.PIECE", 10_000)
    fetch(picture)
    async_client.cookies = owner.page.cookies

    async def ask():
        answer = await async_client.get(address(picture))
        return answer.is_async, [part async for part in answer.streaming_content]

    is_async, parts = async_to_sync(ask)()

    assert (is_async, len(parts), b"".join(parts)) == (True, 4, PICTURE)


def test_the_thread_says_how_a_file_is_doing(picture, owner):
    def thread():
        return owner.page.get(f"/inbox/?open={picture.message.conversation_id}").content.decode()

    assert "The file is on its way" in thread()
    fetch(picture)
    assert f'<img src="{address(picture)}" alt="Picture toko.png"' in thread()
    Media.objects.update(state="expired", error="The channel no longer offers this file.")
    assert "Ask for it again" in thread()


def test_a_rep_asks_again_once_in_the_customers_language(picture, owner):
    conversation = picture.message.conversation
    Media.objects.update(state="expired")
    conversation.contact.language = "id"
    conversation.contact.save()
    url = f"/inbox/{conversation.pk}/ask-again/{picture.pk}/"

    for _ in range(2):
        assert owner.page.post(url, headers={"HX-Request": "true"}).status_code == 200

    [sent] = Message.objects.filter(direction="out")
    assert sent.text == "Maaf, file yang Anda kirim tidak bisa saya buka. Boleh tolong dikirim lagi?"
    assert (sent.status, sent.author_kind, sent.reply_to) == ("queued", "person", picture.message.provider_id)
    assert Media.objects.get().asked_again_at is not None


def test_nobody_asks_for_what_is_here_or_not_theirs(picture, owner, viewer, stranger):
    url = f"/inbox/{picture.message.conversation_id}/ask-again/{picture.pk}/"
    headers = {"HX-Request": "true"}

    assert owner.page.post(url, headers=headers).status_code == 409
    Media.objects.update(state="failed")
    assert viewer.page.post(url, headers=headers).status_code == 403
    assert stranger.page.post(url, headers=headers).status_code == 404
    assert not Message.objects.filter(direction="out").exists()
    assert Media.objects.get().asked_again_at is None
