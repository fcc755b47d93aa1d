from .agents import (
    actor_for_agent,
    agent_for,
    bot_name,
    country_of,
    known_slots,
    oldest_due_turn,
    spec_of,
    turn_notes,
    turns_due,
    turns_of,
)

__all__ = [
    "actor_for_agent",
    "agent_for",
    "bot_name",
    "country_of",
    "known_slots",
    "oldest_due_turn",
    "spec_of",
    "turn_notes",
    "turns_due",
    "turns_of",
]
