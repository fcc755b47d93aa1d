"""Questions that every page asks, put into SQL once for each kind of person instead of once a page.

For Django a count in each of eight folders is a millisecond or three of thinking before PostgreSQL hears a word. Two
people with the same permissions ask the same; only who they are differs. So the question is built for somebody made up,
and the ids that stand for them are exchanged for those of who really asks.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid5

from django.db import connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

from crm.core.actors import Actor

About = UUID | str  # an id; a word, where any other would be asked for in the same way
Question = Callable[..., QuerySet[Any, Any]]  # of an actor, where one asks, and of what it is about
Build = Callable[[], QuerySet[Any, Any]]

MOST = 500  # kinds of people and questions that are remembered; who was not asked for longest is forgotten
_SOMEBODY = UUID("5f3a1c52-5d0e-4c1f-9d57-3f0c55ee1d5a")  # ids nobody has
_HOME, _USER = uuid5(_SOMEBODY, "workspace"), uuid5(_SOMEBODY, "user")
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_PLAIN = (str, int, bool, UUID, type(None))


@dataclass(frozen=True)
class _Asked:
    """A question in SQL, its values, and what Django worked out of how to read the answer."""

    rows: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    values: tuple[Any, ...]
    converters: dict[int, Any]  # of columns that Python keeps otherwise than PostgreSQL, by position


_NEW: Any = object()
_known: OrderedDict[Any, _Asked | None] = OrderedDict()  # None: it holds a moment


def ask(actor: Actor, name: str, question: Question, *about: About) -> list[Any]:
    """The rows of `question(actor, *about)`, as it makes them: models, tuples. A question is known by its name.

    A question must depend on nothing but the actor and what it is about: one that holds a moment is built anew
    each time.
    """
    made_up, real = _made_up(actor)
    others = [_like(each, n) for n, each in enumerate(about)]
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


def ask_about(name: str, question: Question, *about: About) -> list[Any]:
    """The same where it does not matter who acts: the rows of `question(*about)`."""
    others = [_like(each, n) for n, each in enumerate(about)]
    real = dict(zip(others, about, strict=True))
    return _answer((name, len(about)), partial(question, *others), partial(question, *about), real)


def _answer(key: Any, usual: Build, anew: Build, real: Mapping[Any, Any]) -> list[Any]:
    """What is known by this key, with the real ids; built by `usual` when it is not known, and by `anew` when it can't
    be remembered."""
    known = _known.pop(key, _NEW)
    if known is _NEW:
        known = _timeless(usual())
    _known[key] = known  # behind all others: in front stands who was not asked for longest
    if len(_known) > MOST:
        _known.popitem(last=False)
    return _heard(known, real) if known else list(anew())


def _timeless(rows: QuerySet[Any, Any]) -> _Asked | None:
    """What is the same for all of a kind at any time; None when it holds a moment."""
    compiler = rows.query.get_compiler(rows.db)
    sql, values = compiler.as_sql()
    is_plain = all(isinstance(value, _PLAIN) for each in values for value in _each(each))
    converters = compiler.get_converters([column for column, *_ in compiler.select or ()])
    return _Asked(rows, compiler, sql, values, converters) if is_plain else None


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _heard(asked: _Asked, real: Mapping[Any, Any]) -> list[Any]:
    """The rows of a question that is known: Django reads them, but is told what it would put into SQL."""
    values = [_exchanged(value, real) for value in asked.values]
    compiler: Any = copy(asked.compiler)
    compiler.connection = connections[asked.rows.db]  # each thread has its own
    compiler.as_sql = lambda *_args, **_how: (asked.sql, values)
    compiler.get_converters = lambda _columns: asked.converters
    known: Any = asked.rows
    query = copy(known.query)
    query.get_compiler = lambda *_args, **_how: compiler
    rows: Any = QuerySet(known.model, query, known.db)
    rows._iterable_class = known._iterable_class
    rows._prefetch_related_lookups = known._prefetch_related_lookups
    return list(rows)


def _exchanged(value: Any, real: Mapping[Any, Any]) -> Any:
    """The value of who really asks; a word is found within others, too ("%word%")."""
    if isinstance(value, list):
        return [_exchanged(each, real) for each in value]
    if isinstance(value, str) and value not in real:
        for made_up, word in real.items():
            value = value.replace(made_up, word) if isinstance(made_up, str) else value
    return real.get(value, value)


def _like(about: About, number: int) -> About:
    """What stands for an id, or for a word: letters only, as a sign or a digit in it may make a difference."""
    made_up = _stand_in(f"about {number}")
    return made_up.hex.translate(_LETTERS) if isinstance(about, str) else made_up


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
