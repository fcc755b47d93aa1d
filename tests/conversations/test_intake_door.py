"""The short way in: one commit for many, each answered for itself; never a wait without end."""

import asyncio
import socket
import threading
import time
from collections import Counter

import psycopg
import psycopg_pool
import pytest
from asgiref.sync import async_to_sync
from django.db import connections

from conversations.api import intake
from conversations.models import Channel, InboundDelivery
from conversations.selectors.addresses import AddressBook
from conversations.services import keeping
from tests.conversations.hooks import body_of, sign, text, webhook

pytestmark = pytest.mark.django_db(transaction=True)
HELLO = body_of("wa_text_id_new_lead")
REAL_PATIENCE = intake.PATIENCE


@pytest.fixture(autouse=True)
def _a_busy_machine_may_take_its_time(monkeypatch):
    """Whoever tries the patience itself sets its own."""
    monkeypatch.setattr(intake, "PATIENCE", 30.0)
    monkeypatch.setattr(keeping, "PATIENCE", 30.0)


def play(scenario):
    """Run a coroutine function on a loop of its own, and close what it opened."""

    async def whole():
        try:
            return await scenario()
        finally:
            await intake.close()

    return async_to_sync(whole)()


async def knock(channel, body=HELLO, *, method="POST", parts=None, path="", **headers):
    """Status and text of one answer; (0, "") when there was none."""
    given = {"host": "127.0.0.1", "x-hub-signature-256": sign(body)} | headers
    parts = [body] if parts is None else parts
    events = [{"type": "http.request", "body": part, "more_body": True} for part in parts[:-1]]
    events += [{"type": "http.request", "body": parts[-1]} if parts else {"type": "http.disconnect"}]
    said = []

    async def receive():
        return events.pop(0)

    async def send(event):
        said.append(event)

    scope = {
        "type": "http",
        "method": method,
        "path": path or f"/hooks/whatsapp_meta/{channel.key}/",
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value is not None],
    }
    await intake.intake(scope, receive, send)
    return (said[0]["status"], said[1]["body"].decode()) if said else (0, "")


def told_of(nudges):
    """How often workers were asked to look at deliveries."""
    return sum(name == "conversations.read_deliveries" for name, _ in nudges)


def test_many_at_once_share_commits_and_all_are_kept(channel, nudges):
    bodies = [webhook(text(f"{n}", id=f"wamid.{n}", at=1_795_150_800)) for n in range(40)]

    async def scenario():
        await knock(channel)
        return await asyncio.gather(*(knock(channel, body) for body in bodies))

    answers = play(scenario)

    # then each is a row of its own, in fewer transactions than there are rows, and workers are asked to look but a few
    # times
    assert Counter(answers) == {(200, "kept"): 40}
    kept = {bytes(row.body): row for row in InboundDelivery.objects.all()}
    assert kept.keys() == {HELLO, *bodies}
    assert {(row.workspace_id, row.channel_id, row.state) for row in kept.values()} == {
        (channel.workspace_id, channel.pk, "new")
    }
    assert 1 <= told_of(nudges) < 10
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM conversations_inbounddelivery")
        assert cursor.fetchone()[0] < 20


def test_a_row_that_breaks_does_not_take_its_group_along(channel, strangers_channel, nudges):
    async def scenario():
        assert await knock(strangers_channel) == (200, "kept")
        assert await knock(channel) == (200, "kept")
        await asyncio.to_thread(remove)
        bodies = [webhook(text(f"{n}", id=f"wamid.{n}", at=1_795_150_800)) for n in range(10)]
        mixed = [knock(strangers_channel if n == 5 else channel, body) for n, body in enumerate(bodies)]
        return await asyncio.gather(*mixed)

    def remove():
        Channel.objects.filter(pk=strangers_channel.pk).delete()
        connections["default"].close()

    answers = play(scenario)

    # then the one whose channel is gone is told so, and its neighbours are kept
    assert answers[5] == (404, "There is no such channel.")
    assert Counter(answers) == {(200, "kept"): 9, (404, "There is no such channel."): 1}
    assert InboundDelivery.objects.count() == 10


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"is_active": False}, 404),
        ({"settings": {"app_secret": "another"}}, 401),
    ],
)
def test_a_changed_channel_is_seen_within_two_seconds(channel, nudges, change, status):
    async def scenario():
        assert (await knock(channel))[0] == 200
        await asyncio.to_thread(alter)
        seen, end = 200, time.monotonic() + 2
        while seen == 200 and time.monotonic() < end:
            seen = (await knock(channel))[0]
            await asyncio.sleep(0.1)
        return seen

    def alter():
        Channel.objects.filter(pk=channel.pk).update(**change)
        connections["default"].close()

    assert play(scenario) == status


def test_both_secrets_hold_while_one_is_rotated(channel, nudges):
    channel.settings["app_secret"] = "new-secret, old-secret"
    channel.save()

    async def scenario():
        secrets = ("new-secret", "old-secret", "new-secret, old-secret", "")
        return [(await knock(channel, **{"x-hub-signature-256": sign(HELLO, s)}))[0] for s in secrets]

    assert play(scenario) == [200, 200, 401, 401]
    assert InboundDelivery.objects.count() == 2


REFUSALS: list[tuple[dict, int]] = [
    ({"x-hub-signature-256": None}, 401),
    ({"x-hub-signature-256": "sha256=" + "0" * 64}, 401),
    ({"path": "/hooks/whatsapp_meta/nobody/"}, 404),
    ({"path": "/hooks/whatsapp_meta/a\0b/"}, 404),
    ({"path": "/hooks/pigeon/warung-whatsapp/"}, 404),
    ({"path": "/hooks/whatsapp_meta/warung-whatsapp/more/"}, 404),
    ({"path": "/hooks/"}, 404),
    ({"method": "PUT"}, 405),
    ({"host": "evil.example"}, 400),
    ({"content-length": str(99 * 1024 * 1024)}, 413),
    ({"parts": [b"x" * 1024 * 1024] * 5}, 413),
    ({"parts": []}, 0),
]


def test_what_is_refused_leaves_no_row(channel, nudges):
    async def scenario():
        return [(await knock(channel, **ask))[0] for ask, _ in REFUSALS]

    assert play(scenario) == [status for _, status in REFUSALS]
    assert not InboundDelivery.objects.exists()
    assert told_of(nudges) == 0


def test_a_body_in_pieces_is_one_body(channel, nudges):
    pieces = [HELLO[:10], HELLO[10:100], b"", HELLO[100:]]

    assert play(lambda: knock(channel, parts=pieces, path="/hooks/whatsapp_meta/warung-whatsapp")) == (
        200,
        "kept",
    )
    assert bytes(InboundDelivery.objects.get().body) == HELLO


def test_without_a_database_the_sender_is_asked_to_come_again(channel, nudges, monkeypatch):
    nowhere = psycopg_pool.AsyncConnectionPool("host=127.0.0.1 port=1", min_size=1, timeout=1, open=False)
    monkeypatch.setattr(intake, "async_pool", lambda **_: nowhere)

    async def scenario():
        began = time.monotonic()
        answers = await asyncio.gather(*(knock(channel) for _ in range(5)))
        return answers, time.monotonic() - began

    answers, seconds = play(scenario)
    assert Counter(answers) == {(503, "Come again later."): 5}
    assert seconds < 30  # it ends; the bound itself is a benchmark's matter
    assert not InboundDelivery.objects.exists()


def test_a_commit_that_hangs_is_not_waited_for(channel, nudges, monkeypatch):
    monkeypatch.setattr(keeping, "PATIENCE", 0.3)

    async def scenario():
        assert (await knock(channel))[0] == 200
        given = connections["default"].get_connection_params()
        names = ("dbname", "user", "password", "host", "port")
        holder = await psycopg.AsyncConnection.connect(
            **{name: given[name] for name in names if name in given}
        )
        async with holder:
            await holder.execute("LOCK TABLE conversations_inbounddelivery IN ACCESS EXCLUSIVE MODE")
            during = await asyncio.gather(*(knock(channel) for _ in range(3)))
        await asyncio.sleep(0.1)
        return during, await knock(channel)

    during, after = play(scenario)

    # then those during the lock are asked to come again (kept or not: their items count once), and the next is kept
    assert Counter(during) == {(503, "Come again later."): 3}
    assert after == (200, "kept")
    assert InboundDelivery.objects.count() in range(2, 6)


def test_look_up_and_commit_share_one_deadline(channel, nudges, monkeypatch):
    seen = {}

    async def scenario():
        desk, loop = intake.desk(), asyncio.get_running_loop()
        find, keep = desk.book.find, desk.keeper.keep

        async def slow_find(kind, key):
            seen["begun"] = loop.time()
            await asyncio.sleep(0.05)
            return await find(kind, key)

        async def seen_keep(**given):
            seen["deadline"] = given["deadline"]
            await keep(**given)

        monkeypatch.setattr(desk.book, "find", slow_find)
        monkeypatch.setattr(desk.keeper, "keep", seen_keep)
        return await knock(channel)

    # then the commit has only what the look-up left of the time for both, less than three seconds
    assert play(scenario) == (200, "kept")
    assert seen["deadline"] <= seen["begun"] + intake.PATIENCE
    assert REAL_PATIENCE <= 2.5


def test_a_database_that_accepts_and_says_nothing_is_not_waited_for(channel, nudges, monkeypatch):
    monkeypatch.setattr(intake, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"host=127.0.0.1 port={silent.getsockname()[1]} connect_timeout=2"
        nowhere = psycopg_pool.AsyncConnectionPool(address, min_size=1, timeout=30, open=False)
        monkeypatch.setattr(intake, "async_pool", lambda **_: nowhere)

        async def scenario():
            return await asyncio.gather(*(knock(channel) for _ in range(3)))

        answers = play(scenario)
    assert Counter(answers) == {(503, "Come again later."): 3}
    assert not InboundDelivery.objects.exists()


def test_an_expired_deadline_ends_the_wait_for_a_commit(channel, nudges):
    async def scenario():
        assert (await knock(channel))[0] == 200  # the pool is open
        with pytest.raises(keeping.NotKeptError, match="no commit in time"):
            await intake.desk().keeper.keep(
                workspace_id=channel.workspace_id,
                channel_id=channel.pk,
                body=HELLO,
                deadline=asyncio.get_running_loop().time(),
            )

    play(scenario)


def test_connections_of_a_restarted_server_are_replaced(channel, nudges):
    async def scenario():
        assert (await knock(channel))[0] == 200
        await asyncio.to_thread(end_them)
        return (await knock(channel))[0]

    def end_them():
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name LIKE '% loop'"
            )
        connections["default"].close()

    assert play(scenario) == 200
    assert InboundDelivery.objects.count() == 2


def test_nobody_waits_for_a_nudge(channel, monkeypatch):
    # given a broker that answers nobody
    release, asked = threading.Event(), []

    def hang(**given):
        asked.append(given)
        release.wait(20)

    monkeypatch.setattr("conversations.tasks.read_deliveries.apply_async", hang)

    async def scenario():
        answers = [await knock(channel) for _ in range(20)]
        attempts = len(asked)
        release.set()
        return answers, attempts

    answers, attempts = play(scenario)

    # then all are answered although one attempt is still on its way, and there was one attempt only
    assert Counter(answers) == {(200, "kept"): 20}
    assert attempts == 1


def test_an_address_is_asked_for_once_however_many_come():
    asked = []

    async def scenario():
        async def fetch(kind, key):
            asked.append(key)
            await asyncio.sleep(0.01)

        book = AddressBook(fetch, life=60)
        await asyncio.gather(*(book.find("whatsapp_meta", "a") for _ in range(50)))
        await book.find("whatsapp_meta", "a")
        book.forget("whatsapp_meta", "a")
        await book.find("whatsapp_meta", "a")

    async_to_sync(scenario)()
    assert asked == ["a", "a"]


def test_a_question_that_hangs_holds_up_nobody_who_asks_later():
    # given a connection that hangs, and a driver that takes its time to cancel
    asked, freed = [], asyncio.Event()

    async def fetch(kind, key):
        asked.append(key)
        if len(asked) == 1:
            try:
                await asyncio.Event().wait()
            finally:
                await freed.wait()

    async def scenario():
        book = AddressBook(fetch, life=60, patience=0.05)
        try:
            async with asyncio.timeout(10):
                asking = (book.find("whatsapp_meta", "a") for _ in range(3))
                first = await asyncio.gather(*asking, return_exceptions=True)
                then = await book.find("whatsapp_meta", "a")
        finally:
            freed.set()
        return first, then

    # then those who asked together hear that there was no answer, and the next one asks on another connection
    first, then = async_to_sync(scenario)()
    assert [type(error) for error in first] == [TimeoutError] * 3
    assert (then, asked) == (None, ["a", "a"])


def test_a_question_that_fails_is_asked_again_by_the_next():
    asked = []

    async def fetch(kind, key):
        asked.append(key)
        if len(asked) == 1:
            raise psycopg.OperationalError("gone")

    async def scenario():
        book = AddressBook(fetch, life=60)
        with pytest.raises(psycopg.OperationalError, match="gone"):
            await book.find("whatsapp_meta", "a")
        return await book.find("whatsapp_meta", "a")

    assert async_to_sync(scenario)() is None
    assert asked == ["a", "a"]
