"""Between which walls we stand: the rows of one workspace, of all, or none. The database keeps them (row security).

Nothing is the default: a query that nobody said a workspace for finds no rows and may write none. Doors, `@service`
and claims say `within(...)`; what must look across workspaces (sign-in, sweeps, metrics) says `everywhere()`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db.models import Model

P = ParamSpec("P")
R = TypeVar("R")


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


def within_row(model: type[Model], key: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator for who is given no actor but a row's id (as `key`): it works in the workspace of that row.

    Where there is no such row it finds nothing. Whoever stands in a workspace already stays there.
    """

    def wall_in(work: Callable[P, R]) -> Callable[P, R]:
        parameters = signature(work)

        @wraps(work)
        def walled(*args: P.args, **kwargs: P.kwargs) -> R:
            if scope().workspace_id is not None:
                return work(*args, **kwargs)
            with _standing(_scope_of(model, parameters.bind(*args, **kwargs).arguments[key])):
                return work(*args, **kwargs)

        return walled

    return wall_in


def _scope_of(model: type[Model], pk: Any) -> Scope:
    """The walls around one row."""
    with everywhere():
        found = model._base_manager.filter(pk=pk).values_list("workspace_id", flat=True).first()
    return Scope(workspace_id=found) if found else NOTHING


@contextmanager
def _standing(there: Scope) -> Iterator[None]:
    token = _scope.set(there)
    try:
        yield
    finally:
        _scope.reset(token)
