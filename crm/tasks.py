"""Background doors of the ground floor."""

from celery import shared_task

from crm import bus, services


@shared_task(name="crm.deliver_overdue")
def deliver_overdue() -> None:
    """Deliver events that the publishing process could not."""
    bus.deliver_overdue()


@shared_task(name="crm.mail_invitations")
def mail_invitations() -> None:
    """Send the mails of invitations that are due."""
    services.mail_invitations()
