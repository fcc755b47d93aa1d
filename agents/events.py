"""Facts of the agents floor."""

from dataclasses import dataclass

from crm.core.events import Event, event


@event
@dataclass(frozen=True)
class TurnPublished(Event):
    """An agent has dealt with the messages of a conversation."""

    name = "agents.turn_published"
    turn_id: str
    conversation_id: str
    lead_id: str
    why: tuple[str, ...] = ()


@event
@dataclass(frozen=True)
class ConversationEscalated(Event):
    """A rule forced a handoff, for this reason and because of these words."""

    name = "agents.conversation_escalated"
    conversation_id: str
    lead_id: str
    reason: str
    quote: str = ""


@event
@dataclass(frozen=True)
class AgentChanged(Event):
    """An admin changed how an agent is set up, or switched it on or off."""

    name = "agents.agent_changed"
    agent_id: str
    called: str
    fields: tuple[str, ...] = ()
