"""Scoring as admins set it: a draft is looked at first, then published; every version can come back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError, StaleVersionError
from crm.core.service import service
from crm.models import Workspace
from leads import policies, selectors
from leads.errors import NoScoringDraftError
from leads.events import ScoringPublished
from leads.models import LeadSettings, ScoreRule, ScoringVersion

MOST = 60


@service
def draft_scoring(
    *,
    actor: Actor,
    rules: Sequence[Mapping[str, Any]],
    thresholds: Mapping[str, Any],
    seen: str | None = None,
) -> ScoringVersion:
    """Keep other rules and thresholds as the draft. Leads are scored as before until it is published. Refused when
    something else is there by now than what they have `seen` who changed it; so are the next two."""
    _lock_scoring(actor, seen)
    plain = [{name: rule[name] for name in selectors.RULE_FIELDS} for rule in rules]
    wrong = _mistakes(actor, plain, thresholds)
    if wrong:
        raise InvalidInputError(next(iter(wrong.values()))[0], fields=wrong)
    draft = selectors.scoring_draft(actor) or ScoringVersion(workspace_id=actor.workspace_id, is_draft=True)
    draft.rules, draft.thresholds = plain, dict(thresholds)
    draft.author = actor.label
    draft.save()
    return draft


def _lock_scoring(actor: Actor, seen: str | None = None) -> None:
    """Rules change one after another, by people who know what they change."""
    policies.check_can_set_up(actor)
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace_id)
    if seen is not None and seen != selectors.scoring_seen(actor):
        raise StaleVersionError


def _mistakes(
    actor: Actor, rules: list[dict[str, Any]], thresholds: Mapping[str, Any]
) -> dict[str, list[str]]:
    """What is wrong, by field: "rules.2.points", "warm_from"."""
    wrong: dict[str, list[str]] = {}
    if len(rules) > MOST:
        wrong["rules"] = [_("At most %(most)d rules.") % {"most": MOST}]
    names = [rule["name"].casefold() for rule in rules]
    for number, rule in enumerate(rules):
        found = _mistakes_in(ScoreRule(workspace_id=actor.workspace_id, **rule))
        if names.index(rule["name"].casefold()) != number:
            found["name"] = [_("Another rule is called so already.")]
        wrong |= {f"rules.{number}.{field}": texts for field, texts in found.items()}
    settings = LeadSettings(
        workspace_id=actor.workspace_id, **{n: thresholds[n] for n in selectors.THRESHOLDS}
    )
    return wrong | _mistakes_in(settings)


def _mistakes_in(row: ScoreRule | LeadSettings) -> dict[str, list[str]]:
    try:
        row.full_clean(exclude=["workspace"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        return dict(error.message_dict)
    return {}


@service
def drop_scoring_draft(*, actor: Actor, seen: str | None = None) -> None:
    """The draft is gone; asked twice, it stays gone."""
    _lock_scoring(actor, seen)
    draft = selectors.scoring_draft(actor)
    if draft is not None:
        draft.delete()


@service
def publish_scoring(*, actor: Actor, seen: str | None = None) -> ScoringVersion:
    """Leads are scored by the draft from now on, open ones again in the background."""
    _lock_scoring(actor, seen)
    draft = selectors.scoring_draft(actor)
    if draft is None:
        raise NoScoringDraftError
    return _publish(actor, draft.rules, draft.thresholds, draft)


def _publish(
    actor: Actor, rules: list[dict[str, Any]], thresholds: dict[str, Any], row: ScoringVersion
) -> ScoringVersion:
    """Keep what counted until now, unless a version says so already; then write the new rules."""
    last = _keep_what_counts(actor)
    _write_rules(actor, rules)
    _write_thresholds(actor, thresholds)
    row.rules, row.thresholds, row.is_draft = rules, thresholds, False
    row.number, row.published_at, row.author = last + 1, timezone.now(), actor.label
    row.save()
    publish(ScoringPublished(version_id=str(row.pk), number=row.number), actor=actor)
    return row


def _keep_what_counts(actor: Actor) -> int:
    """The number of the version that counts now; what was changed beside the versions becomes one."""
    last = selectors.scoring_versions(actor).first()
    rules, thresholds = selectors.live_scoring(actor)
    number = last.number if last is not None else 0
    if last is not None and (last.rules, last.thresholds) == (rules, thresholds):
        return number
    ScoringVersion.objects.create(
        workspace_id=actor.workspace_id, rules=rules, thresholds=thresholds, number=number + 1,
        published_at=timezone.now(), author="",
    )  # fmt: skip
    return number + 1


def _write_rules(actor: Actor, rules: list[dict[str, Any]]) -> None:
    held = {row.name: row for row in ScoreRule.objects.filter(workspace_id=actor.workspace_id)}
    for name in held.keys() - {rule["name"] for rule in rules}:
        held[name].delete()
    for position, rule in enumerate(rules):
        row = held.get(rule["name"]) or ScoreRule(workspace_id=actor.workspace_id, name=rule["name"])
        wanted = {**rule, "position": position}
        if row._state.adding or any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            row.save()


def _write_thresholds(actor: Actor, thresholds: dict[str, Any]) -> None:
    row, _is_new = LeadSettings.objects.get_or_create(workspace_id=actor.workspace_id)
    different = [name for name in selectors.THRESHOLDS if getattr(row, name) != thresholds[name]]
    for name in different:
        setattr(row, name, thresholds[name])
    if different:
        row.save(update_fields=different)


@service
def return_to_scoring(*, actor: Actor, version_id: UUID) -> ScoringVersion:
    """Leads are scored again as in an earlier version. That is a new version, so it can be taken back too."""
    _lock_scoring(actor)
    found = selectors.scoring_versions(actor).filter(pk=version_id).first()
    if found is None:
        raise NotFoundError
    row = ScoringVersion(workspace_id=actor.workspace_id)
    return _publish(actor, found.rules, found.thresholds, row)
