"""Questions that every page asks, put into SQL once for each kind of person instead of once a page.

For Django a count in each of eight folders is a millisecond or three of thinking before PostgreSQL hears a word. Two
people with the same permissions ask the same; only who they are differs. So the question is built for somebody made up,
and the ids that stand for them are exchanged for those of who really asks.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid5

from django.db import connection
from django.db.models import QuerySet

from crm.core.actors import Actor

Asked = tuple[str, Any]  # SQL and its values
Question = Callable[..., QuerySet[Any, Any]]  # of an actor, and of the ids it is about
Build = Callable[[], QuerySet[Any, Any]]

MOST = 500  # kinds of people and questions that are remembered; who was not asked for longest is forgotten
_SOMEBODY = UUID("5f3a1c52-5d0e-4c1f-9d57-3f0c55ee1d5a")  # ids nobody has
_HOME, _USER = uuid5(_SOMEBODY, "workspace"), uuid5(_SOMEBODY, "user")
_PLAIN = (str, int, bool, UUID, type(None))
_NEW: Asked = ("", ())
_known: OrderedDict[Any, Asked | None] = OrderedDict()  # None: it holds a moment


def ask(actor: Actor, name: str, question: Question, *about: UUID) -> list[tuple[Any, ...]]:
    """The rows that `question(actor, *about)` answers, as tuples; a question is known by its name.

    A question must depend on nothing but the actor and the ids it is about: one that holds a moment is built anew
    each time.
    """
    made_up, real = _made_up(actor)
    others = [_stand_in(f"about {n}") for n in range(len(about))]
    key = (
        name,
        actor.kind,
        actor.permissions,
        actor.sight,
        made_up.user_id,
        made_up.colleague_ids,
        len(about),
    )
    real |= dict(zip(others, about, strict=True))
    return _answer(key, partial(question, made_up, *others), partial(question, actor, *about), real)


def ask_about(name: str, question: Callable[[UUID], QuerySet[Any, Any]], id: UUID) -> list[tuple[Any, ...]]:
    """The same where nobody acts yet: the rows that `question(id)` answers."""
    made_up = _stand_in("about 0")
    return _answer((name,), partial(question, made_up), partial(question, id), {made_up: id})


def _answer(key: Any, usual: Build, anew: Build, real: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
    """What is known by this key, with the real ids; built by `usual` when it is not known, and by `anew` when it can't
    be remembered."""
    known = _known.pop(key, _NEW)
    if known is _NEW:
        known = _timeless(_put(usual()))
    _known[key] = known  # behind all others: in front stands who was not asked for longest
    if len(_known) > MOST:
        _known.popitem(last=False)
    if known:
        sql, values = known[0], [real.get(value, value) for value in known[1]]
    else:
        sql, values = _put(anew())
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _timeless(asked: Asked) -> Asked | None:
    """What is the same for all of a kind at any time; None when it holds a moment."""
    return asked if all(isinstance(value, _PLAIN) for value in asked[1]) else None


def _put(rows: QuerySet[Any, Any]) -> Asked:
    """The question in SQL, and its values."""
    sql, values = rows.query.sql_with_params()
    return sql, values


@cache
def _stand_in(name: str) -> UUID:
    """An id nobody has, for a colleague or for what is asked about."""
    return uuid5(_USER, name)


def _made_up(actor: Actor) -> tuple[Actor, dict[Any, Any]]:
    """Somebody of the same kind, and who stands for whom."""
    user_id = None if actor.user_id is None else _USER
    stands_for: dict[Any, Any] = {_HOME: actor.workspace_id, _USER: actor.user_id}
    others = [each for each in actor.colleague_ids if each != actor.user_id]
    stands_for |= {_stand_in(str(n)): each for n, each in enumerate(others)}
    team = {key for key, each in stands_for.items() if each in actor.colleague_ids}
    somebody = replace(
        actor, id=str(user_id or actor.id), workspace_id=_HOME, user_id=user_id, colleague_ids=frozenset(team)
    )
    return somebody, {**stands_for, str(_USER): str(actor.user_id)}
