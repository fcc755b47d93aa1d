"""How leads are scored now, what a draft would change, and every version there was."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.core.actors import Actor
from leads import policies
from leads.decisions.impact import Shift, Standing, moves, shifts
from leads.decisions.values import Facts, Rule, Thresholds
from leads.models import OPEN_STATUSES, Lead, LeadSettings, LeadSlot, ScoreRule, ScoringVersion
from leads.selectors.leads import visible_leads

RULE_FIELDS = ("name", "when", "params", "points", "because", "is_active")
THRESHOLDS = ("hot_from", "warm_from", "qualify_from", "handover")
LOOKED_AT = 2000  # open leads at most that a preview counts, the most recently active first


def scoring_draft(actor: Actor) -> ScoringVersion | None:
    """What somebody changed and nobody has published."""
    policies.check_can_set_up(actor)
    return ScoringVersion.objects.filter(workspace_id=actor.workspace_id, is_draft=True).first()


def scoring_versions(actor: Actor) -> QuerySet[ScoringVersion]:
    """What was published, newest first."""
    policies.check_can_set_up(actor)
    return ScoringVersion.objects.filter(workspace_id=actor.workspace_id, is_draft=False).order_by("-number")


def scoring_seen(actor: Actor) -> str:
    """What somebody has before them who looks at the draft now, or at what counts when there is none: a text that is
    another one as soon as anybody changes it."""
    draft = scoring_draft(actor)
    if draft is not None:
        return f"{draft.pk}:{draft.version}"
    last = scoring_versions(actor).first()
    return f"version:{last.number if last else 0}"


def live_scoring(actor: Actor) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rules and thresholds that count now, as plain values."""
    policies.check_can_set_up(actor)
    rows = ScoreRule.objects.filter(workspace_id=actor.workspace_id)
    settings = LeadSettings.objects.filter(workspace_id=actor.workspace_id).first() or LeadSettings()
    rules = [{name: getattr(row, name) for name in RULE_FIELDS} for row in rows]
    return rules, {name: getattr(settings, name) for name in THRESHOLDS}


@dataclass(frozen=True)
class Impact:
    """What a draft would do: how many leads were looked at of how many, and what becomes of them."""

    looked_at: int
    is_all: bool
    found: list[Shift]

    @property
    def moves(self) -> dict[tuple[str, str], int]:
        """How many move from which temperature to which."""
        return moves(self.found)

    def of(self, was: str = "", becomes: str = "") -> list[Shift]:
        """Those that move so; without words all that change. The largest change first."""
        picked = [
            s for s in self.found if (not was or s.was == was) and (not becomes or s.becomes == becomes)
        ]
        if was or becomes:
            picked = [s for s in picked if s.is_move]
        return sorted(picked, key=lambda s: -abs(s.new - s.old))


def impact_of(actor: Actor, draft: ScoringVersion) -> Impact:
    """What would change if the draft were published now; counted over real leads, writing nothing."""
    policies.check_can_set_up(actor)
    rows = visible_leads(actor).filter(status__in=OPEN_STATUSES).select_related("contact")
    leads = list(rows.order_by("-last_activity_at", "id")[: LOOKED_AT + 1])
    looked_at = leads[:LOOKED_AT]
    found = shifts(_standings(looked_at), _rules(draft), _thresholds(draft))
    return Impact(len(looked_at), len(leads) <= LOOKED_AT, found)


def _rules(draft: ScoringVersion) -> list[Rule]:
    return [
        Rule(r["name"], r["when"], r["params"], r["points"], r["because"])
        for r in draft.rules
        if r["is_active"]
    ]


def _thresholds(draft: ScoringVersion) -> Thresholds:
    given = draft.thresholds
    return Thresholds(given["hot_from"], given["warm_from"], given["qualify_from"])


def _standings(leads: list[Lead]) -> Iterable[Standing]:
    """Each lead with its facts; two statements, however many they are."""
    slots: dict[UUID, dict[str, LeadSlot]] = defaultdict(dict)
    for row in LeadSlot.objects.filter(lead__in=[lead.pk for lead in leads]):
        slots[row.lead_id][row.key] = row
    for lead in leads:
        facts = Facts(
            slots=slots[lead.pk],
            source=lead.source,
            language=lead.contact.language,
            intents=frozenset(lead.intents),
            tags=frozenset(lead.tags),
            reply_seconds=lead.reply_seconds,
        )
        yield Standing(lead.pk, lead.score, lead.temperature, facts)


def differences(actor: Actor, draft: ScoringVersion) -> list[dict[str, Any]]:
    """What a draft would change of what counts now: {name, old, new} for each rule and threshold; None: not there."""
    rules, thresholds = live_scoring(actor)
    old, new = ({r["name"]: r for r in these} for these in (rules, draft.rules))
    changed = [{"name": name, "old": old.get(name), "new": new.get(name)} for name in {**old, **new}]
    limits = [
        {"name": name, "old": thresholds[name], "new": draft.thresholds[name]}
        for name in THRESHOLDS
        if thresholds[name] != draft.thresholds[name]
    ]
    return [c for c in changed if c["old"] != c["new"]] + limits
