"""What follows a change leaves together, each thing once; and nothing counts as told that was not."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import transaction

from crm import bus, live
from crm.core import events, nudge, walls
from crm.core.gathering import apart, put, together
from crm.core.own_loop import OwnLoop
from crm.models import EventRecord
from tests.crm.test_bus import BellRang


@pytest.fixture
def left():
    """What left, lot by lot."""
    return []


@pytest.fixture
def asked():
    """A task, and what workers were asked to do: [(arguments, countdown)]."""
    nudges = []
    task = SimpleNamespace(
        name="sample", apply_async=lambda kwargs, countdown: nudges.append((kwargs, countdown))
    )
    return SimpleNamespace(task=task, nudges=nudges)


def test_alone_a_thing_leaves_at_once(left):
    put(left.append, "a", 1)
    assert left == [[1]]


def test_gathered_things_leave_at_the_end_and_the_same_once(left):
    # given a block within a block
    way = left.append
    with together():
        with together():
            put(way, "a", 1)
            put(way, "b", 2)
        put(way, "a", 3)
        assert left == []

    # then all of it leaves when the outer one ends, what was said twice as it was said last
    assert left == [[3, 2]]


def test_what_was_gathered_leaves_although_the_work_broke(left):
    def work():
        with together():
            put(left.append, "a", 1)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        work()
    assert left == [[1]]


def test_what_leaves_stands_in_nobodys_walls():
    # given what comes from one workspace, while the work has gone on to another
    stood: list[walls.Scope] = []
    with together(), walls.within(uuid4()):
        put(lambda _: stood.append(walls.scope()), "a", 1)
        with apart():
            pass

    # then it says itself where it looks
    assert stood == [walls.NOTHING]


def test_a_way_that_is_broken_stops_no_other_but_every_mark(left):
    # given three ways, one of them broken, and a mark that says that all has gone
    def broken(things):
        raise ValueError("no way")

    marked: list[list[int]] = []
    with together():
        put(marked.append, "a", 1, is_mark=True)
        put(broken, "a", 1)
        put(left.append, "a", 1)

    # then the other left, and nothing says that all did
    assert (left, marked) == ([[1]], [])


def test_nudges_gathered_are_one_for_each_thing_to_look_at(asked):
    with together():
        for countdown in (5.0, 2.0):
            nudge.nudge(asked.task, countdown=countdown, row=1)
        nudge.nudge(asked.task, row=1)
        nudge.nudge(asked.task, row=2)

    assert asked.nudges == [({"row": 1}, 2.0), ({"row": 1}, None), ({"row": 2}, None)]


def test_in_what_may_take_long_nothing_waits_for_the_end(asked):
    with together():
        nudge.nudge(asked.task, row=1)
        with apart():
            gone_before = list(asked.nudges)
            nudge.nudge(asked.task, row=2)
            gone_within = list(asked.nudges)
        nudge.nudge(asked.task, row=3)
        assert asked.nudges == gone_within

    # then what was gathered went first, what came in the block at once, and the rest at the end; each once
    assert gone_before == [({"row": 1}, None)]
    assert gone_within == [({"row": 1}, None), ({"row": 2}, None)]
    assert asked.nudges == [({"row": 1}, None), ({"row": 2}, None), ({"row": 3}, None)]


def test_apart_from_nobody_is_nothing_special(asked):
    with apart():
        nudge.nudge(asked.task, row=1)

    assert asked.nudges == [({"row": 1}, None)]


def test_things_to_look_at_go_in_lists_that_are_not_too_long(asked, monkeypatch):
    monkeypatch.setattr(nudge, "IN_A_LIST", 2)
    with together():
        for row in (1, 2, 2, 3):
            nudge.nudge_each(asked.task, "rows", row)
    nudge.nudge_each(asked.task, "rows", 4)

    assert asked.nudges == [({"rows": [1, 2]}, None), ({"rows": [3]}, None), ({"rows": [4]}, None)]


def test_hints_gathered_are_the_newest_of_each_thing(monkeypatch):
    sent: list[list[live.Hint]] = []
    monkeypatch.setattr(live, "_send_soon", None)
    monkeypatch.setattr(live, "async_to_sync", lambda _: sent.append)
    with together():
        live.tell("w", "leads", id="1", sequence=1)
        live.tell("w", "leads", id="2", sequence=2)
        live.tell("w", "leads", id="1", sequence=3)

    assert [[(group, message["id"], message["sequence"]) for group, message in lot] for lot in sent] == [
        [("live.w.leads", "1", 3), ("live.w.leads", "2", 2)]
    ]


@pytest.mark.django_db(transaction=True)
def test_facts_of_one_commit_are_marked_as_told_in_one_statement(
    system, monkeypatch, django_assert_num_queries
):
    # given a reaction, and three facts that are committed together
    told: list[events.Envelope[BellRang]] = []
    monkeypatch.setitem(events._kinds, BellRang.name, BellRang)
    monkeypatch.setitem(events._reactions, BellRang.name, [told.append])

    # then they are told one by one, and marked by one statement: begin, three rows, commit, a mark
    with django_assert_num_queries(6), transaction.atomic():
        for bell in "123":
            bus.publish(BellRang(bell), actor=system)
    assert [envelope.event.bell_id for envelope in told] == ["1", "2", "3"]
    assert EventRecord.objects.filter(name=BellRang.name, delivered_at__isnull=False).count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_fact_whose_nudge_broke_is_not_marked_as_told(system, monkeypatch):
    # given a reaction that nudges by a way nobody foresaw to break
    def broken(**_):
        raise ValueError("not to be serialised")

    task = SimpleNamespace(name="sample", apply_async=broken)
    monkeypatch.setitem(events._kinds, BellRang.name, BellRang)
    monkeypatch.setitem(events._reactions, BellRang.name, [lambda _: nudge.nudge(task)])

    # when its fact is committed, then the sweep will tell it again
    with transaction.atomic():
        record = bus.publish(BellRang("1"), actor=system)
    record.refresh_from_db()
    assert record.delivered_at is None


def test_a_loop_of_our_own_stays_until_something_breaks_in_it():
    # given work that remembers its loop
    loops: list[asyncio.AbstractEventLoop] = []

    async def work(error=None):
        loops.append(asyncio.get_running_loop())
        if error:
            raise error

    # when it is done twice, breaks, and is done again
    own = OwnLoop()
    own.run(work())
    with pytest.raises(OSError, match="away"):
        own.run(work(OSError("away")))
    own.run(work())

    # then the loop was the same until it broke, and is a new one since
    assert loops[0] is loops[1]
    assert loops[1].is_closed()
    assert loops[2] is not loops[1]
    assert own._runner is not None
    own._runner.close()
