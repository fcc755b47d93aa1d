from .agents import LANGUAGES, Agent, AgentQuestion, PricingPolicy
from .sessions import AgentSession, Escalation, Turn, TurnOutcome

__all__ = [
    "LANGUAGES",
    "Agent",
    "AgentQuestion",
    "AgentSession",
    "Escalation",
    "PricingPolicy",
    "Turn",
    "TurnOutcome",
]
