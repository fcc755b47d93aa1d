"""Items of several keys are claimed together; each is done by itself, and costs another no more than a lease."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from conversations import selectors, services
from conversations.models import InboundDelivery, InboundItem, Message
from conversations.selectors import waiting
from conversations.services import handling, items
from crm.core.errors import InvalidInputError
from crm.core.sweeps import OutOfTimeError
from tests.conversations.hooks import post, text, webhook

AT = 1_795_150_800
BUDI, SITI, WATI = "628110000101", "628110000102", "628110000103"
KEYS = [f"from:{phone}" for phone in (BUDI, SITI, WATI)]


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


@pytest.fixture
def three(channel):
    """A first message of each of three people, and a second one of Budi's, read and waiting."""
    said = [text("first", id=f"wamid.{phone}", at=AT, sender=phone) for phone in (BUDI, SITI, WATI)]
    post(channel, webhook(*said, text("second", id="wamid.2", at=AT + 1, sender=BUDI)))
    services.read_delivery(delivery_id=InboundDelivery.objects.get().pk)
    return channel


def states():
    """What became of each item: (state, attempts, is leased), in the order of their arrival."""
    rows = InboundItem.objects.order_by("pk").values_list("state", "attempts", "lease_until")
    return [(state, attempts, until is not None) for state, attempts, until in rows]


def break_on(monkeypatch, phone, error):
    """Whoever carries out something of this person breaks."""
    real = handling.handle

    def handle(item):
        if item.conversation_key == f"from:{phone}":
            raise error
        real(item)

    monkeypatch.setattr(items, "handle", handle)


def test_the_heads_of_several_keys_are_one_piece_of_work(three):
    # given four items of three people, then the head of each is due with the others, and is carried out with what the
    # same person wrote on, in its order
    (unit,) = selectors.due_units()
    assert (unit.lane, unit.key, unit.fresh) == ("inbound", KEYS[0], tuple(KEYS))
    assert services.work_off_heads(channel_id=three.pk, keys=unit.fresh) == 4
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)).count("first") == 3
    budis = Message.objects.filter(conversation__recipient_value=BUDI).order_by("sequence")
    assert list(budis.values_list("text", flat=True)) == ["first", "second"]
    assert states() == [("done", 1, False)] * 4
    assert selectors.due_units() == []


def test_a_long_pile_of_one_person_is_taken_in_parts(three, monkeypatch):
    # given room for two items at once
    monkeypatch.setattr(items, "AT_ONCE", 2)
    assert services.work_off_heads(channel_id=three.pk, keys=KEYS) == 2
    assert states() == [("done", 1, False), ("new", 0, False), ("new", 0, False), ("done", 1, False)]

    # then the others are next
    assert [u.fresh for u in selectors.due_units()] == [tuple(KEYS[1:])]
    assert services.work_off_heads(channel_id=three.pk, keys=KEYS) == 2
    assert states() == [("done", 1, False)] * 4


def test_what_a_person_wrote_waits_behind_what_broke(three, monkeypatch, clock):
    # given a first message that breaks, and a second one of the same person behind it
    break_on(monkeypatch, BUDI, ValueError("broken"))
    assert services.work_off_heads(channel_id=three.pk, keys=KEYS) == 2

    # then the second was not begun, and waits for the first however often somebody looks
    assert states() == [("new", 1, False), ("done", 1, False), ("done", 1, False), ("new", 0, False)]
    assert selectors.due_units() == []
    assert services.work_off_heads(channel_id=three.pk, keys=KEYS) == 0

    # when it works again, then both are filed, in their order
    monkeypatch.undo()
    clock.shift(60)
    services.work(seconds=60)
    rows = Message.objects.filter(conversation__recipient_value=BUDI).order_by("sequence")
    assert list(rows.values_list("text", flat=True)) == ["first", "second"]


def test_what_was_tried_before_goes_alone(three, monkeypatch, clock):
    # given an item that breaks
    break_on(monkeypatch, SITI, ValueError("broken"))
    assert services.work_off_heads(channel_id=three.pk, keys=KEYS) == 3
    assert states() == [("done", 1, False), ("new", 1, False), ("done", 1, False), ("done", 1, False)]

    # when its time has come again, then it is no company for others
    clock.shift(60)
    assert [(u.key, u.fresh) for u in selectors.due_units()] == [(KEYS[1], ())]
    assert services.work_off_heads(channel_id=three.pk, keys=KEYS) == 0
    assert [u.key for u in selectors.due_units()] == [KEYS[1]]  # untouched, and so still due


def test_a_worker_that_dies_costs_its_neighbours_one_attempt(three, monkeypatch, clock):
    # given a worker that dies over an item, with two others claimed
    def dies(item):
        raise KeyboardInterrupt

    monkeypatch.setattr(items, "_work", dies)
    monkeypatch.setattr(items, "_give_back", lambda items: None)  # the dead give nothing back
    with pytest.raises(KeyboardInterrupt):
        services.work_off_heads(channel_id=three.pk, keys=KEYS)
    assert states() == [("new", 1, True)] * 4

    # then nobody has them while they are leased, and each is done alone after that
    assert [u.key for u in selectors.due_units()] == []
    clock.shift(31)
    assert [u.fresh for u in selectors.due_units()] == [()]
    monkeypatch.undo()
    services.work(seconds=60)  # however busy the machine is
    assert states() == [("done", 2, False)] * 4


def test_what_was_not_begun_is_given_back(three, monkeypatch):
    # given a worker whose time is over in the middle of the first
    break_on(monkeypatch, BUDI, OutOfTimeError())
    with pytest.raises(OutOfTimeError):
        services.work_off_heads(channel_id=three.pk, keys=KEYS)

    # then the others were not tried, and are due
    assert states() == [("new", 1, False), ("new", 0, False), ("new", 0, False), ("new", 0, False)]


def test_a_slow_worker_gives_back_what_its_lease_would_not_last_for(three, monkeypatch, clock):
    # given an item that takes half a lease
    real = handling.handle

    def handle(item):
        clock.shift(16)
        real(item)

    monkeypatch.setattr(items, "handle", handle)

    # then only that one is done, and the others are due
    assert services.work_off_heads(channel_id=three.pk, keys=KEYS) == 1
    assert states() == [("done", 1, False), ("new", 0, False), ("new", 0, False), ("new", 0, False)]


def test_a_refusal_is_final_for_its_own_item(three, monkeypatch):
    break_on(monkeypatch, SITI, InvalidInputError("no"))
    assert services.work_off_heads(channel_id=three.pk, keys=KEYS) == 4
    assert [state for state, _, _ in states()] == ["done", "dead", "done", "done"]


def test_choosing_and_claiming_look_into_indexes_however_much_waits(three):
    # given five thousand items of fifty people
    first, now = InboundItem.objects.earliest("pk"), datetime.now(UTC)
    common = {name: getattr(first, name) for name in ("workspace_id", "channel_id", "delivery_id", "kind")}
    InboundItem.objects.bulk_create(
        InboundItem(
            **common,
            external_id=f"more.{n}",
            conversation_key=f"from:{n % 50}",
            provider_time=now,
            next_at=now,
        )
        for n in range(5_000)
    )

    # when a worker chooses and claims among them
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_inbounditem")
        given = {
            "now": now,
            "without": [],
            "window": waiting.WINDOW,
            "ours": KEYS,
            "channel": three.pk,
            "most": 8,
        }
        plans = []
        for statement in (waiting.ITEMS, items.HEADS):
            cursor.execute(f"EXPLAIN {statement}", given)
            plans.append("\n".join(line for (line,) in cursor.fetchall()))

    # then no plan reads them all
    assert [plan for plan in plans if "Seq Scan on conversations_inbounditem" in plan] == []
    assert "item_lane" in plans[0]
    assert "item_head" in plans[1]
