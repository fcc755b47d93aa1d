"""Sweeps: they find rows that are due although their nudge was lost."""

import logging
import time
from collections.abc import Callable

from billiard.exceptions import SoftTimeLimitExceeded

log = logging.getLogger(__name__)

SWEEP_SECONDS = (
    30.0  # well within a task's time limit; what is left is still due, and the next sweep takes it
)
A_MOMENT = 0.5  # seconds; for what comes in and goes out by the thousand: fresh words wait behind a sweep
OutOfTimeError = (
    SoftTimeLimitExceeded  # the worker's clock, not the row's fault: whoever catches all lets it pass
)


def time_for_a_sweep(seconds: float = SWEEP_SECONDS) -> float:
    """Until when a sweep that begins now may go on."""
    return time.monotonic() + seconds


def go_on(until: float, work: Callable[..., object], **kwargs: object) -> None:
    """Work on one row while there is time. One that breaks does not keep the sweep from the others; it stays due
    and is logged each time."""
    if time.monotonic() > until:
        return
    try:
        work(**kwargs)
    except OutOfTimeError:
        raise
    except Exception:
        log.exception("sweep: a row failed", extra={"row": str(kwargs)})
