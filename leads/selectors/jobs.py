"""Bulk changes and what came of them."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from crm import selectors as people
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.walls import everywhere
from crm.models import Membership
from leads import policies
from leads.models import Chore, JobStep, LeadJob


def visible_jobs(actor: Actor) -> QuerySet[LeadJob]:
    """Bulk changes the actor asked for; everybody's for those who may give leads to others."""
    policies.check_can_see_leads(actor)
    rows = LeadJob.objects.filter(workspace_id=actor.workspace_id)
    return rows if actor.may("leads.assign") else rows.filter(asked_by_id=actor.user_id)


def get_job(actor: Actor, job_id: UUID) -> LeadJob:
    """One bulk change."""
    found = visible_jobs(actor).filter(pk=job_id).select_related("asked_by", "undoes", "undone_by").first()
    if found is None:
        raise NotFoundError
    return found


def refused_steps(job: LeadJob, limit: int = 100) -> list[JobStep]:
    """The leads that were refused, with the reason."""
    rows = job.steps.filter(state=JobStep.State.REFUSED).select_related("lead").order_by("id")
    return list(rows[:limit])


def asker_of(job: LeadJob) -> Actor | None:
    """Who asked for it, with what they may do today; None when they work here no more."""
    members = Membership.objects.filter(
        workspace_id=job.workspace_id, user_id=job.asked_by_id, is_active=True, user__is_active=True
    )
    member = members.select_related("role", "user").first()
    return people.actor_for(member, via="task") if member else None


@everywhere()
def jobs_due() -> list[UUID]:
    """Bulk changes whose nudge was lost or whose worker died, of every workspace."""
    rows = LeadJob.objects.filter(finished_at__isnull=True, next_at__lte=timezone.now())
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:50])


@everywhere()
def chores_due() -> list[UUID]:
    """Chores whose nudge was lost, whose worker died or whose next try is due, of every workspace."""
    rows = Chore.objects.filter(next_at__lte=timezone.now())
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:100])
