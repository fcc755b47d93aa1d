"""Background doors of the ground floor."""

from uuid import UUID

from celery import shared_task

from crm import bus, selectors, services
from crm.core.nudge import nudge


@shared_task(name="crm.deliver_overdue")
def deliver_overdue() -> None:
    """Deliver events that the publishing process could not."""
    bus.deliver_overdue()


@shared_task(name="crm.mail_invitations")
def mail_invitations() -> None:
    """Send the mails of invitations that are due."""
    services.mail_invitations()


@shared_task(name="crm.mail_alerts")
def mail_alerts() -> None:
    """Send the mails of alerts that are due."""
    services.mail_alerts()


@shared_task(name="crm.mail_password_resets")
def mail_password_resets() -> None:
    """Send the mails of forgotten passwords that are due."""
    services.mail_password_resets()


@shared_task(name="crm.replay")
def replay(run_id: str) -> None:
    """Dead letters of one kind are tried again; what is left when the time is over, the next task takes."""
    if services.go_on_replaying(run_id=UUID(run_id)):
        nudge(replay, run_id=run_id)


@shared_task(name="crm.sweep_replays")
def sweep_replays() -> None:
    """Find replays whose nudge was lost or whose worker died."""
    for run_id in selectors.replays_due():
        replay(run_id=str(run_id))


@shared_task(name="crm.forget_old_requests")
def forget_old_requests() -> None:
    """Idempotency keys older than a week go."""
    services.forget_old_requests()
