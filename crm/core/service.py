"""The frame around every change."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from django.db import transaction

from crm.core.actors import Actor, acting
from crm.core.walls import within

P = ParamSpec("P")
R = TypeVar("R")


def service(change: Callable[P, R]) -> Callable[P, R]:
    """Mark a function as a change: all or nothing, in the name and workspace of its `actor` (keyword only)."""

    @wraps(change)
    def framed(*args: P.args, **kwargs: P.kwargs) -> R:
        actor = cast("Actor", kwargs["actor"])
        with within(actor.workspace_id), acting(actor), transaction.atomic():
            return change(*args, **kwargs)

    return framed
