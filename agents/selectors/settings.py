"""Agents for those who set them up."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from agents.models import Agent, AgentQuestion
from conversations.models import Channel
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.permissions import check
from leads import selectors as leads
from leads.models import Slot


def all_agents(actor: Actor) -> QuerySet[Agent]:
    """Every agent of the workspace, those that answer first; for whoever sets them up."""
    check(actor, "settings.manage")
    rows = Agent.objects.filter(workspace_id=actor.workspace_id).prefetch_related("channels")
    return rows.order_by("-is_active", "created_at")


def get_agent(actor: Actor, agent_id: UUID) -> Agent:
    """One of them."""
    found = all_agents(actor).filter(pk=agent_id).first()
    if found is None:
        raise NotFoundError
    return found


def lock_agent(actor: Actor, agent_id: UUID) -> Agent:
    """The same, locked and fresh."""
    rows = Agent.objects.select_for_update(no_key=True).filter(workspace_id=actor.workspace_id)
    found = rows.filter(pk=agent_id).first()
    if found is None:
        raise NotFoundError
    return found


def channels_to_answer(actor: Actor) -> QuerySet[Channel]:
    """The channels an agent can be set on."""
    check(actor, "settings.manage")
    return Channel.objects.filter(workspace_id=actor.workspace_id).order_by("name", "key")


def get_slot(actor: Actor, slot_id: UUID) -> Slot:
    """A slot of the workspace, for whoever sets it up."""
    return leads.get_slot(actor, slot_id)


def questions_of(actor: Actor) -> dict[tuple[UUID, UUID, str], str]:
    """The workspace's own words, by agent, slot and language."""
    rows = AgentQuestion.objects.filter(workspace_id=actor.workspace_id)
    return {(row.agent_id, row.slot_id, row.language): row.text for row in rows}


def what_it_does(agent: Agent) -> str:
    """An agent in a line: where it answers, in which languages."""
    channels = [str(channel) for channel in agent.channels.all()]
    where = ", ".join(channels) if channels else _("every channel")
    languages = ", ".join(code.upper() for code in agent.languages)
    return _("Answers on %(where)s, finds out what customers need and hands over · %(languages)s") % {
        "where": where,
        "languages": languages,
    }


def bots_of(actor: Actor) -> list[dict[str, Any]]:
    """The agents as colleagues, for the list of who works here; those who don't set them up get no switch."""
    may_switch = actor.may("settings.manage")
    rows = Agent.objects.filter(workspace_id=actor.workspace_id).prefetch_related("channels")
    return [
        {
            "name": agent.name,
            "does": what_it_does(agent),
            "is_on": agent.is_active,
            "url": reverse("agents:agent", args=[agent.pk]),
            "switch_url": reverse("agents:switch", args=[agent.pk]) if may_switch else "",
        }
        for agent in rows.order_by("-is_active", "created_at")
    ]
