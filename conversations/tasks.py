"""Background doors of the conversations floor."""

import logging
import time
from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from conversations import selectors, services

log = logging.getLogger(__name__)

SWEEP_SECONDS = 30  # well within a task's time limit; what is left is still due, and the next sweep takes it


@shared_task(name="conversations.read_delivery")
def read_delivery(delivery_id: int) -> None:
    """A delivery has come in."""
    for channel_id, key in services.read_delivery(delivery_id=delivery_id):
        services.work_off(channel_id=channel_id, conversation_key=key)


@shared_task(name="conversations.send_due")
def send_due(conversation_id: str) -> None:
    """Something waits to be sent."""
    services.send_due(conversation_id=UUID(conversation_id))


@shared_task(name="conversations.sweep_intake")
def sweep_intake() -> None:
    """Find deliveries and items whose nudge was lost or whose retry is due."""
    until = time.monotonic() + SWEEP_SECONDS
    for delivery_id in services.overdue_deliveries():
        _go_on(until, read_delivery, delivery_id=delivery_id)
    for channel_id, key in services.overdue_keys():
        _go_on(until, services.work_off, channel_id=channel_id, conversation_key=key)


@shared_task(name="conversations.sweep_sending")
def sweep_sending() -> None:
    """Find messages whose nudge was lost, whose retry is due, or whose sender died."""
    until = time.monotonic() + SWEEP_SECONDS
    for conversation_id in selectors.outbound_due():
        _go_on(until, services.send_due, conversation_id=conversation_id)


def _go_on(until: float, work: Callable[..., object], **kwargs: object) -> None:
    """While there is time. A row that breaks does not keep the sweep from the others; it is logged each time."""
    if time.monotonic() > until:
        return
    try:
        work(**kwargs)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception("sweep: a row failed", extra={"row": str(kwargs)})
