"""Nudges: "look now". Losing one costs a sweep, never a row."""

import logging
from typing import Any

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from crm.core.broker import broker

log = logging.getLogger(__name__)


def nudge(task: Any, *, countdown: float | None = None, **kwargs: Any) -> None:
    """Ask a worker to look now (or in `countdown` seconds). When the broker is away the sweep will find the row."""
    if broker.is_away:
        return
    try:
        task.apply_async(kwargs=kwargs, countdown=countdown)
    except (OperationalError, RedisError, OSError):
        broker.went_away()
        log.warning("nudge lost: the broker is away", extra={"task": task.name})
