"""Changing many leads at once: few are changed while one waits, many by a worker, with the progress on the page."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.nudge import nudge
from crm.selectors import visible_members
from leads import selectors, services
from leads.models import LeadJob, LeadStatus
from leads.tasks import go_on_with_job
from leads.views.list_state import read_state

AT_ONCE = 25  # leads that are changed while one waits
WAIT = 5.0  # seconds one waits for them; then a worker goes on
STATUSES = (LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED, LeadStatus.WORKING)


@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """The sheet of a button of the bulk bar (`menu`)."""
    actor, name = actor_of(request), request.GET.get("menu", "assign")
    if name not in {"assign", "status", "tag"}:
        raise NotFoundError
    members = list(visible_members(actor)) if name == "assign" else []
    context = {"members": members, "me": actor.user_id, "may_assign": actor.may("leads.assign")}
    return render(request, f"leads/menus/bulk_{name}.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Change the chosen leads, or all that match the list at this address."""
    actor, tree = actor_of(request), None
    if request.POST.get("everything") == "1":
        tree = read_state(request.GET, selectors.views_of(actor)).tree
    job = services.start_job(
        actor=actor,
        action=request.POST.get("action", ""),
        wanted=_wanted(request),
        lead_ids=[_id(text) for text in request.POST.getlist("lead")],
        tree=tree,
    )
    return _begun(request, job)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    tags = {name: given.get(name, "").split(",") for name in ("add", "remove")}
    return {
        "user": given.get("user", ""),
        "to": given.get("to", ""),
        "reason": given.get("reason", ""),
        **tags,
    }


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(fields={"lead": [_("This is not a lead.")]}) from error


@require_POST
def undo(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Take a bulk change back."""
    return _begun(request, services.undo_job(actor=actor_of(request), job_id=job_id))


def _begun(request: HttpRequest, job: LeadJob) -> HttpResponse:
    """Through with it when it is small; else a worker is asked, and the page shows how far it is. The job itself says
    whether it is finished: who finds it in other hands has nothing to do, and it goes on."""
    if job.total > AT_ONCE or services.go_on_with_job(job_id=job.pk, seconds=WAIT):
        nudge(go_on_with_job, job_id=str(job.pk))
    if not getattr(request, "htmx", False):
        return redirect("leads:job", job.pk)
    job = selectors.get_job(actor_of(request), job.pk)
    is_told = job.finished_at is not None
    answer = render(
        request, "leads/_job_progress.html", {"job": job, "summary": summary(job), "is_told": is_told}
    )
    answer["HX-Trigger"] = json.dumps({"leads-changed": {}, **({"toast": _toast(job)} if is_told else {})})
    return answer


def _toast(job: LeadJob) -> dict[str, str]:
    can_undo = job.done and job.undoes is None
    return {
        "text": summary(job),
        "kind": "bad" if job.refused and not job.done else "good",
        "undo_url": reverse("leads:undo_job", args=[job.pk]) if can_undo else "",
    }


def summary(job: LeadJob) -> str:
    """What came of it, in a sentence."""
    texts = [ngettext("%(n)s lead changed", "%(n)s leads changed", job.done) % {"n": job.done}]
    if job.undoes is not None:
        texts = [ngettext("%(n)s lead taken back", "%(n)s leads taken back", job.done) % {"n": job.done}]
    if job.same:
        texts.append(_("%(n)s were so already") % {"n": job.same})
    if job.refused:
        reasons = " ".join(f"{why} ({n})" for why, n in job.refusals.items())
        texts.append(_("%(n)s refused: %(reasons)s") % {"n": job.refused, "reasons": reasons})
    return ", ".join(texts)


@require_safe
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far a bulk change is, and what came of it; the part alone for the list that watches it."""
    found = selectors.get_job(actor_of(request), job_id)
    context = {"job": found, "summary": summary(found), "nav": "leads"}
    if request.GET.get("part") == "progress":
        answer = render(request, "leads/_job_progress.html", context)
        if found.finished_at:
            answer["HX-Trigger"] = json.dumps({"leads-changed": {}, "toast": _toast(found)})
        return answer
    return render(request, "leads/job.html", context | {"steps": selectors.refused_steps(found)})
