"""Questions that every page asks, put into SQL once for each kind of person instead of once a page.

For Django a count in each of eight folders is a millisecond or three of thinking before PostgreSQL hears a word. Two
people with the same permissions ask the same; only who they are differs. So the question is built for somebody made up,
and the ids that stand for them are exchanged for those of who really asks.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from django.db import connection
from django.db.models import QuerySet

from crm.core.actors import Actor

Question = Callable[[Actor], QuerySet[Any, Any]]

MOST = 500  # kinds of people and questions that are remembered
_SOMEBODY = UUID("5f3a1c52-5d0e-4c1f-9d57-3f0c55ee1d5a")  # ids nobody has
_HOME, _USER = uuid5(_SOMEBODY, "workspace"), uuid5(_SOMEBODY, "user")
_PLAIN = (str, int, bool, UUID, type(None))
_known: dict[Any, tuple[str, Any]] = {}


def ask(actor: Actor, name: str, question: Question) -> list[tuple[Any, ...]]:
    """The rows that `question(actor)` answers, as tuples; a question is known by its name.

    A question must depend on nothing but the actor: one that holds a moment is built anew each time.
    """
    made_up, real = _made_up(actor)
    kind = (name, actor.kind, actor.permissions, actor.sight, made_up.user_id, made_up.colleague_ids)
    known = _known.get(kind) or _put(question(made_up))
    if all(isinstance(value, _PLAIN) for value in known[1]):
        if len(_known) < MOST:
            _known[kind] = known
        sql, values = known[0], [real.get(value, value) for value in known[1]]
    else:
        sql, values = _put(question(actor))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _put(rows: QuerySet[Any, Any]) -> tuple[str, Any]:
    """The question in SQL, and its values."""
    sql, values = rows.query.sql_with_params()
    return sql, values


@cache
def _stand_in(number: int) -> UUID:
    """An id nobody has, for the colleague of this number."""
    return uuid5(_USER, str(number))


def _made_up(actor: Actor) -> tuple[Actor, dict[Any, Any]]:
    """Somebody of the same kind, and who stands for whom."""
    user_id = None if actor.user_id is None else _USER
    stands_for: dict[Any, Any] = {_HOME: actor.workspace_id, _USER: actor.user_id}
    others = [each for each in actor.colleague_ids if each != actor.user_id]
    stands_for |= {_stand_in(n): each for n, each in enumerate(others)}
    team = {key for key, each in stands_for.items() if each in actor.colleague_ids}
    somebody = replace(
        actor, id=str(user_id or actor.id), workspace_id=_HOME, user_id=user_id, colleague_ids=frozenset(team)
    )
    return somebody, {**stands_for, str(_USER): str(actor.user_id)}
