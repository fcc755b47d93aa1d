"""Health for probes and people, metrics for Prometheus."""

import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest
from redis.exceptions import RedisError

from agents import selectors as agents
from conversations import selectors as conversations
from conversations.models import Channel
from crm import selectors as crm

STALL_SECONDS = 60.0
OLDEST = Gauge("crm_oldest_due_seconds", "Age of the oldest row that is due, per queue", ["queue"])
_migrated = False


@login_not_required
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing."""
    return JsonResponse({"status": "ok"})


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and is migrated: traffic may come. Redis away means slower, not down."""
    status = _database()
    if status == "ok" and not _is_migrated():
        status = "migrations are waiting"
    return JsonResponse({"status": status}, status=200 if status == "ok" else 503)


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    """Every part by name; 503 when a part that messages need is down."""
    database = _database()
    parts = {"database": database, "redis": _redis()}
    parts |= {"worker": _alive("worker"), "scheduler": _alive("scheduler")}
    if database == "ok":
        parts |= {"channels": _channels(), "agent": _agent()}
    else:
        parts |= {"channels": "unknown", "agent": "unknown"}
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
    for queue, seconds in _ages().items():
        OLDEST.labels(queue).set(seconds)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _ages() -> dict[str, float]:
    return {
        **conversations.oldest_waiting(),
        "turns": agents.oldest_due_turn(),
        "events": crm.oldest_undelivered(),
    }


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as error:
        return f"down: {type(error).__name__}"
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
        cache.set("alive:web", time.time(), timeout=15)
    except (RedisError, OSError) as error:
        return f"down: {type(error).__name__}"
    return "ok"


def _alive(name: str) -> str:
    try:
        return "ok" if cache.get(f"alive:{name}") else "no sign of life"
    except (RedisError, OSError):
        return "unknown"


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
