"""All guards, by the subject they belong to."""

from collections.abc import Sequence

from tests.guards import (
    admin,
    channels,
    edges,
    inbox,
    intake,
    languages,
    lists,
    people,
    rights,
    sending,
    settings,
    turns,
    walls,
)
from tests.guards.guard import Guard

SUBJECTS = {
    "intake": intake.GUARDS,
    "sending": sending.GUARDS,
    "channels": channels.GUARDS,
    "turns": turns.GUARDS,
    "walls": walls.GUARDS,
    "rights": rights.GUARDS,
    "people": people.GUARDS,
    "edges": edges.GUARDS,
    "settings": settings.GUARDS,
    "lists": lists.GUARDS,
    "languages": languages.GUARDS,
    "inbox": inbox.GUARDS,
    "admin": admin.GUARDS,
}
ALL = tuple(guard for guards in SUBJECTS.values() for guard in guards)


def guards_of(words: Sequence[str]) -> list[Guard]:
    """Those whose subject or name holds one of the words; all of them without words."""
    return [
        guard
        for subject, guards in SUBJECTS.items()
        for guard in guards
        if not words or any(word in f"{subject}: {guard.name}" for word in words)
    ]
