"""Reading agents, sessions and turns."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import phonenumbers
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from agents.decisions.session import AgentSpec
from agents.decisions.values import KnownSlot, SlotSpec
from agents.models import Agent, AgentSession, Turn
from agents.selectors.traces import trace_of
from conversations import selectors as conversations
from conversations.models import Conversation, Message
from crm.core.actors import Actor, ActorKind, Sight
from crm.core.asking import ask_about
from crm.core.told import said
from crm.core.walls import everywhere
from crm.models import Identity, Workspace
from leads import selectors as leads
from leads.models import LeadSlot

PERMISSIONS = frozenset(
    {
        "contacts.view",
        "contacts.edit",
        "conversations.view",
        "conversations.reply",
        "leads.view",
        "leads.edit",
    }
)


def agent_for(conversation: Conversation) -> Agent | None:
    """Who answers here: an active agent set on this channel, else one that answers everywhere."""
    found = ask_about("agent for", _agents_asked, conversation.workspace_id, conversation.channel_id)
    return found[0] if found else None


def _agents_asked(workspace_id: UUID, channel_id: UUID) -> QuerySet[Agent]:
    rows = Agent.objects.filter(workspace_id=workspace_id, is_active=True)
    here = rows.filter(Q(channels=channel_id) | Q(channels__isnull=True)).distinct()
    return here.order_by(F("channels").desc(nulls_last=True), "created_at")[:1]


def answering_agent(conversation: Conversation) -> Agent | None:
    """Who answers here now: nobody on a channel whose bot is switched off."""
    return agent_for(conversation) if conversation.channel.is_bot_on else None


def unanswered(
    conversation: Conversation, session: AgentSession | None, *, last: int | None = None
) -> list[Message]:
    """What the contact wrote that an agent has not dealt with and that asks for an answer, oldest first; the last so
    many of it only, when asked so."""
    return conversations.inbound_after(conversation.pk, _floor(conversation, session, 0), last=last)


def is_unanswered(conversation: Conversation, session: AgentSession | None, *, after: int = 0) -> bool:
    """Whether there is anything of the kind."""
    return conversations.has_inbound_after(conversation.pk, _floor(conversation, session, after))


def _floor(conversation: Conversation, session: AgentSession | None, after: int) -> int:
    return max(after, session.watermark if session else 0, conversation.agent_from_sequence)


def bot_name(conversation: Conversation) -> str:
    """What the bot of a conversation is called."""
    agent = agent_for(conversation)
    return agent.name if agent else "Bot"


def actor_for_agent(agent: Agent) -> Actor:
    """The agent as somebody who acts: it may talk and keep what it learns, and nothing else."""
    return Actor(
        kind=ActorKind.AGENT,
        id=str(agent.pk),
        label=agent.name,
        workspace_id=agent.workspace_id,
        permissions=PERMISSIONS,
        via="task",
        sight=Sight.ALL,
    )


def spec_of(agent: Agent, country: str, thresholds: leads.Thresholds | None = None) -> AgentSpec:
    """The agent as the engine reads it, with the workspace's slots and threshold, read here when it is not at hand."""
    thresholds = thresholds or leads.thresholds_of(agent.workspace_id)
    return AgentSpec(
        name=agent.name,
        business_name=agent.business_name,
        persona=agent.persona,
        tone=agent.tone,
        languages=tuple(agent.languages),
        default_language=agent.default_language,
        country=country,
        slots=_slots_of(agent),
        answer_threshold=agent.answer_threshold,
        clarify_threshold=agent.clarify_threshold,
        max_asks_per_slot=agent.max_asks_per_slot,
        max_misses=agent.max_misses,
        pricing_policy=agent.pricing_policy,  # type: ignore[arg-type]
        qualify_score=thresholds.qualify_from,
    )


def _slots_of(agent: Agent) -> tuple[SlotSpec, ...]:
    questions: dict[Any, dict[str, str]] = {}
    for row in agent.questions.all():
        questions.setdefault(row.slot_id, {})[row.language] = row.text
    return tuple(
        SlotSpec(
            key=slot.key,
            kind=slot.kind,  # type: ignore[arg-type]
            label=dict.fromkeys(agent.languages, slot.label),
            is_required=slot.is_required,
            options=tuple(slot.options),
            question=questions.get(slot.pk, {}),
        )
        for slot in leads.slot_definitions(agent.workspace_id)
    )


def known_slots(held: Mapping[str, LeadSlot]) -> dict[str, KnownSlot]:
    """What is known of a lead, as the engine reads it. The lead is the truth, not the session."""
    return {
        slot.key: KnownSlot(
            key=slot.key,
            value=slot.value,
            normalised={k: str(v) for k, v in slot.normalised.items()},
            confidence=slot.confidence,
            message_id=str(slot.message_id or ""),
            is_confirmed=slot.is_confirmed,
        )
        for slot in held.values()
        if slot.value
    }


def country_of(contact_id: UUID) -> str:
    """The country of the contact's number ("ID"), empty when there is none."""
    numbers = Identity.objects.filter(contact_id=contact_id, kind__in=["wa_id", "phone"])
    for value in numbers.values_list("value", flat=True):
        try:
            return phonenumbers.region_code_for_number(phonenumbers.parse(f"+{value}")) or ""
        except phonenumbers.NumberParseException:
            continue
    return ""


@everywhere()
def oldest_due_turn() -> float:
    """Age in seconds of the oldest turn that is due."""
    now = timezone.now()
    first = (
        AgentSession.objects.filter(due_at__lte=now)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    return (now - first).total_seconds() if first else 0.0


@everywhere()
def turns_due(limit: int = 50) -> list[UUID]:
    """Conversations whose turn is due and that no worker is at, the longest waiting first: for the sweep."""
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    rows = AgentSession.objects.filter(free, due_at__lte=now - timedelta(seconds=1))
    return list(rows.order_by("due_at").values_list("conversation_id", flat=True)[:limit])


FIRST_OF_EACH = """
WITH RECURSIVE busy AS (
  (SELECT workspace_id FROM agents_agentsession WHERE due_at IS NOT NULL ORDER BY workspace_id LIMIT 1)
  UNION ALL
  SELECT next.workspace_id FROM busy CROSS JOIN LATERAL (
    SELECT s.workspace_id FROM agents_agentsession s
    WHERE s.due_at IS NOT NULL AND s.workspace_id > busy.workspace_id ORDER BY s.workspace_id LIMIT 1) next
)
SELECT busy.workspace_id, head.conversation_id FROM busy CROSS JOIN LATERAL (
  SELECT s.conversation_id FROM agents_agentsession s
  WHERE s.workspace_id = busy.workspace_id AND s.due_at <= %(now)s
    AND (s.lease_until IS NULL OR s.lease_until <= %(now)s)
  ORDER BY s.due_at LIMIT 1) head
"""


@everywhere()
def first_turns_due() -> dict[UUID, UUID]:
    """The conversation that has waited longest for its turn, of each workspace that has one."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_OF_EACH, {"now": timezone.now()})
        return dict(cursor.fetchall())


@everywhere()
def turns_unscheduled(limit: int = 200) -> list[UUID]:
    """Conversations of bots with a message that never reached a session, for a few seconds already."""
    handled = AgentSession.objects.filter(conversation_id=OuterRef("pk")).filter(
        Q(watermark__gte=OuterRef("last_inbound_sequence")) | Q(due_at__isnull=False)
    )
    missed = conversations.conversations_waiting_for_agents().filter(
        ~Exists(handled),
        purpose=Conversation.Purpose.CUSTOMER,
        last_inbound_sequence__gt=F("agent_from_sequence"),
        last_message_at__lte=timezone.now() - timedelta(seconds=3),
    )
    return list(missed.order_by("last_message_at").values_list("pk", flat=True)[:limit])


@everywhere()
def workspaces_without_agent(limit: int = 50) -> list[UUID]:
    """Workspaces that never had an agent: their set-up was lost. For the sweep."""
    had = Agent.history.values("workspace_id")
    return list(Workspace.objects.exclude(pk__in=had).values_list("pk", flat=True)[:limit])


def turn_notes(actor: Actor, message_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The reason behind each of a bot's messages, by message id, for those who may see conversations; what the turn
    was made of for those who may see what agents did."""
    if not actor.may("conversations.view"):
        return {}
    causes = dict(
        conversations.visible_messages(actor)
        .filter(pk__in=message_ids, cause__startswith="turn:")
        .values_list("pk", "cause")
    )
    turns = {pk: cause.split(":")[1] for pk, cause in causes.items() if cause}
    rows = {
        str(t.pk): t for t in Turn.objects.filter(workspace_id=actor.workspace_id, pk__in=set(turns.values()))
    }
    may_look_inside = actor.may("agents.view")
    return {
        pk: {"note": _note(rows[turn]), "trace": trace_of(rows[turn]) if may_look_inside else []}
        for pk, turn in turns.items()
        if turn in rows
    }


def _note(turn: Turn) -> str:
    return " ".join(map(said, turn.why)) + f" ({turn.model_name}, {turn.latency_ms} ms)"


def turns_of(actor: Actor, conversation_id: UUID) -> QuerySet[Turn]:
    """The turns an agent took in a conversation, newest first."""
    conversation = conversations.get_conversation(actor, conversation_id)
    return Turn.objects.filter(conversation_id=conversation.pk).order_by("-started_at")
