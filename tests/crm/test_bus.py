"""News is written with the change, told after the commit, at least once."""

import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm import bus
from crm import selectors as crm
from crm.core import events
from crm.core.actors import system_actor
from crm.core.events import Envelope, Event
from crm.models import EventRecord, Workspace


@dataclass(frozen=True)
class BellRang(Event):
    """Only the tests know it."""

    name = "tests.bell_rang"
    bell_id: str
    tones: tuple[str, ...] = ()


@pytest.fixture
def heard(monkeypatch) -> list[Envelope[BellRang]]:
    """What a reaction was told of; its subscription ends with the test."""
    told: list[Envelope[BellRang]] = []
    monkeypatch.setitem(events._kinds, BellRang.name, BellRang)
    monkeypatch.setitem(events._reactions, BellRang.name, [told.append])
    return told


@pytest.fixture
def actor():
    """The product itself, in a workspace of its own."""
    workspace = Workspace.objects.create(slug=f"bus-{uuid4().hex[:8]}", name="Bus")
    return system_actor(workspace.pk, via="task")


def publish(actor, bell="1", tones=()):
    """A fact in a transaction of its own."""
    with transaction.atomic():
        return bus.publish(BellRang(bell_id=bell, tones=tones), actor=actor)


def make_due(*records):
    """The sweep's time has come."""
    ids = [record.pk for record in records]
    EventRecord.objects.filter(pk__in=ids).update(next_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_news(actor, heard):
    with transaction.atomic():
        bus.publish(BellRang(bell_id="1"), actor=actor)
        transaction.set_rollback(True)

    assert heard == []
    assert not EventRecord.objects.filter(name=BellRang.name).exists()


@pytest.mark.django_db(transaction=True)
def test_news_is_told_after_the_commit_and_not_before(actor, heard):
    with transaction.atomic():
        record = bus.publish(BellRang(bell_id="1"), actor=actor)
        assert heard == []

    assert [e.event for e in heard] == [BellRang(bell_id="1")]
    assert EventRecord.objects.get(pk=record.pk).delivered_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_envelope_says_who_acted_and_why(actor, heard):
    cause = uuid4()

    record = publish(replace(actor, label="Ana").caused_by(cause, 3), tones=("c", "e"))

    envelope = heard[0]
    assert envelope.event == BellRang(bell_id="1", tones=("c", "e"))
    assert (envelope.id, envelope.sequence) == (record.id, record.sequence)
    assert (envelope.actor_kind, envelope.actor_id, envelope.actor_label) == ("system", "system", "Ana")
    assert (envelope.via, envelope.cause_id, envelope.depth) == ("task", cause, 3)
    assert envelope.workspace_id == actor.workspace_id
    assert record.refs == ["bell:1"]


@pytest.mark.django_db(transaction=True)
def test_a_broken_reaction_silences_nobody_and_is_tried_again(actor, heard, monkeypatch):
    broken = [True]

    def fragile(envelope):
        if broken[0]:
            raise ValueError("out of tune")

    monkeypatch.setitem(events._reactions, BellRang.name, [fragile, heard.append])

    # given a reaction that breaks
    record = publish(actor)
    left = EventRecord.objects.get(pk=record.pk)
    assert len(heard) == 1
    assert (left.delivered_at, left.attempts) == (None, 1)
    assert "out of tune" in left.error
    assert left.next_at > timezone.now()

    # when it still breaks at the next sweep, then the wait grows
    make_due(record)
    assert bus.deliver_overdue() == 1
    left.refresh_from_db()
    assert (left.delivered_at, left.attempts) == (None, 2)
    assert left.next_at - timezone.now() > timedelta(seconds=8)

    # when it is mended, then the news is delivered and stays so
    broken[0] = False
    make_due(record)
    assert bus.deliver_overdue() == 1
    left.refresh_from_db()
    assert left.delivered_at is not None
    assert left.error == ""
    make_due(record)
    assert bus.deliver_overdue() == 0
    assert len(heard) == 3


@pytest.mark.django_db(transaction=True)
def test_what_the_publisher_could_not_deliver_is_delivered_by_the_sweep(actor, heard, monkeypatch):
    monkeypatch.setattr(bus, "partial", lambda *_: lambda: None)  # the publisher dies right after its commit
    record = publish(actor)
    assert heard == []
    assert bus.deliver_overdue() == 0  # it is given a moment

    make_due(record)

    assert bus.deliver_overdue() == 1
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_events_are_swept_in_the_order_they_happened(actor, heard, monkeypatch):
    monkeypatch.setattr(bus, "partial", lambda *_: lambda: None)
    records = [publish(actor, str(n)) for n in range(5)]
    make_due(*records)
    EventRecord.objects.filter(pk=records[0].pk).update(next_at=timezone.now())  # due last

    bus.deliver_overdue()

    assert [e.event.bell_id for e in heard] == ["0", "1", "2", "3", "4"]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_share_the_work(actor, heard, monkeypatch):
    monkeypatch.setattr(bus, "partial", lambda *_: lambda: None)
    make_due(*[publish(actor, str(n)) for n in range(20)])
    start = threading.Barrier(2)
    counts = []

    def sweep():
        start.wait()
        counts.append(bus.deliver_overdue(limit=20))
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 20
    assert sorted(int(e.event.bell_id) for e in heard) == list(range(20))


@pytest.mark.django_db(transaction=True)
def test_a_sweep_passes_over_what_another_holds(actor, heard, monkeypatch):
    """What one sweep has claimed and not yet delivered isn't delivered by the next one."""
    monkeypatch.setattr(bus, "partial", lambda *_: lambda: None)
    make_due(publish(actor))
    seen = []

    def sweep_again(envelope):
        seen.append(bus.deliver_overdue())

    monkeypatch.setitem(events._reactions, BellRang.name, [sweep_again, heard.append])

    assert bus.deliver_overdue() == 1
    assert seen == [0]
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_names_nobody_knows_any_more_do_no_harm(actor, heard, monkeypatch):
    monkeypatch.setattr(bus, "partial", lambda *_: lambda: None)
    old, new = publish(actor, "1"), publish(actor, "2")
    EventRecord.objects.filter(pk=old.pk).update(name="tests.forgotten")
    make_due(old, new)

    assert bus.deliver_overdue() == 2
    assert [e.event.bell_id for e in heard] == ["2"]
    assert EventRecord.objects.get(pk=old.pk).delivered_at is not None


@pytest.mark.django_db(transaction=True)
def test_an_event_that_cant_be_read_stops_nothing_behind_it(actor, heard, monkeypatch):
    monkeypatch.setattr(bus, "partial", lambda *_: lambda: None)
    odd, fine = publish(actor, "1"), publish(actor, "2")
    EventRecord.objects.filter(pk=odd.pk).update(payload={"colour": "red"})
    make_due(odd, fine)

    assert bus.deliver_overdue() == 2
    assert [e.event.bell_id for e in heard] == ["2"]
    left = EventRecord.objects.get(pk=odd.pk)
    assert (left.delivered_at, left.attempts) == (None, 1)
    assert "colour" in left.error


@pytest.mark.django_db(transaction=True)
def test_news_that_breaks_twenty_times_is_left_to_people(actor, heard, monkeypatch):
    monkeypatch.setitem(events._reactions, BellRang.name, [lambda envelope: 1 / 0])
    record = publish(actor)

    for attempt in range(2, bus.MAX_ATTEMPTS + 1):
        make_due(record)
        assert bus.deliver_overdue() == 1
        assert EventRecord.objects.get(pk=record.pk).attempts == attempt

    make_due(record)
    assert bus.deliver_overdue() == 0
    assert crm.oldest_undelivered() == 0.0


@pytest.mark.django_db(transaction=True)
def test_news_that_kills_its_worker_is_counted_all_the_same(actor, heard, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(envelope):
        raise Killed

    monkeypatch.setattr(bus, "partial", lambda *_: lambda: None)
    monkeypatch.setitem(events._reactions, BellRang.name, [kill])
    record = publish(actor)
    make_due(record)

    with pytest.raises(Killed):
        bus.deliver_overdue()

    assert EventRecord.objects.get(pk=record.pk).attempts == 1
