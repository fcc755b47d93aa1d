"""Background doors of the agents floor."""

import time
from uuid import UUID

from celery import shared_task

from agents import selectors, services
from crm.core.actors import system_actor
from crm.core.gathering import together
from crm.core.nudge import nudge
from crm.core.sweeps import A_MOMENT, go_on, time_for_a_sweep
from crm.core.walls import within

TURNS_FOR = 0.04  # seconds; then others of the same worker process have their turn


def schedule_turn(conversation_id: str) -> None:
    """A message came: look again when it is time to answer."""
    wait = services.schedule_turn(conversation_id=UUID(conversation_id))
    if wait is not None:
        nudge(run_turn, countdown=wait, conversation_id=conversation_id)


def schedule_turns(conversation_ids: list[str]) -> None:
    """Messages came together, in these conversations."""
    until = time_for_a_sweep()
    with together():
        for conversation_id in conversation_ids:
            go_on(until, schedule_turn, conversation_id=conversation_id)


@shared_task(name="agents.run_turn")
def run_turn(conversation_id: str) -> None:
    """It may be time to answer. The offline engine goes on with others that are due for a while; a model that is asked
    over a wire takes its seconds, and nobody waits behind it."""
    first, *others = services.turns_to_take(UUID(conversation_id))
    if services.waits_for_model():
        for other in others:
            nudge(run_turn, conversation_id=str(other))
        _take(first)
        return
    until, taken = time.monotonic() + TURNS_FOR, [first, *others]
    for chosen in taken:
        _take(chosen)
        if chosen == taken[-1] and time.monotonic() < until:
            taken += [due for due in services.turns_to_take() if due not in taken]


def _take(conversation_id: UUID) -> None:
    wait = services.run_turn(conversation_id=conversation_id)
    if wait is not None:
        nudge(run_turn, countdown=wait, conversation_id=str(conversation_id))


@shared_task(name="agents.answer_dropped")
def answer_dropped(conversation_id: str, cause: str, why: str) -> None:
    """An answer never went out: the customer wrote on, it would have come too late, or an act that took it back was
    undone."""
    if why == "late":
        services.leave_late_answer_to_people(conversation_id=UUID(conversation_id))
        return
    services.start_over(conversation_id=UUID(conversation_id), cause=cause)
    schedule_turn(conversation_id=conversation_id)


@shared_task(name="agents.sweep_turns")
def sweep_turns() -> None:
    """Find answers that are owed although their nudge was lost, and workspaces whose set-up was. A turn is asked for
    anew, not taken here: many of them would keep this worker from everything else, and a model from all."""
    for workspace_id in selectors.workspaces_without_agent():
        go_on(time_for_a_sweep(), set_up_agent, workspace_id=str(workspace_id))
    until = time_for_a_sweep(A_MOMENT)
    for conversation_id in selectors.turns_unscheduled():
        go_on(until, schedule_turn, conversation_id=str(conversation_id))
    for conversation_id in selectors.turns_due():
        nudge(run_turn, conversation_id=str(conversation_id))


@shared_task(name="agents.alert_owner")
def alert_owner(workspace_id: str, lead_id: str, user_id: str, reason: str, key: str) -> None:
    """A lead was handed over."""
    with within(UUID(workspace_id)):
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
