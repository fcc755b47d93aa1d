"""Background doors of the conversations floor."""

import logging
from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from conversations import selectors, services

log = logging.getLogger(__name__)


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
    for delivery_id in services.overdue_deliveries():
        _go_on(read_delivery, delivery_id=delivery_id)
    for channel_id, key in services.overdue_keys():
        _go_on(services.work_off, channel_id=channel_id, conversation_key=key)


@shared_task(name="conversations.sweep_sending")
def sweep_sending() -> None:
    """Find messages whose nudge was lost, whose retry is due, or whose sender died."""
    for conversation_id in selectors.outbound_due():
        _go_on(services.send_due, conversation_id=conversation_id)


def _go_on(work: Callable[..., object], **kwargs: object) -> None:
    """One row that breaks does not keep the sweep from the others; it stays due and is logged each time."""
    try:
        work(**kwargs)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception("sweep: a row failed", extra={"row": str(kwargs)})
