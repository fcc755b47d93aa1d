"""Background doors of the ground floor."""

from celery import shared_task

from crm import bus


@shared_task(name="crm.deliver_overdue")
def deliver_overdue() -> None:
    """Deliver events that the publishing process could not."""
    bus.deliver_overdue()
