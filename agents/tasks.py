"""Background doors of the agents floor."""

import logging
import time
from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from agents import selectors, services
from crm.core.actors import system_actor
from crm.core.nudge import nudge

log = logging.getLogger(__name__)

SWEEP_SECONDS = 30  # well within a task's time limit, however slow a model is


@shared_task(name="agents.schedule_turn")
def schedule_turn(conversation_id: str) -> None:
    """A message came: look again when it is time to answer."""
    wait = services.schedule_turn(conversation_id=UUID(conversation_id))
    if wait is not None:
        nudge(run_turn, countdown=wait, conversation_id=conversation_id)


@shared_task(name="agents.run_turn")
def run_turn(conversation_id: str) -> None:
    """It may be time to answer."""
    wait = services.run_turn(conversation_id=UUID(conversation_id))
    if wait is not None:
        nudge(run_turn, countdown=wait, conversation_id=conversation_id)


@shared_task(name="agents.sweep_turns")
def sweep_turns() -> None:
    """Find answers that are owed although their nudge was lost, and workspaces whose set-up was."""
    until = time.monotonic() + SWEEP_SECONDS
    for conversation_id in selectors.turns_unscheduled():
        _go_on(schedule_turn, conversation_id=str(conversation_id))
    for conversation_id in selectors.turns_due():
        if time.monotonic() < until:  # what is left is still due: the next sweep takes it
            _go_on(run_turn, conversation_id=str(conversation_id))
    for workspace_id in selectors.workspaces_without_agent():
        _go_on(set_up_agent, workspace_id=str(workspace_id))


def _go_on(work: Callable[..., object], **kwargs: object) -> None:
    """One row that breaks does not keep the sweep from the others; it stays due and is logged each time."""
    try:
        work(**kwargs)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception("sweep: a row failed", extra={"row": str(kwargs)})


@shared_task(name="agents.alert_owner")
def alert_owner(workspace_id: str, lead_id: str, user_id: str, reason: str, key: str) -> None:
    """A lead was handed over."""
    services.alert_owner(
        actor=system_actor(UUID(workspace_id), via="task"),
        lead_id=UUID(lead_id),
        user_id=UUID(user_id) if user_id else None,
        reason=reason,
        key=key,
    )


@shared_task(name="agents.set_up_agent")
def set_up_agent(workspace_id: str) -> None:
    """A workspace was opened."""
    services.set_up_agent(actor=system_actor(UUID(workspace_id), via="task"))
