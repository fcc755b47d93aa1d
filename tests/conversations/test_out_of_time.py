"""The worker's clock: a task whose time is up stops, and the item it was at is due again."""

import pytest

from conversations import services
from conversations.models import InboundDelivery, InboundItem, Message
from conversations.services import handling, items
from crm.core.sweeps import OutOfTimeError, go_on, time_for_a_sweep
from tests.conversations.hooks import post, text, webhook

AT = 1_795_150_800


def test_a_task_whose_time_is_up_stops_and_the_item_waits(channel, clock, monkeypatch):
    # given an item that takes for ever
    post(channel, webhook(text("slow", id="wamid.1", at=AT), text("next", id="wamid.2", at=AT)))
    services.read_delivery(delivery_id=InboundDelivery.objects.get().pk)
    real = handling.handle

    def for_ever(item):
        raise OutOfTimeError

    monkeypatch.setattr(items, "handle", for_ever)

    # when the worker says that the time is up, then nothing more is begun, and the item says why it waits
    with pytest.raises(OutOfTimeError):
        services.work()
    slow, following = InboundItem.objects.order_by("id")
    assert (slow.state, slow.attempts, slow.lease_token) == ("new", 1, None)
    assert "SoftTimeLimitExceeded" in slow.error
    assert (following.attempts, Message.objects.count()) == (0, 0)

    # and later both are worked off, in order
    monkeypatch.setattr(items, "handle", real)
    clock.shift(301)
    services.work()
    assert list(Message.objects.order_by("sequence").values_list("text", flat=True)) == ["slow", "next"]


def test_a_sweep_stops_too_and_a_broken_row_does_not_stop_it():
    # given rows of which one breaks and one is out of time
    done: list[int] = []

    def work(*, row):
        if row == 1:
            raise ZeroDivisionError
        if row == 3:
            raise OutOfTimeError
        done.append(row)

    until = time_for_a_sweep()
    go_on(until, work, row=1)
    go_on(until, work, row=2)
    with pytest.raises(OutOfTimeError):
        go_on(until, work, row=3)
    assert done == [2]

    # and when its time is over it begins nothing
    go_on(until - 1_000, work, row=4)
    assert done == [2]
