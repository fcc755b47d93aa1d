"""Background doors of the leads floor. Ids come as text; each task may run twice."""

from typing import Any
from uuid import UUID

from celery import shared_task

from crm import live
from crm.core.actors import Actor, system_actor
from crm.core.gathering import together
from crm.core.nudge import nudge, nudge_on_commit
from crm.core.sweeps import go_on, time_for_a_sweep
from crm.core.walls import scope, within_row
from leads import selectors, services
from leads.models import ChoreKind, LeadJob

TURNS, TURN = 30, 0.5  # how often, and for how many seconds, a task goes on with a bulk change or a chore


def _actor(workspace_id: str, cause_id: str = "", depth: int = 0) -> Actor:
    """The product itself, acting because of an event."""
    actor = system_actor(UUID(workspace_id), via="task")
    return actor.caused_by(UUID(cause_id), depth) if cause_id else actor


def tell_lead(workspace_id: str | UUID, lead_id: str | UUID) -> None:
    """Lists and pages that show the lead fetch it again."""
    live.tell(workspace_id, "leads", id=str(lead_id))
    live.tell(workspace_id, f"lead:{lead_id}", id=str(lead_id))


@shared_task(name="leads.follow_messages")
def follow_messages(messages: list[dict[str, Any]]) -> None:
    """Messages came or went together: of each its id, its workspace, its conversation and what told us of it."""
    until = time_for_a_sweep()
    of_talk: dict[str, list[dict[str, Any]]] = {}
    for message in messages:
        of_talk.setdefault(message["conversation_id"], []).append(message)
    with together():
        for some in of_talk.values():
            go_on(until, _follow, messages=some)


def _follow(messages: list[dict[str, Any]]) -> None:
    """Those of one conversation."""
    first = messages[0]
    actor = _actor(first["workspace_id"], first["cause_id"], first["depth"])
    lead = services.follow_messages(
        actor=actor, message_ids=[UUID(message["message_id"]) for message in messages]
    )
    if lead is not None:
        tell_lead(first["workspace_id"], lead.pk)


def follow_owner(
    workspace_id: str, contact_id: str, user_id: str, cause_id: str = "", depth: int = 0
) -> None:
    """A person took a conversation."""
    actor = _actor(workspace_id, cause_id, depth)
    services.follow_owner(actor=actor, contact_id=UUID(contact_id), user_id=UUID(user_id))


def refresh_lines(workspace_id: str, contact_id: str) -> None:
    """A contact was renamed."""
    services.refresh_lines(actor=_actor(workspace_id), contact_id=UUID(contact_id))
    live.tell(workspace_id, "leads")


@shared_task(name="leads.set_up_leads")
def set_up_leads(workspace_id: str) -> None:
    """A workspace was opened."""
    services.set_up_leads(actor=_actor(workspace_id))


def put_down(kind: ChoreKind, workspace_id: str, subject: str, cause_id: str = "", depth: int = 0) -> None:
    """Something is to be done in the background: written down here and now, and a worker is asked to begin."""
    actor = _actor(workspace_id, cause_id, depth)
    chore = services.put_down_chore(actor=actor, kind=kind, subject=UUID(subject))
    nudge_on_commit(do_chore, chore_id=str(chore.pk))


def rescore_leads(workspace_id: str) -> None:
    """The rules changed: the open leads are counted again."""
    put_down(ChoreKind.RESCORE, workspace_id, workspace_id)


@shared_task(name="leads.do_chore")
def do_chore(chore_id: str) -> None:
    """Something in the background goes on. What is left the next task takes."""
    for _ in range(TURNS):
        if not services.go_on_with_chore(chore_id=UUID(chore_id), seconds=TURN):
            return
    nudge(do_chore, chore_id=chore_id)


@shared_task(name="leads.go_on_with_job")
def go_on_with_job(job_id: str) -> None:
    """A bulk change goes on; who watches it is told twice a second. What is left the next task takes."""
    for _ in range(TURNS):
        has_more = services.go_on_with_job(job_id=UUID(job_id), seconds=TURN)
        tell_job(job_id)
        if not has_more:
            return
    nudge(go_on_with_job, job_id=job_id)


@within_row(LeadJob, "job_id")
def tell_job(job_id: str) -> None:
    """Whoever watches a bulk change looks again."""
    live.tell(str(scope().workspace_id), f"lead-job:{job_id}", id=job_id)


@shared_task(name="leads.sweep_jobs")
def sweep_jobs() -> None:
    """Find bulk changes whose nudge was lost or whose worker died."""
    for job_id in selectors.jobs_due():
        go_on_with_job(job_id=str(job_id))


@shared_task(name="leads.sweep")
def sweep() -> None:
    """Find what a lost nudge forgot: conversations no lead followed, workspaces without rules, chores."""
    for workspace_id in selectors.workspaces_to_set_up():
        set_up_leads(workspace_id=str(workspace_id))
    for workspace_id, conversation_id in selectors.unfollowed_conversations():
        actor = _actor(str(workspace_id))
        lead = services.follow_conversation(actor=actor, conversation_id=conversation_id)
        if lead is not None:
            tell_lead(workspace_id, lead.pk)
    until = time_for_a_sweep()
    for chore_id in selectors.chores_due():
        go_on(until, do_chore, chore_id=str(chore_id))
