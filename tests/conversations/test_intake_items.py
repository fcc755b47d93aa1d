"""Items of a delivery: each once, in order, tried again, given up in the end; a lost lease changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations import services, tasks
from conversations.models import Conversation, InboundDelivery, InboundItem, Message
from conversations.services import deliveries, handling, items
from crm.core.errors import DomainError
from crm.models import Contact
from tests.conversations.hooks import post, text, webhook, work

AT = 1_795_150_800
SITI = "628110000102"


@pytest.fixture
def poison(monkeypatch):
    """Messages whose text says so break the worker, until the set is emptied."""
    bad = {"poison"}
    real = services.receive_message

    def receive(*, actor, channel, message):
        if message.text in bad:
            raise ZeroDivisionError("poison")
        return real(actor=actor, channel=channel, message=message)

    monkeypatch.setattr(handling, "receive_message", receive)
    return bad


def item_of(external_id: str) -> InboundItem:
    """One item by Meta's id."""
    return InboundItem.objects.get(external_id=external_id)


def claimed(channel) -> InboundItem:
    """What a worker that looks at Budi's key now has claimed."""
    item = items._claim(channel.pk, "from:628110000101")
    assert item is not None
    return item


def sweep(clock, *, after: float) -> None:
    """Time passes, and the sweep looks."""
    clock.shift(after)
    tasks.sweep_intake()


def test_a_poison_item_waits_longer_each_time_and_then_dies(channel, clock, poison):
    # given a message that breaks the worker
    post(channel, webhook(text("poison", id="wamid.bad", at=AT)))
    work()
    assert (item_of("wamid.bad").state, item_of("wamid.bad").attempts) == ("new", 1)
    assert item_of("wamid.bad").error == "ZeroDivisionError('poison')"

    # when the sweep comes back again and again, each try waits twice as long
    for attempt in range(1, 8):
        wait = (item_of("wamid.bad").next_at - datetime.now(UTC)).total_seconds()
        assert wait == 2**attempt
        sweep(clock, after=wait - 0.5)
        assert item_of("wamid.bad").attempts == attempt
        sweep(clock, after=2)
        assert item_of("wamid.bad").attempts == attempt + 1

    # then after eight tries it is dead, with its reason, and stays so
    sweep(clock, after=301)
    sweep(clock, after=301)
    assert (item_of("wamid.bad").state, item_of("wamid.bad").attempts) == ("dead", 8)
    assert item_of("wamid.bad").reason == "broke_each_time"
    assert item_of("wamid.bad").error == "ZeroDivisionError('poison')"
    assert not Message.objects.exists()


def test_what_breaks_halfway_leaves_nothing(channel, monkeypatch):
    # given a message whose filing breaks after everything was written
    real = services.receive_message

    def receive(**given):
        real(**given)
        raise ZeroDivisionError("halfway")

    monkeypatch.setattr(handling, "receive_message", receive)

    # when a worker tries it, then nothing of it is there, and it is tried again
    post(channel, webhook(text("Halo", id="wamid.half", at=AT)))
    work()
    assert (Contact.objects.count(), Conversation.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert (item_of("wamid.half").state, item_of("wamid.half").attempts) == ("new", 1)


def test_its_neighbours_go_on_and_its_own_conversation_after_it(channel, clock, poison):
    # given poison at the head of Budi's messages, and a message of Siti in the same delivery
    bad, after = text("poison", id="wamid.1", at=AT), text("and then?", id="wamid.2", at=AT + 1)
    post(channel, webhook(bad, after, text("Siti here", id="wamid.3", at=AT + 2, sender=SITI)))
    work()

    # then Siti's is filed at once and Budi's second waits for its turn; a nudge is no reason to try earlier
    assert services.work_off(channel_id=channel.pk, conversation_key="from:628110000101") == 0
    assert item_of("wamid.1").attempts == 1
    assert list(Message.objects.values_list("text", flat=True)) == ["Siti here"]

    # when the first one is given up, then the second is filed
    for _ in range(9):
        sweep(clock, after=301)
    assert set(Message.objects.values_list("text", flat=True)) == {"Siti here", "and then?"}
    assert item_of("wamid.1").state == "dead"


def test_what_is_mended_in_time_comes_first(channel, clock, poison):
    # given poison at the head
    bad, after = text("poison", id="wamid.1", at=AT), text("and then?", id="wamid.2", at=AT + 1)
    post(channel, webhook(bad, after))
    work()

    # when the fault is mended before the next try
    poison.clear()
    sweep(clock, after=3)

    # then both are filed, in their order
    rows = list(Message.objects.order_by("sequence").values_list("sequence", "text"))
    assert rows == [(1, "poison"), (2, "and then?")]


def test_a_refusal_is_not_tried_again(channel, clock, monkeypatch):
    # given a message our own rules refuse
    def refuse(**_):
        raise DomainError("Not this one.")

    monkeypatch.setattr(handling, "receive_message", refuse)

    # when it comes, then it is dead at once, with the sentence
    post(channel, webhook(text("hi", id="wamid.1", at=AT)))
    work()
    assert (item_of("wamid.1").state, item_of("wamid.1").error) == ("dead", "refused: Not this one.")
    assert item_of("wamid.1").reason == "refused"
    assert item_of("wamid.1").attempts == 1


def test_a_worker_killed_after_the_claim_is_replaced_after_its_lease(channel, clock):
    # given a worker that claimed and was killed
    post(channel, webhook(text("hi", id="wamid.1", at=AT)))
    services.read_delivery(delivery_id=InboundDelivery.objects.get().pk)
    claimed(channel)

    # then nobody touches it while its lease runs, not even when nudged
    assert services.work_off(channel_id=channel.pk, conversation_key="from:628110000101") == 0
    sweep(clock, after=29)
    assert (item_of("wamid.1").state, Message.objects.count()) == ("new", 0)

    # and afterwards another worker takes it up, and the attempt was counted
    sweep(clock, after=2)
    assert (item_of("wamid.1").state, item_of("wamid.1").attempts) == ("done", 2)
    assert Message.objects.count() == 1


def test_an_item_that_kills_every_worker_is_given_up(channel, clock):
    # given workers that die after each claim
    post(channel, webhook(text("hi", id="wamid.1", at=AT), text("next", id="wamid.2", at=AT + 1)))
    services.read_delivery(delivery_id=InboundDelivery.objects.get().pk)
    for _ in range(8):
        assert claimed(channel).external_id == "wamid.1"
        clock.shift(31)

    # then the ninth look gives it up, says why, and goes on with the next
    tasks.sweep_intake()
    assert item_of("wamid.1").state == "dead"
    assert item_of("wamid.1").error == "gave up: it stopped the worker each time"
    assert Message.objects.get().text == "next"


def test_a_worker_that_lost_its_lease_changes_nothing(channel, clock):
    # given two workers on one item: the first one slept through its lease
    post(channel, webhook(text("hi", id="wamid.1", at=AT)))
    services.read_delivery(delivery_id=InboundDelivery.objects.get().pk)
    slow = claimed(channel)
    clock.shift(31)
    quick = claimed(channel)
    assert quick.lease_token != slow.lease_token

    # when it wakes up and works, then nothing of its work stays and the other's lease stands
    assert items._work(slow) is False
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()
    assert (item_of("wamid.1").state, item_of("wamid.1").lease_token) == ("new", quick.lease_token)

    # and the one who holds it finishes
    assert items._work(quick) is True
    assert Message.objects.count() == 1

    # when the slow one tries once more, then it is still one
    assert items._work(slow) is False
    assert (Message.objects.count(), item_of("wamid.1").state) == (1, "done")


def test_a_delivery_that_breaks_the_reader_waits_and_dies(channel, clock, monkeypatch):
    # given a body that breaks us in a way nobody thought of
    def broken(*_):
        raise ZeroDivisionError("surprise")

    post(channel, webhook(text("hi", id="wamid.1", at=AT)))
    monkeypatch.setattr(deliveries, "_items", broken)
    clock.shift(6)

    # when it is tried, then each try waits longer
    for attempt in range(1, 9):
        tasks.sweep_intake()
        row = InboundDelivery.objects.get()
        assert (row.state, row.attempts, row.error) == ("new", attempt, "ZeroDivisionError('surprise')")
        tasks.sweep_intake()
        assert InboundDelivery.objects.get().attempts == attempt
        clock.shift(min(300, 2**attempt))

    # then it is dead after eight
    tasks.sweep_intake()
    assert InboundDelivery.objects.get().state == "dead"
    assert InboundDelivery.objects.get().reason == "broke_each_time"
    assert not InboundItem.objects.exists()


def test_a_delivery_whose_reader_was_killed_is_read_again(channel, clock):
    # given a reader that was killed right after it began
    post(channel, webhook(text("hi", id="wamid.1", at=AT)))
    pk = InboundDelivery.objects.get().pk
    assert deliveries._begin(pk) == 1

    # then it is left alone while the reader may still live, and read after that
    assert services.read_delivery(delivery_id=pk) == []
    sweep(clock, after=31)
    assert Message.objects.count() == 1
    assert (InboundDelivery.objects.get().state, InboundDelivery.objects.get().attempts) == ("done", 2)


def test_one_broken_key_does_not_keep_the_sweep_from_the_others(channel, clock, monkeypatch):
    # given two conversations with work, one of which breaks the sweep itself
    post(channel, webhook(text("hi", id="wamid.1", at=AT), text("hello", id="wamid.2", at=AT, sender=SITI)))
    services.read_delivery(delivery_id=InboundDelivery.objects.get().pk)
    alone, heads = items.work_off, items.work_off_heads

    def work_off(*, channel_id, conversation_key, at_most):
        if conversation_key == "from:628110000101":
            raise ZeroDivisionError("sweep")
        return alone(channel_id=channel_id, conversation_key=conversation_key, at_most=at_most)

    def work_off_heads(*, channel_id, keys):
        if "from:628110000101" in keys:
            raise ZeroDivisionError("sweep")
        return heads(channel_id=channel_id, keys=keys)

    monkeypatch.setattr("conversations.services.working.work_off", work_off)
    monkeypatch.setattr("conversations.services.working.work_off_heads", work_off_heads)

    # when the sweep looks, then the other one is worked off
    sweep(clock, after=10)
    assert Message.objects.get().text == "hello"


def test_the_sweep_leaves_fresh_deliveries_to_their_nudge(channel, clock):
    # when a delivery has just come, then the sweep waits a little, and takes it when nobody did
    post(channel, webhook(text("hi", id="wamid.1", at=AT)))
    InboundDelivery.objects.update(received_at=datetime.now(UTC), next_at=datetime.now(UTC))
    sweep(clock, after=4)
    assert not Message.objects.exists()
    sweep(clock, after=2)
    assert Message.objects.count() == 1


def test_a_late_message_keeps_its_time_and_opens_no_window_again(channel, clock):
    # given a message that Meta delivers two days late
    late = datetime.fromtimestamp(AT, tz=UTC) - timedelta(days=2)
    post(channel, webhook(text("hi", id="wamid.1", at=late.timestamp())))
    work()

    # then the window is closed already, and an older one never moves it back
    row = Conversation.objects.get()
    assert row.window_expires_at == late + timedelta(hours=24)
    post(channel, webhook(text("older", id="wamid.2", at=late.timestamp() - 60)))
    work()
    assert Conversation.objects.get().window_expires_at == late + timedelta(hours=24)


def test_what_was_said_before_the_provider_closed_the_window_does_not_open_it_again(channel):
    # given a customer who wrote, and a provider that closed the window a minute later
    said = datetime.fromtimestamp(AT, tz=UTC)
    post(channel, webhook(text("hi", id="wamid.1", at=AT)))
    work()
    shut = said + timedelta(seconds=60)
    Conversation.objects.update(window_expires_at=shut)

    # when something they said before that comes late, then it stays closed
    post(channel, webhook(text("late", id="wamid.2", at=AT + 30)))
    work()
    assert Conversation.objects.get().window_expires_at == shut

    # and what they say after it opens it
    post(channel, webhook(text("again", id="wamid.3", at=AT + 90)))
    work()
    assert Conversation.objects.get().window_expires_at == said + timedelta(seconds=90, hours=24)
