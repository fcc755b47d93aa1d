"""Health for probes and people, metrics for Prometheus: what they say when parts are away."""

import socket
import time
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import OperationalError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client, override_settings

from config import health
from config.signs import sign_of_life
from conversations.models import Channel, InboundDelivery
from crm import services


@pytest.fixture
def probe(db, monkeypatch) -> Client:
    """A prober; whatever went wrong is an answer to it, not an exception."""
    caches["redis"].clear()
    return Client(raise_request_exception=False)


@pytest.fixture
def alive(probe):
    """Worker and scheduler have left signs of life."""
    sign_of_life("worker")
    sign_of_life("scheduler")


@pytest.fixture
def database_away(monkeypatch):
    """Whoever asks the database for anything hears that it is away."""

    class Away:
        def cursor(self):
            raise OperationalError("away")

        def close(self):
            """Nothing to give back."""

    monkeypatch.setattr(health, "connection", Away())


@pytest.fixture
def black_hole():
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def redis_at(port):
    """The product's cache settings with Redis there."""
    backend = "django.core.cache.backends.redis.RedisCache"
    options = {"socket_timeout": 2, "socket_connect_timeout": 2}
    location = f"redis://127.0.0.1:{port}/0"
    return override_settings(
        CACHES={**settings.CACHES, "redis": {"BACKEND": backend, "LOCATION": location, "OPTIONS": options}}
    )


def closed_port():
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def test_live_touches_nothing(probe, django_assert_num_queries, database_away):
    with django_assert_num_queries(0):
        answer = probe.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready(probe):
    answer = probe.get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_not_ready_without_the_database(probe, database_away):
    answer = probe.get("/health/ready")

    assert (answer.status_code, answer.json()) == (503, {"status": "down: OperationalError"})


def test_not_ready_while_migrations_wait(probe, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one"])

    answer = probe.get("/health/ready")

    assert (answer.status_code, answer.json()) == (503, {"status": "migrations are waiting"})


def test_ready_without_redis(probe):
    with redis_at(closed_port()):
        answer = probe.get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_all_is_well(probe, alive):
    answer = probe.get("/health/components")

    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() == {"status", "components", "version", "timestamp"}
    assert body["status"] == "ok"
    assert body["components"] == {
        "database": "ok", "redis": "ok", "worker": "ok", "scheduler": "ok", "channels": "ok", "agent": "ok",
        "events": "ok",
    }  # fmt: skip
    assert body["timestamp"].endswith("+00:00")


@pytest.mark.parametrize(("lives", "lost"), [("worker", "scheduler"), ("scheduler", "worker")])
def test_a_program_without_a_sign_of_life_is_down(probe, lives, lost):
    sign_of_life(lives)

    answer = probe.get("/health/components")

    body = answer.json()
    assert (answer.status_code, body["status"]) == (503, "down")
    assert (body["components"][lives], body["components"][lost]) == ("ok", "no sign of life")


def test_with_a_model_on_a_wire_the_worker_of_turns_is_a_part_too(probe, alive, settings):
    settings.OPENAI_API_KEY = "test-only-key"

    silent = probe.get("/health/components")
    sign_of_life("turns")
    lively = probe.get("/health/components")

    assert (silent.status_code, silent.json()["status"]) == (200, "degraded")
    assert silent.json()["components"]["turns"] == "no sign of life"
    assert (lively.status_code, lively.json()["status"]) == (200, "ok")
    assert lively.json()["components"]["turns"] == "ok"


def test_a_sign_of_life_does_not_last(probe, alive, time_machine):
    time_machine.move_to(datetime.now(UTC) + timedelta(seconds=20))

    assert probe.get("/health/components").json()["components"]["worker"] == "no sign of life"


def test_components_without_the_database(probe, alive, database_away):
    answer = probe.get("/health/components")

    body = answer.json()
    assert (answer.status_code, body["status"]) == (503, "down")
    assert body["components"] == {
        "database": "down: OperationalError", "redis": "ok", "worker": "ok", "scheduler": "ok",
        "channels": "unknown", "agent": "unknown", "events": "unknown",
    }  # fmt: skip


def test_components_without_redis(probe):
    with redis_at(closed_port()):
        answer = probe.get("/health/components")

    body = answer.json()
    assert (answer.status_code, body["status"]) == (503, "down")
    assert body["components"]["database"] == "ok"
    assert body["components"]["redis"] == "down: ConnectionError"
    assert body["components"]["worker"] == "unknown"


def test_a_black_hole_holds_nobody_up(probe, black_hole, monkeypatch):
    """Redis that never answers, and a database that never answers."""
    released = Event()
    monkeypatch.setattr(health, "_ping", lambda: "ok" if released.wait(10) else "late")

    with redis_at(black_hole):
        began = time.monotonic()
        answer = probe.get("/health/components")
        took = time.monotonic() - began
    released.set()

    assert took < 3
    assert answer.status_code == 503
    assert answer.json()["components"]["database"] == "down: no answer in 1.2 s"
    assert answer.json()["components"]["redis"] == "down: no answer in 1.2 s"


def test_a_paused_channel_degrades(probe, alive):
    workspace = services.create_workspace(slug="warung", name="Warung")
    Channel.objects.create(
        workspace=workspace, kind="simulator", key="warung-sim", paused_because="The token has expired."
    )

    answer = probe.get("/health/components")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["components"]["channels"] == "paused: warung-sim"


def test_waiting_deliveries_show_in_health_and_metrics(probe, alive, time_machine):
    workspace = services.create_workspace(slug="warung", name="Warung")
    channel = Channel.objects.create(workspace=workspace, kind="simulator", key="warung-sim")
    InboundDelivery.objects.create(workspace=channel.workspace, channel=channel, body=b"{}")
    time_machine.move_to(datetime.now(UTC) + timedelta(seconds=90))
    sign_of_life("worker")
    sign_of_life("scheduler")

    assert probe.get("/health/components").json()["components"]["channels"] == "late: intake"
    assert 90 <= figures(probe)['crm_oldest_due_seconds{queue="intake"}'] < 100


def figures(probe):
    """What /metrics says, by name."""
    answer = probe.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    lines = [line.rsplit(" ", 1) for line in answer.content.decode().splitlines() if line[0] != "#"]
    return {name: float(value) for name, value in lines}


def test_metrics(probe):
    probe.get("/health/live")

    found = figures(probe)

    assert found["crm_database_up"] == 1
    lanes = ("sending_person", "sending_bot", "sending_bulk")
    for queue in ("intake", "items", "sending", *lanes, "turns", "events"):
        assert found[f'crm_oldest_due_seconds{{queue="{queue}"}}'] == 0
    for source in ("delivery", "item", "message", "event", "turn"):
        assert found[f'crm_dead_letters{{source="{source}"}}'] == 0
        assert found[f'crm_dead_letter_oldest_seconds{{source="{source}"}}'] == 0
    assert found["django_http_requests_before_middlewares_total"] >= 1
    assert any(name.startswith("django_http_responses_total_by_status_total") for name in found)


def test_metrics_without_the_database_leave_no_old_figure(probe, request):
    assert 'crm_oldest_due_seconds{queue="events"}' in figures(probe)

    request.getfixturevalue("database_away")
    found = figures(probe)

    assert found["crm_database_up"] == 0
    assert not [name for name in found if name.startswith("crm_oldest_due_seconds")]
