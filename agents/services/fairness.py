"""Workspaces take turns, however many turns one of them is owed."""

from uuid import UUID

from agents import selectors

_served: dict[UUID, int] = {}  # by this process: when each workspace had its last turn


def turns_to_take(conversation_id: UUID | None = None) -> list[UUID]:
    """The conversation that a nudge named, and before it the one of the workspace that has waited longest for a turn
    of this process: so that nobody waits behind a flood of somebody else's nudges."""
    named = [conversation_id] if conversation_id else []
    due = selectors.first_turns_due()
    if not due:
        return named
    workspace_id = min(due, key=lambda each: _served.get(each, 0))
    _served[workspace_id] = max(_served.values(), default=0) + 1
    return list(dict.fromkeys([due[workspace_id], *named]))
