"""The websocket: who may listen to what, and that it tells after the commit."""

import asyncio
import json
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import transaction

from config.asgi import application
from conversations import services
from crm import live
from crm import services as crm_services
from tests.conversations.test_sending import write
from tests.factories.conversations import receive

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = (b"origin", b"http://127.0.0.1")


class Ear:
    """A browser's websocket."""

    def __init__(self, player=None, origin=ORIGIN) -> None:
        headers = [origin]
        if player:
            session = player.page.cookies["sessionid"].value
            headers.append((b"cookie", f"sessionid={session}".encode()))
        scope = {
            "type": "websocket",
            "path": "/ws/",
            "headers": headers,
            "query_string": b"",
            "subprotocols": [],
        }
        self.wire = ApplicationCommunicator(application, scope)

    async def connect(self):
        """Knock; the answer."""
        await self.wire.send_input({"type": "websocket.connect"})
        return await self.wire.receive_output(timeout=5)

    async def say(self, words) -> None:
        """Send JSON."""
        await self.wire.send_input({"type": "websocket.receive", "text": json.dumps(words)})

    async def hear(self):
        """The next thing told."""
        return json.loads((await self.wire.receive_output(timeout=5))["text"])

    async def watch(self, *topics: str) -> list[tuple[str, str]]:
        """Subscribe; how each topic was answered."""
        await self.say({"subscribe": list(topics)})
        answers = [await self.hear() for _ in topics]
        return [(a["what"], a["topic"]) for a in answers]

    async def is_quiet(self):
        """True when nothing more comes."""
        return await self.wire.receive_nothing(timeout=0.1, interval=0.02)

    async def __aenter__(self):
        assert (await self.connect())["type"] == "websocket.accept"
        assert await self.hear() == {"what": "ready"}
        return self

    async def __aexit__(self, failed, *_):
        if failed:
            return  # the wire is down already; what it failed of matters more
        await self.wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wire.wait(timeout=5)


def in_loop(story):
    """Run a story of a test in a loop; what it does to the database is done in this thread."""
    async_to_sync(story)()


def in_database(work, *args, **kwargs):
    """Do it where the test's database connection is."""
    return sync_to_async(work, thread_sensitive=True)(*args, **kwargs)


@pytest.fixture
def ears(owner, teammate, colleague, stranger):
    """Sessions made before the loop begins."""
    for player in (owner, teammate, colleague, stranger):
        assert player.page


def test_visitors_are_refused():
    # when nobody in particular connects, then the socket closes with 4401
    async def story():
        ear = Ear()
        assert (await ear.connect())["type"] == "websocket.accept"
        closed = await ear.wire.receive_output(timeout=5)
        assert (closed["type"], closed["code"]) == ("websocket.close", 4401)

    in_loop(story)


def test_a_page_of_another_site_is_refused(owner, ears):
    # when another site opens the socket with the rep's cookie, then it is not even accepted
    async def story():
        ear = Ear(owner, origin=(b"origin", b"https://evil.example"))
        assert (await ear.connect())["type"] == "websocket.close"

    in_loop(story)


def test_topics_are_only_for_those_who_may_see_them(owner, colleague, stranger, teammate, conversation, ears):
    # given the owner's conversation
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    topic = f"conversation:{conversation.pk}"

    async def answers(player, *topics):
        async with Ear(player) as ear:
            return [what for what, _ in await ear.watch(*topics)]

    async def story():
        assert await answers(owner, topic, "conversations") == ["subscribed", "subscribed"]
        assert await answers(teammate, topic) == ["subscribed"]
        assert await answers(colleague, topic) == ["refused"]
        assert await answers(stranger, topic) == ["refused"]
        odd = ["conversation:", "conversation:x", f"conversation:{uuid4()}", "nobody", ""]
        assert await answers(owner, *odd) == ["refused"] * 5

    in_loop(story)


def test_it_is_told_after_the_commit_and_only_here(owner, stranger, conversation, ears):
    # given a rep who watches, and a stranger who watches their own inbox
    async def story():
        async with Ear(owner) as ear, Ear(stranger) as foreign:
            await ear.watch(f"conversation:{conversation.pk}", "conversations")
            await foreign.watch("conversations")

            # when something is written but not committed, then nothing is told
            def queue(loop):
                with transaction.atomic():
                    write(owner, conversation, "Hi")
                    quiet = asyncio.run_coroutine_threadsafe(ear.is_quiet(), loop)
                    assert quiet.result(5)

            await in_database(queue, asyncio.get_running_loop())

            # then, after the commit, both topics are told that it changed: once each, of two facts
            told = [await ear.hear() for _ in range(2)]
            assert await ear.is_quiet()
            assert {t["topic"] for t in told} == {f"conversation:{conversation.pk}", "conversations"}
            assert {t["what"] for t in told} == {"changed"}
            assert {t["id"] for t in told} == {str(conversation.pk)}
            assert all(isinstance(t["sequence"], int) for t in told)
            assert await foreign.is_quiet()

    in_loop(story)


def test_what_was_rolled_back_is_never_told(owner, conversation, ears):
    # when a change is rolled back, then watchers hear nothing
    async def story():
        async with Ear(owner) as ear:
            await ear.watch("conversations")

            def fail():
                with transaction.atomic():
                    write(owner, conversation, "Hi")
                    transaction.set_rollback(True)

            await in_database(fail)
            assert await ear.is_quiet()

    in_loop(story)


def test_a_message_of_a_customer_rings(owner, channel, conversation, ears):
    # when the customer writes, then the thread and the list are told
    async def story():
        async with Ear(owner) as ear:
            await ear.watch(f"conversation:{conversation.pk}")
            await in_database(receive, channel, "and?")
            assert (await ear.hear())["topic"] == f"conversation:{conversation.pk}"

    in_loop(story)


def test_alerts_ring_for_their_own_person_only(owner, teammate, system, ears):
    # given two people who watch their alerts
    async def story():
        async with Ear(owner) as mine, Ear(teammate) as theirs:
            assert await mine.watch("alerts") == [("subscribed", "alerts")]
            assert await theirs.watch("alerts") == [("subscribed", "alerts")]

            # when one is alerted, then only that bell rings
            alert = {"kind": "lead", "key": "k", "title": "A lead for you"}
            await in_database(crm_services.alert_user, actor=system, user_id=owner.user.pk, **alert)
            told = await mine.hear()
            assert (told["topic"], told["what"]) == ("alerts", "added")
            assert await theirs.is_quiet()

    in_loop(story)


def test_nobody_listens_to_another_persons_alerts(owner, teammate, system, ears):
    # when somebody asks for another's bell by name, then the group's own name is no topic
    async def story():
        async with Ear(teammate) as ear:
            for topic in (f"alerts.{owner.user.pk}", f"alerts:{owner.user.pk}"):
                what = (await ear.watch(topic))[0][0]
                alert = {"kind": "lead", "key": topic, "title": "A lead for you"}
                await in_database(crm_services.alert_user, actor=system, user_id=owner.user.pk, **alert)
                assert await ear.is_quiet(), what

    in_loop(story)


def test_odd_words_are_answered_and_break_nothing(owner, ears):
    # when a browser sends nonsense, then it is told what would be understood, and the socket lives on
    async def story():
        async with Ear(owner) as ear:
            words: list[object] = [[], "x", 7, None, {"do": "it"}]
            for odd in words:
                await ear.say(odd)
                assert (await ear.hear())["what"] == "error"
            await ear.say({"subscribe": ["x" * 200, 7, None, {}]})
            await ear.say({"ping": 1})
            assert await ear.hear() == {"what": "pong"}
            assert await ear.watch("conversations") == [("subscribed", "conversations")]

    in_loop(story)


def test_who_left_a_topic_hears_no_more_of_it(owner, channel, conversation, ears):
    # given a rep who watched the list and stopped
    async def story():
        async with Ear(owner) as ear:
            await ear.watch("conversations")
            await ear.say({"unsubscribe": ["conversations"], "ping": 1})
            assert await ear.hear() == {"what": "pong"}
            await in_database(receive, channel, "and?")
            assert await ear.is_quiet()

    in_loop(story)


def test_without_redis_work_goes_on(owner, conversation, monkeypatch):
    # given a channel layer that is away
    class Away:
        async def group_send(self, *_):
            raise ConnectionError("redis")

    monkeypatch.setattr(live, "get_channel_layer", Away)

    # when somebody writes, then it is written
    assert write(owner, conversation, "Hi").status == "queued"


BROKEN = (
    "nonsense",
    "",
    "[" * 100_000,
    '{"subscribe": ["\\ud800"]}',
    '{"subscribe": ["a\\u0000"]}',
    '{"ping": NaN}',
    "[1]",
)


@pytest.mark.parametrize("words", BROKEN, ids=range(len(BROKEN)))
def test_what_is_not_understood_is_answered_and_the_wire_goes_on(owner, words):
    ear = Ear(owner)

    async def story():
        async with ear:
            await ear.wire.send_input({"type": "websocket.receive", "text": words})
            assert (await ear.hear())["what"] == "error"
            await ear.say({"ping": 1})
            assert await ear.hear() == {"what": "pong"}

    in_loop(story)
