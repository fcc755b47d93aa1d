"""When Redis is away, one waits in vain and the others don't; nothing is lost that a sweep does not find."""

import asyncio
from types import SimpleNamespace

import pytest
from kombu.exceptions import OperationalError

from crm import live
from crm.core import nudge as nudges
from crm.core.broker import QUIET, Broker
from crm.core.broker import broker as shared


@pytest.fixture
def broker(monkeypatch):
    """A broker of the test's own, there at the beginning."""
    own = Broker()
    monkeypatch.setattr(nudges, "broker", own)
    monkeypatch.setattr(live, "broker", own)
    return own


@pytest.fixture
def clock(monkeypatch):
    """Seconds that the test moves."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr("crm.core.broker.time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def task(asked, error=None):
    """A task that counts how often it is asked for."""

    def apply_async(**_):
        asked.append(1)
        if error:
            raise error

    return SimpleNamespace(name="sample", apply_async=apply_async)


@pytest.mark.parametrize("error", [OperationalError("away"), TimeoutError("silent")])
def test_one_nudge_waits_for_a_broker_that_is_away_and_the_next_ones_do_not(broker, clock, error):
    # given a broker that takes nothing
    asked: list[int] = []

    # when several nudges are wanted
    for _ in range(5):
        nudges.nudge(task(asked, error))

    # then one has tried
    assert len(asked) == 1


def test_after_a_moment_it_is_tried_again(broker, clock):
    asked: list[int] = []
    nudges.nudge(task(asked, OperationalError("away")))

    clock.seconds += QUIET - 0.1
    nudges.nudge(task(asked))
    assert len(asked) == 1

    clock.seconds += 0.2
    nudges.nudge(task(asked))
    nudges.nudge(task(asked))
    assert len(asked) == 3


def test_a_hint_does_not_wait_for_a_silent_redis(broker, clock, monkeypatch):
    # given a layer that never answers
    asked: list[str] = []

    async def never(group, message):
        asked.append(group)
        await asyncio.Event().wait()

    monkeypatch.setattr(live, "get_channel_layer", lambda: SimpleNamespace(group_send=never))
    monkeypatch.setattr(live, "PATIENCE", 0.01)

    # when hints are told
    for _ in range(3):
        live.tell("workspace", "contacts")

    # then the first was given up, the others were not tried, and neither is a nudge
    assert len(asked) == 1
    nudged: list[int] = []
    nudges.nudge(task(nudged))
    assert nudged == []


@pytest.mark.parametrize("turn", [1, 2])
def test_no_test_begins_with_a_broker_that_another_test_sent_away(turn):
    # given what every process has one of, then it is there, whoever ran before
    assert not shared.is_away
    shared.went_away()
    assert shared.is_away
