"""Sending into the loopback world over real HTTP: each way in which a provider goes wrong, and both books compared."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations import services
from conversations.models import Channel, Conversation, Message
from crm.core.outgoing import calls
from tests.conversations.hooks import post, sign, work
from tests.conversations.test_sending import bot_writes, fresh, send, write
from tests.factories.conversations import receive
from tests.simulator.stage import BUDI_ID, NUMBER, SECRET, Product, Sim

SITI = "628110000102"
ERROR = {"message": "said on purpose", "type": "OAuthException"}


@pytest.fixture(scope="module")
def product():
    """Who receives the world's webhooks; the tests carry them to our door."""
    made = Product()
    yield made
    made.close()


@pytest.fixture(scope="module")
def world(product, tmp_path_factory):
    """A loopback world for this module."""
    sim = Sim(tmp_path_factory.mktemp("world"), product)
    yield sim
    sim.stop()


class Provider:
    """The world as these tests use it: it moves with our clock, and its webhooks come when we fetch them."""

    def __init__(self, sim: Sim, product: Product, clock) -> None:
        self.sim, self.product, self.clock, self.taken = sim, product, clock, 0

    def later(self, seconds: float) -> None:
        """Time passes for both."""
        self.clock.shift(seconds)
        self.sim.control("clock", advance=seconds)

    def fault(self, **words) -> None:
        """Something goes wrong with the next messages."""
        self.sim.control("faults", **{"match": {"path": "messages"}} | words)

    def error(self, code: int, status: int, *, times: int = 1, headers: dict | None = None, **match: str):
        """It refuses with a code."""
        json_ = {"error": ERROR | {"code": code}}
        self.fault(
            match={"path": "messages"} | match, status=status, json=json_, times=times, headers=headers or {}
        )

    def texts(self, to: str = BUDI_ID) -> list[str]:
        """What it has accepted for a person, in order, by its own books."""
        rows = self.sim.look("books")["messages"]
        return [r["body"]["text"]["body"] for r in rows if r["person"] == to and r["type"] == "text"]

    def refused(self) -> int:
        """How many messages it has not taken."""
        lines = self.sim.look("log")["lines"]
        return sum(line["kind"] == "request" and line["status"] != 200 for line in lines)

    def webhooks(self, channel: Channel) -> None:
        """What it has told since the last time comes in and is worked off."""
        self.sim.control("settle")
        for delivery in self.product.received[self.taken :]:
            body = delivery["body"]
            assert post(channel, body, sign(body, SECRET)).status_code == 200
        self.taken = len(self.product.received)
        work()


@pytest.fixture
def provider(world, product, clock, channel, settings):
    """The world, emptied; our channel has its number; Budi and Siti have written to it."""
    world.control("settle")
    world.control("faults", clear=True)
    world.control("reset")
    world.control("settings", sent_after=0.0, delivered_after=0.01, read_receipts=False)
    product.forget()
    settings.META_GRAPH_URL = f"{world.url}meta"
    settings.PROVIDER_TIMEOUT = 3.0
    channel.settings |= {
        "phone_number_id": NUMBER,
        "access_token": "demo-access-token",
        "app_secret": SECRET,
    }
    channel.save()
    for phone in (BUDI_ID, SITI):
        world.control("inbound", **{"from": f"+{phone}", "text": "Halo"})
    world.control("settle")
    made = Provider(world, product, clock)
    made.taken = len(product.received)
    yield made
    calls.close_shared_clients()


@pytest.fixture
def siti(channel) -> Conversation:
    """Siti wrote too."""
    return receive(channel, "Halo", phone=SITI, name="Siti").conversation


def test_a_provider_that_is_down_for_a_moment(owner, conversation, provider):
    # given two refusals with 503
    provider.error(131016, 503, times=2)
    message = write(owner, conversation, "Halo")
    for _ in range(3):
        send(conversation)
        provider.later(40)

    # then it went out once
    assert (fresh(message).status, fresh(message).attempts) == ("sent", 3)
    assert provider.texts() == ["Halo"]


def test_a_provider_that_is_down_for_long_is_left_alone(owner, conversation, siti, channel, provider):
    # given refusals without end, and people who write on
    provider.error(131016, 503, times=0)
    for talk in (conversation, siti):
        write(owner, talk, "Halo")
    for _ in range(4):
        send(conversation)
        send(siti)
        provider.later(1)
        Message.objects.update(next_at=datetime.now(UTC))

    # then after five in a row nobody knocks until one message may try; a failure doubles the wait
    assert fresh(channel).failures_in_a_row == 5
    assert fresh(channel).broken_until is not None
    provider.later(11)
    Message.objects.update(next_at=datetime.now(UTC))
    assert (send(conversation), send(siti)) == (1, 0)
    assert fresh(channel).broken_until == datetime.now(UTC) + timedelta(seconds=20)

    # and when it works again the one that tries opens the way for all
    provider.sim.control("faults", clear=True)
    provider.later(21)
    Message.objects.update(next_at=datetime.now(UTC))
    assert (send(conversation), send(siti)) == (1, 1)
    assert (fresh(channel).failures_in_a_row, fresh(channel).broken_until) == (0, None)
    assert (provider.texts(), provider.texts(SITI)) == (["Halo"], ["Halo"])


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "77"}, 77), ({}, 1)])
def test_a_number_that_is_too_fast_waits_as_a_whole(
    owner, conversation, siti, channel, provider, headers, seconds
):
    # given 429, with and without the time to wait
    provider.error(130429, 429, headers=headers)
    message = write(owner, conversation, "Halo")
    write(owner, siti, "Halo")
    send(conversation)

    # then everybody waits at least that long, and no attempt is burned
    until = fresh(channel).throttled_until
    assert until is not None
    assert timedelta(seconds=seconds) <= until - datetime.now(UTC) <= timedelta(seconds=max(5, seconds))
    assert (send(siti), fresh(message).attempts) == (0, 0)
    provider.later(78)
    assert (send(conversation), send(siti)) == (1, 1)
    assert provider.texts() == ["Halo"]


def test_an_accepted_message_whose_answer_is_lost(owner, conversation, channel, provider):
    # given a provider that takes the message and hangs up
    provider.fault(reset_after_accept=True)
    message = write(owner, conversation, "once")
    send(conversation)
    assert fresh(message).status == "unknown"

    # when its receipt comes with our own id, then we know, and it was sent once
    provider.webhooks(channel)
    assert (fresh(message).status, fresh(message).error_code) == ("delivered", "")
    provider.later(200)
    assert (send(conversation), provider.texts()) == (0, ["once"])


def test_a_receipt_that_is_late_still_prevents_the_second_send(agent, conversation, channel, provider):
    # given the bot's words, an answer that is lost, and receipts that came but were not read yet
    provider.fault(reset_after_accept=True)
    bot_writes(agent, conversation, "once")
    send(conversation)
    provider.sim.control("settle")
    for delivery in provider.product.received[provider.taken :]:
        post(channel, delivery["body"], sign(delivery["body"], SECRET))
    provider.later(61)

    # then nothing goes out twice
    assert send(conversation) == 0
    work()
    provider.later(61)
    assert (send(conversation), provider.texts()) == (0, ["once"])


def test_an_expired_token(owner, admin, conversation, siti, channel, provider):
    # given a token that has expired
    provider.error(190, 401)
    message = write(owner, conversation, "Halo")
    waiting = write(owner, siti, "Halo")
    assert (send(conversation), send(siti)) == (1, 0)
    assert "190" in fresh(channel).paused_because
    assert (fresh(message).attempts, fresh(message).status, fresh(waiting).status) == (0, "queued", "queued")

    # when an admin has mended it and resumes, then both go out
    services.resume_channel(actor=admin.actor(), channel_id=channel.pk)
    assert (send(conversation), send(siti)) == (1, 1)
    assert (provider.texts(), provider.texts(SITI)) == (["Halo"], ["Halo"])


def test_a_window_that_closes_between_check_and_send(owner, conversation, channel, provider):
    # given a window that is open by our clock and closed by theirs
    provider.sim.control("clock", advance="25h")
    message = write(owner, conversation, "too late")
    assert send(conversation) == 1

    # then the failure comes back with a sentence, and nothing is tried again
    provider.webhooks(channel)
    assert (fresh(message).status, fresh(message).error_code) == ("failed", "131047")
    assert fresh(message).error_text
    assert (send(conversation), len(provider.texts())) == (0, 1)


def test_sixty_messages_to_one_person_while_others_are_served(owner, conversation, siti, provider):
    # given a provider that refuses nothing it should not, a burst of sixty to Budi, and one to Siti
    for n in range(60):
        write(owner, conversation, f"{n}")
    write(owner, siti, "Halo")
    services.work(seconds=60)

    # then what WhatsApp allows at once went out, and Siti did not wait
    assert provider.texts() == [f"{n}" for n in range(44)]
    assert provider.texts(SITI) == ["Halo"]

    # when time passes, then the rest follows in order, one in six seconds, and WhatsApp never had to refuse
    for _ in range(16):
        provider.later(6)
        services.work(seconds=60)
    assert provider.texts() == [f"{n}" for n in range(60)]
    assert provider.refused() == 0


def test_a_refused_person_does_not_keep_others_waiting(owner, conversation, siti, channel, provider):
    # given a limit that the provider counts differently, for Budi only
    provider.error(131056, 400, to=BUDI_ID)
    message = write(owner, conversation, "Halo")
    write(owner, siti, "Halo")
    assert (send(conversation), send(siti)) == (1, 1)

    # then only Budi waits, four seconds at first
    assert fresh(message).next_at == datetime.now(UTC) + timedelta(seconds=4)
    assert fresh(channel).throttled_until is None
    assert provider.texts(SITI) == ["Halo"]
    provider.later(5)
    assert (send(conversation), provider.texts()) == (1, ["Halo"])


def test_retries_are_a_small_part_of_the_traffic(owner, channel, provider):
    # given a dozen people whose message was refused once
    talks = [receive(channel, "Halo", phone=f"6281199{n:05d}").conversation for n in range(12)]
    messages = [write(owner, talk, "Halo") for talk in talks]
    now = datetime.now(UTC)
    rows = Message.objects.filter(pk__in=[m.pk for m in messages])
    rows.update(attempts=1, attempted_at=now - timedelta(seconds=5), next_at=now)
    for n in range(12):
        provider.sim.control("inbound", **{"from": f"+6281199{n:05d}", "text": "Halo"})

    # then ten of them are tried again within the minute, the others a little later
    sent = sum(send(talk) for talk in talks)
    assert sent == 10
    waiting = Message.objects.filter(direction="out", status="queued")
    assert all(timedelta(seconds=5) <= m.next_at - now <= timedelta(seconds=15) for m in waiting if m.next_at)
    provider.later(66)
    assert sum(send(talk) for talk in talks) == 2
