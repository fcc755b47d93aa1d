"""Deliveries that wait are read together; one that breaks is read alone and stops nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import selectors, services, tasks
from conversations.models import InboundDelivery, InboundItem, Message
from conversations.selectors.waiting import AT_ONCE
from conversations.services import deliveries
from tests.conversations.hooks import text, webhook

AT = 1_795_150_800


def kept(channel, body):
    """A delivery's id, kept and not read."""
    return InboundDelivery.objects.create(workspace_id=channel.workspace_id, channel=channel, body=body).pk


def hello(number):
    return webhook(text(f"{number}", id=f"wamid.{number}", at=AT + number, sender=f"62811{number:07}"))


def states(ids):
    rows = InboundDelivery.objects.filter(pk__in=ids).order_by("pk")
    return [(row.state, row.attempts) for row in rows]


def test_many_are_read_with_few_statements(channel):
    ids = [kept(channel, hello(n)) for n in range(50)]

    with CaptureQueriesContext(connection) as asked:
        keys = services.read_deliveries(delivery_ids=ids)

    # then each is done at its first attempt, each has its item, and the statements do not grow with their number
    assert states(ids) == [("done", 1)] * 50
    assert InboundItem.objects.filter(state="new").count() == len(keys) == 50
    inserts = [
        q for q in asked.captured_queries if q["sql"].startswith('INSERT INTO "conversations_inbounditem"')
    ]
    assert len(inserts) == 1


def test_one_that_breaks_does_not_stop_the_others(channel, monkeypatch):
    ids = [kept(channel, hello(n)) for n in range(5)]
    read = deliveries._read

    def breaking(delivery, numbers):
        if delivery.pk == ids[2]:
            raise RuntimeError("broken")
        return read(delivery, numbers)

    monkeypatch.setattr(deliveries, "_read", breaking)
    services.read_deliveries(delivery_ids=ids)

    # then it waits for another try with the reason, and its neighbours are done
    assert states(ids) == [("done", 1), ("done", 1), ("new", 1), ("done", 1), ("done", 1)]
    assert InboundDelivery.objects.get(pk=ids[2]).error == "RuntimeError('broken')"
    assert InboundItem.objects.count() == 4


@pytest.mark.parametrize("body", [b"not json", b"[" * 5000])
def test_one_that_is_unreadable_is_dead_among_the_others(channel, body):
    ids = [kept(channel, hello(1)), kept(channel, body), kept(channel, hello(2))]
    services.read_deliveries(delivery_ids=ids)
    assert states(ids) == [("done", 1), ("dead", 1), ("done", 1)]


def test_large_ones_and_those_tried_before_are_read_alone(channel, monkeypatch):
    # given a fresh one, a large one and one whose worker was stopped before
    large = webhook(*[text("x" * 4000, id=f"wamid.l{n}", at=AT) for n in range(20)])
    ids = [kept(channel, hello(1)), kept(channel, large), kept(channel, hello(2))]
    InboundDelivery.objects.filter(pk=ids[2]).update(attempts=1)
    seen: list[list[int]] = []
    split = deliveries._split

    def watched(some):
        seen.append(list(some))
        return split(some)

    monkeypatch.setattr(deliveries, "_split", watched)

    services.read_deliveries(delivery_ids=ids)
    assert seen == [[ids[0]], [ids[1]], [ids[2]]]
    assert states(ids) == [("done", 1), ("done", 1), ("done", 2)]


def test_read_once_however_often_it_is_asked_for(channel):
    ids = [kept(channel, hello(n)) for n in range(3)]
    assert len(services.read_deliveries(delivery_ids=[*ids, *ids])) == 3
    assert services.read_deliveries(delivery_ids=ids) == []
    assert services.read_delivery(delivery_id=ids[0]) == []
    assert states(ids) == [("done", 1)] * 3


def test_one_nudge_reads_all_that_is_fresh(channel):
    # given more than is read together, and one that was tried before
    ids = [kept(channel, hello(n)) for n in range(6)]
    InboundDelivery.objects.filter(pk=ids[1]).update(
        attempts=1, next_at=datetime.now(UTC) + timedelta(minutes=1)
    )
    assert selectors.fresh_deliveries(limit=2) == [ids[0], ids[2]]

    # when one nudge is taken, then all that are fresh are read
    tasks.read_deliveries()
    assert states(ids) == [("done", 1), ("new", 1), *[("done", 1)] * 4]
    assert selectors.fresh_deliveries() == []


def test_whoever_looks_for_work_reads_what_has_come_in(channel):
    # given a message whose own nudge waits behind a thousand others
    ids = [kept(channel, hello(1))]

    # when any of those is taken, then it is read and filed
    tasks.work()
    assert [state for state, _ in states(ids)] == ["done"]
    assert Message.objects.count() == 1


def test_what_is_left_after_a_while_is_looked_at_again(channel, monkeypatch, nudges):
    # given more than there is time for
    monkeypatch.setattr(tasks, "READ_FOR", 0.0)
    ids = [kept(channel, hello(n)) for n in range(60)]

    # when a nudge is taken, then the first are read and worked off, and somebody will look again
    tasks.read_deliveries()
    assert [state for state, _ in states(ids)].count("done") == AT_ONCE < len(ids)
    assert InboundItem.objects.filter(state="done").exists()
    assert ("conversations.read_deliveries", {}) in nudges


def test_every_channel_has_its_share_of_what_is_taken_along(channel, strangers_channel):
    # given a flood of one channel, then two of another
    flood = [kept(channel, hello(n)) for n in range(6)]
    single = [kept(strangers_channel, hello(n)) for n in range(2)]

    # then they are taken in turn, each channel's oldest first; and so they are by the sweep
    assert selectors.fresh_deliveries(limit=5) == [flood[0], single[0], flood[1], single[1], flood[2]]
    InboundDelivery.objects.update(received_at=datetime.now(UTC) - timedelta(minutes=1))
    assert selectors.overdue_deliveries(limit=3) == [flood[0], single[0], flood[1]]


def test_what_was_read_already_costs_one_look(channel):
    ids = [kept(channel, hello(n)) for n in range(10)]
    services.read_deliveries(delivery_ids=ids)

    with CaptureQueriesContext(connection) as asked:
        assert services.read_deliveries(delivery_ids=ids) == []
    assert len(asked.captured_queries) == 1
