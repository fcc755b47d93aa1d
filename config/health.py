"""Health for probes and people, metrics for Prometheus."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from queue import Empty, Queue
from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError

from agents import selectors as agents
from config.metrics import Moment, page
from conversations import selectors as conversations
from conversations.models import Channel
from crm import selectors as crm
from crm.core.walls import everywhere

STALL_SECONDS = 60.0
DEADLINE = 1.2  # seconds a part has to answer; two parts make a probe of less than three
_migrated = False


@login_not_required
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing."""
    return JsonResponse({"status": "ok"})


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers, is migrated and holds no demo: traffic may come. Redis away means slower, not down."""
    status = within(_ping)
    if status == "ok" and not _is_migrated():
        status = "migrations are waiting"
    if status == "ok" and not settings.DEMO and crm.demo_people():
        status = "the demo's users are here and DEMO is off: manage.py close_demo"
    if status == "ok" and not settings.DEMO and (role := crm.role_above_walls()):
        status = f"the database role '{role}' is above row security and DEMO is off: use another one"
    return JsonResponse({"status": status}, status=200 if status == "ok" else 503)


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    """Every part by name; 503 when a part that messages need is down. Without the worker of turns (there is one when a
    model is asked over a wire) people still get every message, only the agent is silent."""
    database, redis = within(_ping), within(_redis)
    parts = {"database": database, "redis": redis}
    programs = ("worker", "scheduler", "turns") if settings.OPENAI_API_KEY else ("worker", "scheduler")
    parts |= {name: _alive(name) if redis == "ok" else "unknown" for name in programs}
    parts |= {
        "channels": _channels() if database == "ok" else "unknown",
        "agent": _agent() if database == "ok" else "unknown",
        "events": _events() if database == "ok" else "unknown",
    }
    healthy = all(parts[name] == "ok" for name in ("database", "redis", "worker", "scheduler"))
    degraded = healthy and not all(state == "ok" for state in parts.values())
    body = {
        "status": "degraded" if degraded else "ok" if healthy else "down",
        "components": parts,
        "version": settings.VERSION,
        "timestamp": datetime.now(UTC).isoformat(),
    }
    return JsonResponse(body, status=200 if healthy else 503)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; the age of the oldest due row per queue is the alarm that sees every stall."""
    is_up = within(_ping) == "ok"
    moment = Moment()
    moment.add_one("crm_database_up", "1 while the database answers", is_up)
    ages = _ages() if is_up else {}
    moment.add("crm_oldest_due_seconds", "Age of the oldest row that is due, per queue", "queue", ages)
    dead = crm.dead_counts() if is_up else {}
    counts, oldest = ({source: pair[n] for source, pair in dead.items()} for n in (0, 1))
    moment.add("crm_dead_letters", "Dead letters that wait for somebody, per kind", "source", counts)
    moment.add("crm_dead_letter_oldest_seconds", "Age of the oldest dead letter, per kind", "source", oldest)
    return HttpResponse(page(moment), content_type=CONTENT_TYPE_LATEST)


def _ages() -> dict[str, float]:
    return {
        **conversations.oldest_waiting(),
        **conversations.oldest_queued_by_lane(),
        "turns": agents.oldest_due_turn(),
        "events": crm.oldest_undelivered(),
    }


def within(check: Callable[[], str]) -> str:
    """What a check says; a probe never waits longer than a moment, whatever is black-holed."""
    said: Queue[str] = Queue()
    Thread(target=lambda: said.put(check()), daemon=True).start()
    try:
        return said.get(timeout=DEADLINE)
    except Empty:
        return f"down: no answer in {DEADLINE:g} s"


def _ping() -> str:
    """On a connection of its own, given back at once."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as error:
        return f"down: {type(error).__name__}"
    finally:
        connection.close()
    return "ok"


def _is_migrated() -> bool:
    """True once no migration waits; asked until it is, then remembered."""
    global _migrated  # noqa: PLW0603  it can't become false again in this process
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _redis() -> str:
    try:
        caches["redis"].set("alive:web", time.time(), timeout=15)
    except (RedisError, OSError) as error:
        return f"down: {type(error).__name__}"
    return "ok"


def _alive(name: str) -> str:
    try:
        return "ok" if caches["redis"].get(f"alive:{name}") else "no sign of life"
    except (RedisError, OSError):
        return "unknown"


@everywhere()
def _channels() -> str:
    paused = Channel.objects.filter(is_active=True).exclude(paused_because="").values_list("key", flat=True)
    oldest: dict[str, Any] = conversations.oldest_waiting()
    late = [name for name, seconds in oldest.items() if seconds > STALL_SECONDS]
    if paused:
        return f"paused: {', '.join(paused)}"
    return f"late: {', '.join(late)}" if late else "ok"


def _agent() -> str:
    seconds = agents.oldest_due_turn()
    return "ok" if seconds < STALL_SECONDS else f"late: a turn is due for {seconds:.0f} s"


def _events() -> str:
    seconds = crm.oldest_undelivered()
    return "ok" if seconds < STALL_SECONDS else f"late: news is due for {seconds:.0f} s"
