"""Who acts. Every service and selector takes an actor first; doors make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from crm.core.sentences import gettext_noop


class ActorKind(StrEnum):
    """What sort of somebody acts."""

    PERSON = "person"
    AGENT = "agent"
    AUTOMATION = "automation"
    API_CLIENT = "api_client"
    CONTACT = "contact"
    SYSTEM = "system"


class Sight(StrEnum):
    """How far an actor sees: rows that are theirs (or nobody's), their teams', or all of the workspace."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


ANY = "*"  # the permission that stands for every permission


@dataclass(frozen=True)
class Actor:
    """Somebody who acts in one workspace, with what they may do and how far they see."""

    kind: ActorKind
    id: str
    label: str
    workspace_id: UUID
    permissions: frozenset[str]
    via: str  # the door: page, api, webhook, task, admin, command
    sight: Sight = Sight.OWN
    user_id: UUID | None = None
    colleague_ids: frozenset[UUID] = field(default_factory=frozenset)  # users who share a team with them
    cause_id: UUID | None = None  # the event that made them act
    depth: int = 0  # how many events lie between a person and this act
    withheld: frozenset[str] = field(
        default_factory=frozenset
    )  # what their member may, but their API key not

    def may(self, permission: str) -> bool:
        """True when the actor holds the permission, e.g. "leads.edit"."""
        return ANY in self.permissions or permission in self.permissions

    def caused_by(self, event_id: UUID, depth: int) -> "Actor":
        """The same actor, acting because of an event."""
        return replace(self, cause_id=event_id, depth=depth)


SYSTEM, BOT = (
    gettext_noop("System"),
    gettext_noop("Agent"),
)  # what rows keep of it, told by `crm.core.told.name_of`


def system_actor(workspace_id: UUID, *, via: str, label: str = SYSTEM) -> Actor:
    """The product itself, acting in a workspace (intake, sweeps, seeds)."""
    return Actor(
        kind=ActorKind.SYSTEM,
        id="system",
        label=label,
        workspace_id=workspace_id,
        permissions=frozenset({ANY}),
        via=via,
        sight=Sight.ALL,
    )


_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


def current_actor() -> Actor | None:
    """The actor of the service that is running, for rows that record who changed them."""
    return _acting.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Within this block rows are changed in this actor's name."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)
