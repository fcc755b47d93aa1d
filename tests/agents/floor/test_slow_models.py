"""A model that takes its time, over a real wire: the customer is answered within the same claim."""

import socket
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from agents import services
from agents.models import Turn
from tests.agents.floor.stage import answer, fresh, make_due, said_by_bot, session_of
from tests.factories.conversations import receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def stalled(settings):
    """A model server that takes every call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.OPENAI_API_KEY = "test-only-key"
        services.warm_up()  # as a worker does before its first turn
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        yield settings


def test_a_model_that_stalls_is_replaced_before_the_lease_ends(channel, sarah, stalled):
    # given a model that does not answer, and two seconds for it
    stalled.MODEL_TIMEOUT = 2.0
    talk = receive(channel, "I need a website").conversation

    # when the turn is taken, then the offline engine answers at its first try, and the bot keeps the conversation
    began = time.monotonic()
    answer(talk.pk)
    assert time.monotonic() - began < 10
    turn = Turn.objects.get()
    assert (turn.outcome, turn.model_name) == ("published", "offline-rules-1")
    assert 1500 <= turn.latency_ms < 5000
    assert said_by_bot(talk.pk) != []
    assert (fresh(talk.pk).owner_kind, session_of(talk.pk).attempts) == ("agent", 0)


def test_a_worker_that_lost_its_time_before_it_asks_does_not_wait_for_a_model(channel, sarah, stalled):
    # given a worker that got its turn and then stood still for longer than a model may take
    talk = receive(channel, "I need a website").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    claim, _ = services.claim_turn(talk.pk)
    assert claim is not None
    held_up = replace(claim, started_at=claim.started_at - timedelta(seconds=25))

    # then the offline engine answers at once
    began = time.monotonic()
    assert services.think(held_up).model_name == "offline-rules-1"
    assert time.monotonic() - began < 1.5
