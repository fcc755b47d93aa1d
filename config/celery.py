"""The Celery application: nudges to look at rows that are due."""

import os
import signal
from typing import Any

from celery import Celery, signals
from django_celery_beat.schedulers import DatabaseScheduler

from config.launcher.children import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

BEAT_SECONDS = 15  # how long a sign of life counts


def _sign_of_life(name: str) -> None:
    """Leave a sign of life that health reads; Redis may be away, then health says so itself."""
    from django.core.cache import cache  # noqa: PLC0415  needs settings
    from redis.exceptions import RedisError  # noqa: PLC0415

    try:
        cache.set(f"alive:{name}", 1, timeout=BEAT_SECONDS)
    except (RedisError, OSError):
        return


@signals.worker_process_init.connect
def _die_with_the_worker(**_: Any) -> None:
    """A pool process whose worker was killed would hold its task for ever and steal the next one's."""
    die_with_parent(signal.SIGKILL, os.getppid())


@signals.heartbeat_sent.connect
def _worker_lives(**_: Any) -> None:
    _sign_of_life("worker")


class BeatingScheduler(DatabaseScheduler):
    """django-celery-beat's scheduler that also leaves a sign of life at each tick."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Fire what is due, and say that we live."""
        _sign_of_life("scheduler")
        return super().tick(*args, **kwargs)
