"""Dead letters of the ground floor, what all of them have in common, and old idempotency keys."""

import json
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from crm import bus, decisions, selectors, services, tasks
from crm.core import events
from crm.core.errors import NotAllowedError, NotFoundError
from crm.models import EventRecord, IdempotencyKey, Role
from tests.crm.test_bus import BellRang


@pytest.fixture
def bell(house, monkeypatch) -> EventRecord:
    """News of the house that no reaction could bear."""
    monkeypatch.setitem(events._kinds, BellRang.name, BellRang)
    record = bus.publish(BellRang(bell_id="1"), actor=house.system)
    EventRecord.objects.filter(pk=record.pk).update(
        attempts=bus.MAX_ATTEMPTS, error="ring: ValueError('out of tune')", next_at=timezone.now()
    )
    return record


def test_news_that_reached_nobody_is_told_again_when_it_is_replayed(house, bell, monkeypatch):
    letter, heard = f"event-{bell.pk}", list[Any]()
    found = selectors.get_letter(house.actor("manager"), letter)
    assert (found.reason, found.source.brief(found.row).sentence) == (
        "tests.bell_rang",
        "ring: ValueError('out of tune')",
    )

    monkeypatch.setitem(events._reactions, BellRang.name, [heard.append])
    services.replay_letter(actor=house.actor("manager"), letter=letter)
    bus.deliver_overdue()

    assert [e.event.bell_id for e in heard] == ["1"]
    assert EventRecord.objects.get(pk=bell.pk).delivered_at is not None
    with pytest.raises(NotFoundError):
        services.replay_letter(actor=house.actor("manager"), letter=letter)


def test_another_houses_letters_are_nobodys(house, strangers, bell):
    with pytest.raises(NotFoundError):
        services.replay_letter(actor=strangers.actor("admin"), letter=f"event-{bell.pk}")
    with pytest.raises(NotFoundError):
        selectors.get_replay(strangers.actor("admin"), uuid4())

    assert selectors.letter_groups(strangers.actor("admin")) == []
    assert EventRecord.objects.get(pk=bell.pk).attempts == bus.MAX_ATTEMPTS


def test_a_list_over_several_tables_pages_without_gaps(house, bell):
    for number in range(5):
        record = bus.publish(BellRang(bell_id=str(number)), actor=house.system)
        EventRecord.objects.filter(pk=record.pk).update(
            attempts=bus.MAX_ATTEMPTS, occurred_at=bell.occurred_at
        )
    letters = selectors.visible_letters(house.actor("admin"))

    down = [row.letter for row in letters.order_by("-letter_since", "-letter")[:10]]
    up = [row.letter for row in letters.order_by("letter_since", "letter")[:10]]

    assert len(set(down)) == 6
    assert down == up[::-1]
    assert [row.letter for row in letters.order_by("letter_since", "letter")[:2]] == up[:2]


def test_the_count_and_age_for_the_alarm(house, bell):
    EventRecord.objects.filter(pk=bell.pk).update(occurred_at=timezone.now() - timedelta(hours=2))

    count, age = selectors.dead_counts()["event"]

    assert count == 1
    assert 7200 <= age < 7260


@pytest.mark.parametrize("role", ["rep", "viewer"])
def test_only_who_looks_after_the_house_may_see_them(house, bell, role):
    with pytest.raises(NotAllowedError):
        selectors.letter_groups(house.actor(role))
    with pytest.raises(NotAllowedError):
        services.replay_many(actor=house.actor(role), source="event", reason="tests.bell_rang")


def test_managers_of_older_workspaces_may_too(house):
    Role.objects.filter(key="manager").update(permissions=["leads.view"])
    steps = import_module("crm.migrations.0007_managers_mend_dead_letters")

    with connection.cursor() as cursor:
        cursor.execute(steps.GIVE)
        cursor.execute(steps.GIVE)

    given = dict(Role.objects.filter(workspace=house.workspace).values_list("key", "permissions"))
    assert given["manager"] == ["leads.view", "deadletters.view", "deadletters.replay"]
    assert given["admin"] == ["*"]
    assert "deadletters.view" not in given["rep"] + given["viewer"]


def test_a_mask_keeps_the_shape_and_nothing_of_a_person():
    given = {
        "type": "text",
        "from": "628110000101",
        "text": {"body": "Saya Budi"},
        "n": 42,
        "ok": True,
        "x": None,
    }

    shown = json.loads(decisions.masked(json.dumps(given)))

    assert shown == {
        "type": "text", "from": "•" * 12, "text": {"body": "•••• ••••"}, "n": "••", "ok": True, "x": None,
    }  # fmt: skip
    assert decisions.masked("no json: Budi, +62 811") == "•• ••••: ••••, +•• •••"


@pytest.mark.parametrize("text", ["[" * 100_000, "", "{", "\ud800"])
def test_a_mask_bears_whatever_came(text):
    assert not any(c.isalnum() for c in decisions.masked(text))
    assert decisions.indented(text) == text
    assert decisions.json_fault(text) != ""


def test_keys_of_last_week_are_forgotten_and_no_others(house):
    old, young = (
        IdempotencyKey.objects.create(workspace=house.workspace, client="c", key=key, request_digest="d")
        for key in ("old", "young")
    )
    IdempotencyKey.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=7, seconds=1))
    IdempotencyKey.objects.filter(pk=young.pk).update(created_at=timezone.now() - timedelta(days=6, hours=23))

    tasks.forget_old_requests()

    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["young"]
