"""This floor's part of a backup: agents, with the words they ask with."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents import selectors
from agents.models import Agent
from agents.services.settings import FIELDS, add_agent, change_agent, word_questions
from crm.core.actors import Actor
from crm.core.configuration import Item, Part
from crm.core.errors import InvalidInputError
from leads import selectors as leads


def _named(actor: Actor) -> dict[str, Agent]:
    """Agents by a name of their own: the second Sarah is "sarah 2"."""
    found: dict[str, Agent] = {}
    for row in sorted(selectors.all_agents(actor), key=lambda agent: (agent.created_at, agent.pk)):
        key, number = row.name.casefold(), 2
        while key in found:
            key, number = f"{row.name.casefold()} {number}", number + 1
        found[key] = row
    return found


def _agents(actor: Actor) -> list[Item]:
    questions: dict[UUID, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    keys = {slot.pk: slot.key for slot in leads.all_slots(actor)}
    for (agent_id, slot_id, language), text in selectors.questions_of(actor).items():
        questions[agent_id][keys[slot_id]][language] = text
    return [
        {
            "key": key,
            **{name: getattr(row, name) for name in FIELDS},
            "channels": sorted(f"{channel.kind}/{channel.key}" for channel in row.channels.all()),
            "questions": {slot: dict(texts) for slot, texts in questions[row.pk].items()},
        }
        for key, row in _named(actor).items()
    ]


def _put_agent(actor: Actor, item: Item, before: Item | None) -> None:
    row = _named(actor).get(str(item["key"]))
    changes = {name: item[name] for name in FIELDS}
    if row is None:
        row = add_agent(actor=actor, changes=changes)
    channels = _channel_ids(actor, item["channels"])
    change_agent(actor=actor, agent_id=row.pk, changes=changes, channel_ids=channels)
    _put_questions(actor, row.pk, item["questions"], before["questions"] if before else {})


def _channel_ids(actor: Actor, wanted: list[str]) -> list[UUID]:
    held = {f"{channel.kind}/{channel.key}": channel.pk for channel in selectors.channels_to_answer(actor)}
    unknown = [name for name in wanted if name not in held]
    if unknown:
        text = gettext(
            "There is no channel %(names)s here. Connect it first, or take it out of the file."
        ) % {"names": ", ".join(unknown)}
        raise InvalidInputError(fields={"channels": [text]})
    return [held[name] for name in wanted]


def _put_questions(actor: Actor, agent_id: UUID, wanted: dict[str, Any], held: dict[str, Any]) -> None:
    slots = {slot.key: slot.pk for slot in leads.all_slots(actor)}
    for key in {**held, **wanted}:
        if key not in slots:
            text = gettext(
                "There is no slot %(key)s. Write it among the slots, or take the question out."
            ) % {"key": key}
            raise InvalidInputError(fields={"questions": [text]})
        texts = {**dict.fromkeys(held.get(key, {}), ""), **wanted.get(key, {})}
        word_questions(actor=actor, agent_id=agent_id, slot_id=slots[key], texts=texts)


def _take_agent(actor: Actor, item: Item) -> None:
    """An agent the file doesn't know answers nobody any more; its conversations keep it."""
    row = _named(actor)[item["key"]]
    change_agent(actor=actor, agent_id=row.pk, changes={"is_active": False})


PARTS = (Part("agents", _("Agents"), _agents, lambda item: str(item["key"]), _put_agent, _take_agent),)
