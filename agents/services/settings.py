"""Agents as admins set them: changed, switched off and on, taken back; and the words they ask with."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agents import selectors
from agents.events import AgentChanged
from agents.models import Agent, AgentQuestion
from crm import selectors as crm_selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.permissions import check
from crm.core.service import service

FIELDS = (
    "name", "business_name", "persona", "tone", "languages", "default_language", "is_active", "pricing_policy",
    "answer_threshold", "clarify_threshold", "max_asks_per_slot", "max_misses", "wait_complete",
    "wait_fragment", "wait_at_most",
)  # fmt: skip
MOST = 20


@service
def add_agent(*, actor: Actor, changes: Mapping[str, Any]) -> Agent:
    """One more bot, switched off until somebody has looked at it, unless it is said otherwise."""
    check(actor, "settings.manage")
    rows = Agent.objects.filter(workspace_id=actor.workspace_id)
    if rows.count() >= MOST:
        raise InvalidInputError(
            fields={"name": [_("At most %(most)d agents. Change one that is switched off.") % {"most": MOST}]}
        )
    row = Agent(workspace_id=actor.workspace_id, is_active=False)
    _set(row, changes)
    row.save()
    publish(AgentChanged(agent_id=str(row.pk), called=row.name, fields=tuple(changes)), actor=actor)
    return row


@service
def change_agent(
    *, actor: Actor, agent_id: UUID, changes: Mapping[str, Any], channel_ids: Sequence[UUID] | None = None
) -> Agent:
    """Another name, manner, threshold, patience or set of channels: from the next turn on. On and off too."""
    check(actor, "settings.manage")
    row = selectors.lock_agent(actor, agent_id)
    before = {name: getattr(row, name) for name in FIELDS}
    _set(row, changes)
    different = [name for name in FIELDS if getattr(row, name) != before[name]]
    if channel_ids is not None and _answers_on(row, actor, channel_ids):
        different.append("channels")
    plain = [name for name in different if name in FIELDS]
    if plain:
        row.save(update_fields=plain)
    if different:
        publish(AgentChanged(agent_id=str(row.pk), called=row.name, fields=tuple(different)), actor=actor)
    return row


def _set(row: Agent, changes: Mapping[str, Any]) -> None:
    """Write the values on the row; refuses, by name, what a bot can't be."""
    wrong = {name: [_("This can't be changed.")] for name in changes if name not in FIELDS}
    if wrong:
        raise InvalidInputError(fields=wrong)
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    try:
        row.clean_fields(
            exclude=["workspace"]
        )  # first: what contradicts itself is asked of values that are some
        row.full_clean(exclude=["workspace"])
    except ValidationError as error:
        raise InvalidInputError(fields=error.message_dict) from error


def _answers_on(row: Agent, actor: Actor, channel_ids: Sequence[UUID]) -> bool:
    """From now on it answers on these channels only (none: on all); True when that is new."""
    channels = [c for c in selectors.channels_to_answer(actor) if c.pk in set(channel_ids)]
    if len(channels) != len(set(channel_ids)):
        raise InvalidInputError(fields={"channels": [_("Choose channels of this workspace.")]})
    if {c.pk for c in channels} == set(row.channels.values_list("pk", flat=True)):
        return False
    row.channels.set(channels)
    return True


@service
def undo_agent_change(*, actor: Actor, agent_id: UUID, change_id: int) -> Agent:
    """What one change of an agent's settings changed is as it was before it."""
    check(actor, "settings.manage")
    row = selectors.lock_agent(actor, agent_id)
    return change_agent(
        actor=actor, agent_id=agent_id, changes=crm_selectors.way_back(row, change_id, FIELDS)
    )


@service
def word_questions(
    *, actor: Actor, agent_id: UUID, slot_id: UUID, texts: Mapping[str, str]
) -> list[AgentQuestion]:
    """The workspace's own words for asking a slot, by language; an empty text gives the agent its own words back."""
    check(actor, "settings.manage")
    agent, slot = selectors.lock_agent(actor, agent_id), selectors.get_slot(actor, slot_id)
    unknown = [code for code in texts if code not in agent.languages]
    if unknown:
        raise InvalidInputError(
            fields={
                "language": [
                    _("%(agent)s doesn't speak %(languages)s.")
                    % {"agent": agent.name, "languages": ", ".join(unknown)}
                ]
            }
        )
    too_long = {
        f"question_{code}": [_("At most 300 characters.")]
        for code, t in texts.items()
        if len(t.strip()) > 300
    }
    if too_long:
        raise InvalidInputError(fields=too_long)
    held = {row.language: row for row in AgentQuestion.objects.filter(agent=agent, slot=slot)}
    for code, text in texts.items():
        _word(agent, slot.pk, code, text.strip(), held.get(code))
    return list(AgentQuestion.objects.filter(agent=agent, slot=slot).order_by("language"))


def _word(agent: Agent, slot_id: UUID, language: str, text: str, row: AgentQuestion | None) -> None:
    if row is not None and not text:
        row.delete()
    elif row is not None and row.text != text:
        row.text = text
        row.save(update_fields=["text"])
    elif row is None and text:
        AgentQuestion.objects.create(
            workspace_id=agent.workspace_id, agent=agent, slot_id=slot_id, language=language, text=text
        )
