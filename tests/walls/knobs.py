"""Rows of the settings that callers from elsewhere try to reach (see home.py)."""

import json
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agents import services as agents
from crm import selectors, services
from leads import services as leads

AGENT = {
    "name": "Ayu", "tone": "friendly", "languages": ["en", "id"], "default_language": "id",
    "pricing_policy": "never", "max_asks_per_slot": "3", "max_misses": "2", "answer_threshold": "0.6",
    "clarify_threshold": "0.3", "wait_complete": "1", "wait_fragment": "2", "wait_at_most": "4",
}  # fmt: skip


@dataclass
class Knobs:
    """One of each thing an admin sets."""

    workspace_change: int
    team: Any
    gone_team: Any
    agent: Any
    agent_change: int
    slot: Any
    slot_change: int
    scoring: Any  # an earlier version
    copy: Any  # of the configuration


def make_knobs(admin: Any, mark: str) -> Knobs:
    """Everything an admin can have set, once."""
    actor = admin.actor()
    row = services.change_workspace(actor=actor, changes={"name": "Warung Kuning"})
    agent = agents.add_agent(actor=actor, changes={"name": "Kuning", "persona": f"{mark} manner"})
    slot = leads.add_slot(actor=actor, key="shoe_size", label=f"{mark} size", kind="text")
    agent = agents.change_agent(actor=actor, agent_id=agent.pk, changes={"tone": "calm"})
    slot = leads.change_slot(actor=actor, slot_id=slot.pk, changes={"is_required": False})
    return Knobs(
        selectors.latest_change_of(row),
        _team(actor, f"{mark} team"),
        _gone_team(actor),
        agent,
        selectors.latest_change_of(agent),
        slot,
        selectors.latest_change_of(slot),
        _scoring(actor, mark),
        services.keep_configuration(actor=actor),
    )


def _team(actor: Any, name: str) -> Any:
    return services.save_team(actor=actor, name=name, membership_ids=[])


def _gone_team(actor: Any) -> Any:
    return services.remove_team(actor=actor, team_id=_team(actor, "Night shift").pk)


RULE = {"name": "Kuning", "when": "tag_is", "params": {"tag": "vip"}, "points": 5, "is_active": True}
LIMITS = {"hot_from": 80, "warm_from": 40, "qualify_from": 60, "handover": "nobody"}


def _scoring(actor: Any, mark: str) -> Any:
    """Published once; and a draft that nobody has published."""
    rules = [{**RULE, "because": f"{mark} reason"}]
    leads.draft_scoring(actor=actor, rules=rules, thresholds=LIMITS)
    made = leads.publish_scoring(actor=actor)
    leads.draft_scoring(actor=actor, rules=rules, thresholds={**LIMITS, "hot_from": 90})
    return made


SCORING = {
    **{name: str(value) for name, value in LIMITS.items()},
    "rules-TOTAL_FORMS": "1", "rules-INITIAL_FORMS": "0", "rules-0-name": "VIP", "rules-0-when": "tag_is",
    "rules-0-looks_for": "vip", "rules-0-points": "10", "rules-0-because": "A VIP", "rules-0-is_active": "on",
}  # fmt: skip


def backup_file() -> Any:
    """A right file, fresh for each request."""
    content = {"format": "chat-crm/configuration", "schema": 1, "parts": {"tags": []}}
    return SimpleUploadedFile("backup.json", json.dumps(content).encode())
