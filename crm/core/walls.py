"""Between which walls we stand: the rows of one workspace, of all, or none. The database keeps them (row security).

Nothing is the default: a query that nobody said a workspace for finds no rows and may write none. Doors, `@service`
and claims say `within(...)`; what must look across workspaces (sign-in, sweeps, metrics) says `everywhere()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Scope:
    """What the database shows: the rows of a workspace, of all of them, or none."""

    workspace_id: UUID | None = None
    is_everywhere: bool = False


NOTHING = Scope()
EVERYWHERE = Scope(is_everywhere=True)

_scope: ContextVar[Scope | None] = ContextVar("walls", default=None)
outside = NOTHING  # where no door has spoken; tests prepare their rows EVERYWHERE


def scope() -> Scope:
    """Between which walls the code that is running stands."""
    return _scope.get() or outside


@contextmanager
def within(workspace_id: UUID) -> Iterator[None]:
    """In this block there are only rows of this workspace."""
    with _standing(Scope(workspace_id=UUID(str(workspace_id)))):
        yield


@contextmanager
def everywhere() -> Iterator[None]:
    """In this block there are the rows of every workspace; only for the callers that an architecture test lists."""
    with _standing(EVERYWHERE):
        yield


@contextmanager
def nowhere() -> Iterator[None]:
    """In this block there are no rows until somebody inside says which: every door begins so."""
    with _standing(NOTHING):
        yield


def enter(workspace_id: UUID) -> None:
    """From here to the end of the surrounding block (a request's `nowhere`) there are only rows of this workspace."""
    _scope.set(Scope(workspace_id=UUID(str(workspace_id))))


@contextmanager
def _standing(there: Scope) -> Iterator[None]:
    token = _scope.set(there)
    try:
        yield
    finally:
        _scope.reset(token)
