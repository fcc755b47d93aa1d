"""Fixtures of the conversations' tests."""

from datetime import UTC, datetime

import pytest

from conversations.services import working
from crm.core.outgoing import calls
from tests.conversations.graph import Graph


@pytest.fixture(autouse=True)
def _no_broker(nudges):
    """Tests decide when a worker looks."""


@pytest.fixture(autouse=True)
def _work_to_the_end(monkeypatch):
    """A worker's slice is a second; on a busy machine that must not cut short what a test works off."""
    monkeypatch.setattr(working.work, "__kwdefaults__", {"seconds": 60.0})


@pytest.fixture
def graph(settings):
    """Meta, on a socket of its own; our patience is short."""
    settings.PROVIDER_TIMEOUT = 0.4
    found = Graph()
    settings.META_GRAPH_URL = found.url
    yield found
    calls.close_shared_clients()  # the process's own clients keep connections open
    found.close()


@pytest.fixture
def clock(time_machine):
    """A clock the test moves. It starts now: the database has one of its own."""
    time_machine.move_to(datetime.now(UTC), tick=False)
    return time_machine
