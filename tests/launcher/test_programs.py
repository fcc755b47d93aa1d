"""Which programs a house has."""

from pathlib import Path

import pytest

from config import env
from config.launcher import programs
from config.launcher.paths import VarDir
from simulator.__main__ import options


def queues(program):
    """The lanes a worker takes from; all when it names none."""
    command = program.command
    return command[command.index("--queues") + 1] if "--queues" in command else "all"


@pytest.fixture
def key(monkeypatch):
    """Set the key of a model."""
    return lambda value: monkeypatch.setattr(env, "OPENAI_API_KEY", value)


def test_without_a_model_key_one_worker_does_everything(key):
    key("")

    assert [(one.name, queues(one)) for one in programs.workers()] == [("worker", "all")]


def test_with_a_model_key_threads_wait_for_the_model(key, monkeypatch):
    key("test-only-key")
    monkeypatch.delenv("TURN_THREADS", raising=False)

    worker, turns = programs.workers()

    assert (worker.name, queues(worker)) == ("worker", "messages,others")
    assert (turns.name, queues(turns)) == ("turns", "turns")
    assert turns.command[turns.command.index("--pool") + 1] == "threads"
    assert turns.command[turns.command.index("--concurrency") + 1] == "32"
    assert turns.environment == {"PROGRAM": "turns"}


def test_every_lane_has_somebody_who_takes_from_it(key):
    from django.conf import settings

    key("test-only-key")

    taken = {lane for one in programs.workers() for lane in queues(one).split(",")}

    assert taken == set(settings.CELERY_TASK_QUEUES)


def test_deliveries_that_came_together_are_messages_too():
    from django.conf import settings

    for name in ("conversations.read_deliveries", "conversations.work"):
        assert settings.CELERY_TASK_ROUTES[name] == {"queue": "messages"}


def test_a_token_that_begins_like_an_option_is_a_token():
    # given one of the sixty-fourth part of tokens that begin with a dash
    program = programs.simulator(VarDir(Path("var")), programs.Addresses(8000, 8100), "-Qx_token")

    given = options(list(program.command[program.command.index("simulator") + 1 :]))

    assert given.token == "-Qx_token"
    assert (given.port, given.product_url) == (8100, "http://127.0.0.1:8000")
