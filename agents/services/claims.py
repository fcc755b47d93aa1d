"""What a worker holds while it takes a turn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agents.decisions.session import AgentSpec, SessionState
from agents.decisions.values import SeenMessage
from agents.models import Agent
from agents.runtime import engine
from crm.core.actors import Actor


@dataclass(frozen=True)
class Claim:
    """A turn that one worker may take: everything the engine needs, in plain values."""

    session_id: UUID
    token: UUID
    conversation_id: UUID
    lead_id: UUID
    agent: Agent
    actor: Actor
    epoch: int
    seen: int
    seed: int
    messages: tuple[SeenMessage, ...]
    state: SessionState
    spec: AgentSpec
    score: engine.Score
    meanwhile: tuple[str, ...]  # what was said and changed while people had the conversation
    started_at: datetime
