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
