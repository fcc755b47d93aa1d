"""Counting a lead's score again."""

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service
from leads import policies, selectors
from leads.events import LeadScored
from leads.models import Lead, LeadSlot, ScoreRun

SCORE = ("score", "temperature", "score_reasons")


@service
def rescore_lead(*, actor: Actor, lead_id: UUID, caused_by: str = "asked") -> Lead:
    """Count the score by today's rules; a change of points or reasons is kept in the history of scores."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    if write_score(lead, actor=actor, caused_by=caused_by):
        lead.save(update_fields=list(SCORE))
    return lead


def write_score(
    lead: Lead, *, actor: Actor, caused_by: str, slots: Mapping[str, LeadSlot] | None = None
) -> list[str]:
    """Set a locked lead's score, from its slots by key when they are at hand; returns the fields to save, none when all
    stayed as it was."""
    scored = selectors.judge(lead, slots)
    reasons = [asdict(reason) for reason in scored.reasons]
    if (scored.score, scored.temperature, reasons) == (lead.score, lead.temperature, lead.score_reasons):
        return []
    previous, lead.score = lead.score, scored.score
    lead.temperature, lead.score_reasons = scored.temperature, reasons
    ScoreRun.objects.create(
        workspace_id=lead.workspace_id,
        lead=lead,
        score=scored.score,
        temperature=scored.temperature,
        reasons=reasons,
        caused_by=caused_by,
    )
    if previous != scored.score:
        news = LeadScored(str(lead.id), scored.score, previous, scored.temperature)
        publish(news, actor=actor)
    return list(SCORE)
