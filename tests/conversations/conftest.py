"""Fixtures of the conversations' tests."""

from datetime import UTC, datetime

import pytest

from conversations import tasks
from conversations.models import Conversation
from conversations.services import working
from tests.factories.conversations import receive


@pytest.fixture(autouse=True)
def _no_broker(nudges):
    """Tests decide when a worker looks."""


@pytest.fixture(autouse=True)
def _work_to_the_end(monkeypatch):
    """A worker's slice is short; on a busy machine that must not cut short what a test works off."""
    monkeypatch.setattr(working.work, "__kwdefaults__", {"seconds": 60.0})
    monkeypatch.setattr(tasks, "READ_FOR", 60.0)


@pytest.fixture
def clock(time_machine):
    """A clock the test moves. It starts now: the database has one of its own."""
    time_machine.move_to(datetime.now(UTC), tick=False)
    return time_machine


@pytest.fixture
def three(owner, channel) -> list[Conversation]:
    """Ana, Ben and Cleo have written, in this order; a person is to answer them."""
    rows = [
        receive(channel, f"text of {name}", phone=f"62811000{n:04d}", name=name).conversation
        for n, name in enumerate(["Ana", "Ben", "Cleo"])
    ]
    Conversation.objects.update(owner_kind="nobody")
    return rows
