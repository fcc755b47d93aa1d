"""Reading what a score is made of."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet

from leads.decisions.scoring import score
from leads.decisions.values import Facts, Rule, Scored, SlotLike, Thresholds
from leads.models import Lead, LeadSettings, ScoreRule, ScoreRun
from leads.selectors.slots import slots_held


def thresholds_of(workspace_id: UUID) -> Thresholds:
    """hot_from, warm_from and qualify_from of a workspace; the defaults when nobody set any."""
    row = LeadSettings.objects.filter(workspace_id=workspace_id).first()
    return row.as_thresholds() if row else Thresholds()


def rules_of(workspace_id: UUID) -> list[Rule]:
    """The active scoring rules, in the order their reasons are shown."""
    return [row.as_rule() for row in ScoreRule.objects.filter(workspace_id=workspace_id, is_active=True)]


def facts_of(lead: Lead, slots: Mapping[str, SlotLike] | None = None) -> Facts:
    """What the rules look at. `slots` replaces the stored ones."""
    known = slots if slots is not None else slots_held(lead)
    return Facts(
        slots=known,
        source=lead.source,
        language=lead.contact.language,
        intents=frozenset(lead.intents),
        tags=frozenset(lead.tags),
        reply_seconds=lead.reply_seconds,
    )


def score_of(
    rules: Sequence[Rule], thresholds: Thresholds, slots: Mapping[str, SlotLike], *, language: str = ""
) -> Scored:
    """The score of slots by these rules, for somebody who is no lead yet."""
    return score(rules, Facts(slots=slots, language=language), thresholds)


def judge(lead: Lead, slots: Mapping[str, SlotLike] | None = None) -> Scored:
    """The lead's score by today's rules, from what is stored; `slots` by key, when they are at hand. Writes nothing."""
    return score(rules_of(lead.workspace_id), facts_of(lead, slots), thresholds_of(lead.workspace_id))


def scorer_for(
    lead: Lead, slots: Mapping[str, SlotLike] | None = None, thresholds: Thresholds | None = None
) -> Callable[[Mapping[str, SlotLike]], int]:
    """A pure function: the score 0..100 this lead would have if these slots were known too.

    Everything is read now, the lead's own `slots` and the thresholds only when they are not at hand; calling it later
    touches no table, so it may be used outside of a transaction.
    """
    rules, facts = rules_of(lead.workspace_id), facts_of(lead, slots)
    thresholds = thresholds or thresholds_of(lead.workspace_id)

    def preview(slots: Mapping[str, SlotLike]) -> int:
        known = Facts(
            {**facts.slots, **slots},
            facts.source,
            facts.language,
            facts.intents,
            facts.tags,
            facts.reply_seconds,
        )
        return score(rules, known, thresholds).score

    return preview


def score_runs_of(lead: Lead, limit: int = 30) -> QuerySet[ScoreRun]:
    """The lead's scores, newest first."""
    return ScoreRun.objects.filter(lead=lead).order_by("-at", "-id")[:limit]
