"""Who else looks at a conversation, and who types in it: told from wire to wire, kept nowhere."""

import pytest
from redis.exceptions import ConnectionError as RedisIsAway

from conversations import services
from crm import consumers
from crm.core.broker import broker
from tests.conversations.test_live import Ear, in_database, in_loop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seen(owner, teammate):
    """Two browsers that have opened a page."""
    for player in (owner, teammate):
        assert player.page.get("/alerts/").status_code == 200


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch):
    """Tests say what they have to say one right after the other."""
    monkeypatch.setattr(consumers, "HURRIES", 0.0)


async def comes(ear: Ear, topic: str) -> None:
    """A browser opens the conversation and says that somebody looks at it."""
    assert await ear.watch(topic) == [("subscribed", topic)]
    await ear.say({"present": "viewing", "topic": topic})


async def told(ear: Ear) -> tuple[str, str, str]:
    """What is heard next of somebody else: what, who, what they do."""
    news = await ear.hear()
    return news["what"], news["who"]["name"], news["doing"]


@pytest.mark.usefixtures("seen")
def test_colleagues_see_each_other_come_type_and_go(owner, teammate, conversation):
    topic = f"conversation:{conversation.pk}"

    async def story():
        async with Ear(owner) as one:
            await comes(one, topic)
            async with Ear(teammate) as other:
                # when a colleague opens the conversation, then each learns of the other
                await comes(other, topic)
                assert await told(one) == ("presence", teammate.user.name, "viewing")
                assert await told(other) == ("presence", owner.user.name, "viewing")

                # and of what they type
                await other.say({"present": "typing", "topic": topic})
                assert await told(one) == ("presence", teammate.user.name, "typing")

            # and a wire that ends has left
            assert await told(one) == ("presence", teammate.user.name, "gone")

    in_loop(story)


@pytest.mark.usefixtures("seen")
def test_who_leaves_the_conversation_is_gone_from_it(owner, teammate, conversation):
    topic = f"conversation:{conversation.pk}"

    async def story():
        async with Ear(owner) as one, Ear(teammate) as other:
            await comes(one, topic)
            await comes(other, topic)
            await told(one)
            await other.say({"unsubscribe": [topic]})
            assert await told(one) == ("presence", teammate.user.name, "gone")

    in_loop(story)


@pytest.mark.usefixtures("seen")
def test_nobody_is_present_where_they_do_not_watch(owner, teammate, conversation):
    topic = f"conversation:{conversation.pk}"

    async def story():
        async with Ear(owner) as one, Ear(teammate) as other:
            await comes(one, topic)
            await one.watch("conversations")

            # when somebody says they are there without watching, or says what nobody understands
            await other.say({"present": "viewing", "topic": topic})
            await other.watch("conversations", topic)
            await other.say({"present": "dancing", "topic": topic})
            await other.say({"present": "viewing", "topic": "conversations"})

            # then nothing is passed on
            assert await one.is_quiet()

    in_loop(story)


@pytest.mark.usefixtures("seen")
def test_oneself_in_another_window_is_nobody_else(owner, conversation):
    topic = f"conversation:{conversation.pk}"

    async def story():
        async with Ear(owner) as one, Ear(owner) as same:
            await comes(one, topic)
            await comes(same, topic)
            assert await one.is_quiet()
            assert await same.is_quiet()

    in_loop(story)


@pytest.mark.usefixtures("seen")
def test_who_may_see_it_no_more_is_not_passed_on(owner, colleague, conversation):
    assert colleague.page.get("/alerts/").status_code == 200
    topic = f"conversation:{conversation.pk}"
    mine = {"actor": owner.actor(), "conversation_id": conversation.pk}

    async def story():
        async with Ear(colleague) as other:
            await comes(other, topic)
            await other.say({"ping": 1})
            assert await other.hear() == {"what": "pong"}  # what was said before was dealt with

            # when the conversation becomes the owner's, and the colleague of no team goes on typing in it
            await in_database(services.take_over, **mine)
            assert (await other.hear())["what"] == "changed"
            async with Ear(owner) as one:
                await one.watch(topic)
                await other.say({"present": "typing", "topic": topic})

                # then the wire is told so, and the owner hears that they left, not that they type
                assert await other.hear() == {"what": "refused", "topic": topic}
                assert await told(one) == ("presence", colleague.user.name, "gone")
                await one.say({"present": "viewing", "topic": topic})
                assert await other.is_quiet()

    in_loop(story)


@pytest.mark.usefixtures("seen")
def test_without_redis_nobody_is_present_and_the_wire_lives(owner, teammate, conversation, monkeypatch):
    topic = f"conversation:{conversation.pk}"

    async def away(group, message):
        raise RedisIsAway

    async def story():
        async with Ear(owner) as one, Ear(teammate) as other:
            await one.watch(topic)
            await other.watch(topic)

            # when Redis does not take what is told, then nothing comes of it
            with monkeypatch.context() as patched:
                patched.setattr("channels.layers.InMemoryChannelLayer.group_send", lambda self, *a: away(*a))
                await one.say({"present": "viewing", "topic": topic})
                assert await other.is_quiet()
            assert broker.is_away

            # and the wire still answers
            await one.say({"ping": 1})
            assert await one.hear() == {"what": "pong"}

    in_loop(story)


@pytest.mark.usefixtures("seen")
def test_who_tells_too_often_is_not_passed_on(owner, teammate, conversation, monkeypatch):
    monkeypatch.setattr(consumers, "HURRIES", 60.0)
    topic = f"conversation:{conversation.pk}"

    async def story():
        async with Ear(owner) as one, Ear(teammate) as other:
            await comes(one, topic)
            await comes(other, topic)
            await told(one)
            await other.say({"present": "typing", "topic": topic})
            assert await one.is_quiet()

    in_loop(story)
