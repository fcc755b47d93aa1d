"""One change of many leads: each by the service for one lead, in a transaction of its own, with its outcome."""

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.core.actors import Actor
from crm.core.errors import DomainError, InvalidInputError
from crm.core.service import service
from crm.core.walls import within_row
from leads import policies, selectors
from leads.errors import JobRunningError, JobUndoneError
from leads.models import JobAction, JobStep, Lead, LeadJob
from leads.services.bulk_changes import CHANGES, NothingToDo, checked_wish

log = logging.getLogger(__name__)

AT_MOST = 10_000  # leads of one job
LEASE = timedelta(seconds=30)
BROKE = gettext_noop("Something broke on our side; it has been logged.")


@service
def start_job(
    *, actor: Actor, action: str, wanted: Mapping[str, Any], lead_ids: Sequence[UUID] = (), tree: Any = None
) -> LeadJob:
    """Have many leads changed: those named, or all that pass a filter tree. Nothing is changed yet."""
    asker = policies.check_can_change_many(actor)
    wish = checked_wish(actor, action, wanted)
    rows = selectors.visible_leads(actor)
    if tree is None:
        rows = rows.filter(pk__in=list(lead_ids)[: AT_MOST + 1])
    else:
        rows = selectors.narrow_leads(rows, selectors.tree_of(tree, selectors.own_fields(actor)), actor)
    job = LeadJob(workspace_id=actor.workspace_id, asked_by_id=asker, action=action, wanted=wish)
    return _opened(job, _ids_of(rows))


def _ids_of(rows: QuerySet[Lead]) -> list[UUID]:
    found = list(rows.order_by("-last_activity_at", "id").values_list("pk", flat=True)[: AT_MOST + 1])
    if not found:
        raise InvalidInputError(
            _("Choose at least one lead."), fields={"leads": [_("Choose at least one lead.")]}
        )
    if len(found) > AT_MOST:
        text = _("At most %(most)s leads at once. Narrow the filter and go on from there.") % {
            "most": format(AT_MOST, ",")
        }
        raise InvalidInputError(text, fields={"leads": [text]})
    return found


def _opened(job: LeadJob, lead_ids: Sequence[UUID]) -> LeadJob:
    job.total, job.next_at = len(lead_ids), timezone.now() + LEASE  # whoever opened it goes on with it first
    job.save(force_insert=True)
    steps = [JobStep(workspace_id=job.workspace_id, job=job, lead_id=lead_id) for lead_id in lead_ids]
    JobStep.objects.bulk_create(steps, batch_size=2_000)
    return job


@service
def undo_job(*, actor: Actor, job_id: UUID) -> LeadJob:
    """Take a bulk change back, lead by lead, where nobody has changed the lead since."""
    asker = policies.check_can_change_many(actor)
    selectors.get_job(actor, job_id)
    job = LeadJob.objects.select_for_update(no_key=True).get(pk=job_id)
    if job.finished_at is None:
        raise JobRunningError
    if LeadJob.objects.filter(undoes=job).exists() or job.action == JobAction.UNDO:
        raise JobUndoneError
    changed = job.steps.filter(state=JobStep.State.DONE).order_by("-id").values_list("lead_id", flat=True)
    undo = LeadJob(
        workspace_id=job.workspace_id,
        asked_by_id=asker,
        action=JobAction.UNDO,
        wanted=job.wanted,
        undoes=job,
    )
    return _opened(undo, list(changed))


@within_row(LeadJob, "job_id")
def go_on_with_job(*, job_id: UUID, seconds: float = 1.0) -> bool:
    """Change the next leads of a job while there is time; True when there is more to do."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _next(job_id):
            return False
    return True


@transaction.atomic
def _next(job_id: UUID) -> bool:
    """One lead, its outcome and the job's counts in one commit: a worker that dies counts nothing twice."""
    rows = LeadJob.objects.select_for_update(skip_locked=True, no_key=True)
    job = rows.filter(pk=job_id, finished_at__isnull=True).first()
    if job is None:
        return False
    actor = selectors.asker_of(job)
    step = job.steps.filter(state=JobStep.State.WAITING).order_by("id").first() if actor else None
    if actor is None or step is None:
        job.finished_at = timezone.now()
        job.stopped_because = "" if actor else gettext_noop("Who asked for it does not work here any more.")
    else:
        _try(job, actor, step)
        job.next_at = timezone.now() + LEASE
    job.save()
    return job.finished_at is None


def _try(job: LeadJob, actor: Actor, step: JobStep) -> None:
    """One lead by its own service; a refusal takes back nothing but itself."""
    try:
        with transaction.atomic():
            step.before, step.after = _change(job, actor, step)
        step.state, job.done = JobStep.State.DONE, job.done + 1
    except NothingToDo:
        step.state, job.same = JobStep.State.SAME, job.same + 1
    except DomainError as refusal:
        _refuse(job, step, refusal.message)
    except Exception:
        log.exception("a bulk change broke", extra={"lead": str(step.lead_id)})
        _refuse(job, step, BROKE)
    step.save(update_fields=["state", "before", "after", "because"])


def _change(job: LeadJob, actor: Actor, step: JobStep) -> tuple[dict[str, Any], dict[str, Any]]:
    if job.undoes is None:
        return CHANGES[job.action].do(actor, step.lead_id, job.wanted)
    old = JobStep.objects.get(job_id=job.undoes_id, lead_id=step.lead_id)
    CHANGES[job.undoes.action].undo(actor, step.lead_id, old.before, old.after)
    return old.after, old.before


def _refuse(job: LeadJob, step: JobStep, sentence: str) -> None:
    step.state, step.because = JobStep.State.REFUSED, sentence[:300]
    job.refused += 1
    job.refusals = {**job.refusals, sentence: job.refusals.get(sentence, 0) + 1}
