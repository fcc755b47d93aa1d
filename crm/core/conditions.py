"""What a list is narrowed to, as a tree: conditions in groups of which all or any must hold.

Plain form, the same in addresses, saved lists and the API:
{"all": [{"field": "score", "op": "at_least", "value": 50}, {"any": [...]}]}
Which fields there are, and what each can be asked, is the list's own matter: see `Fields`.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from crm.core.errors import InvalidInputError
from crm.core.plain import fault_of

DEEPEST, MOST_CONDITIONS, MOST_VALUES, LONGEST = 4, 40, 50, 200
LARGEST = 10**15  # of an amount
MEMBERS = ("me", "my_team", "none")  # besides ids
PERIODS = ("today", "yesterday", "this_week", "this_month")

# Operators of kinds that lists share: {operator: what its value is}
MAYBE = {"empty": "nothing", "filled": "nothing"}
MOMENT = {"in": "period", "last_days": "days", "not_last_days": "days", "from": "date", "before": "date"}
TEXT = {"has": "text", "is": "text", **MAYBE}
CHOICE = {"any_of": "choices", "none_of": "choices"}
PEOPLE = {"any_of": "people", "none_of": "people"}


class Fields(Protocol):
    """What a list can be narrowed by."""

    @property
    def held(self) -> "Group":
        """What is shown already: its conditions may stay, also when their field was switched off since."""
        ...

    def operators_of(self, field: str) -> Mapping[str, str]:
        """{operator: what its value is}, the latter a key of READERS. Refuses a field nobody knows."""
        ...

    def options_of(self, field: str) -> Sequence[str] | None:
        """The only values there are; None where any may be asked for."""
        ...


@dataclass(frozen=True)
class Condition:
    """One field compared with one value."""

    field: str
    op: str
    value: Any = None


@dataclass(frozen=True)
class Group:
    """Parts of which all, or any, must hold; without parts everything passes."""

    parts: tuple["Condition | Group", ...] = ()
    is_any: bool = False

    @property
    def is_empty(self) -> bool:
        """True when nothing is narrowed."""
        return not any(True for _ in conditions_in(self))


EVERYTHING = Group()


def conditions_in(group: Group) -> Iterator[Condition]:
    """Every condition of a tree, from the first to the last."""
    for part in group.parts:
        if isinstance(part, Condition):
            yield part
        else:
            yield from conditions_in(part)


def with_value(tree: Group, field: str, value: str, *, op: str = "any_of") -> Group:
    """The tree with one value more of a condition at its top, or one less when it is there."""
    top = tree.parts if not tree.is_any else (tree,)
    held = next((p for p in top if isinstance(p, Condition) and (p.field, p.op) == (field, op)), None)
    values = list(held.value) if held else []
    values = [v for v in values if v != value] if value in values else [*values, value]
    fresh = Condition(field, op, values)
    parts = [fresh if part is held else part for part in top] if held else [*top, fresh]
    return Group(tuple(p for p in parts if values or p is not fresh))


def with_condition(tree: Group, fresh: Condition | None, field: str) -> Group:
    """The tree with this condition at its top in place of all others of the field there."""
    top = tree.parts if not tree.is_any else (tree,)
    kept = tuple(p for p in top if not (isinstance(p, Condition) and p.field == field))
    return Group((*kept, fresh) if fresh else kept)


def without_part(tree: Group, part: Condition | Group) -> Group:
    """The tree without one of its top parts."""
    return Group(tuple(p for p in tree.parts if p is not part), is_any=tree.is_any)


def plain_of(part: Condition | Group) -> dict[str, Any]:
    """The tree in its plain form."""
    if isinstance(part, Group):
        return {"any" if part.is_any else "all": [plain_of(each) for each in part.parts]}
    held = {"field": part.field, "op": part.op}
    return held if part.value is None else held | {"value": part.value}


def read_filter(text: str, fields: Fields) -> Group:
    """The tree of a text, or a refusal that says what is wrong with it."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong(_("This filter is not JSON.")) from error
    if fault := fault_of(plain):  # what stands in an address is not looked through as a body is
        raise wrong(fault[1])
    return tree_of(plain, fields)


def tree_of(plain: Any, fields: Fields) -> Group:
    """The checked tree of its plain form; refuses what is unknown by its name."""
    tree = _group(plain, fields, depth=1)
    if sum(1 for _ in conditions_in(tree)) > MOST_CONDITIONS:
        raise wrong(_("At most %(most)s conditions.") % {"most": MOST_CONDITIONS})
    return tree


def kept_tree(plain: Mapping[str, Any]) -> Group:
    """The tree of a plain form that was checked when it was kept: a field switched off since does no harm."""
    [(how, parts)] = plain.items()
    read = (
        Condition(part["field"], part["op"], part.get("value")) if "field" in part else kept_tree(part)
        for part in parts
    )
    return Group(tuple(read), is_any=how == "any")


def wrong(text: str) -> InvalidInputError:
    """A filter nobody can follow."""
    return InvalidInputError(text, fields={"filter": [text]})


def _group(plain: Any, fields: Fields, *, depth: int) -> Group:
    if not isinstance(plain, Mapping) or len(plain) != 1 or not set(plain) <= {"all", "any"}:
        raise wrong(_('A group is {"all": [...]} or {"any": [...]}.'))
    [(how, parts)] = plain.items()
    if not isinstance(parts, list):
        raise wrong(_('Send a list for "%(how)s".') % {"how": how})
    if depth > DEEPEST:
        raise wrong(_("Groups can be %(most)s deep.") % {"most": DEEPEST})
    return Group(tuple(_part(part, fields, depth) for part in parts), is_any=how == "any")


def _part(plain: Any, fields: Fields, depth: int) -> Condition | Group:
    is_condition = isinstance(plain, Mapping) and "field" in plain
    return _condition(plain, fields) if is_condition else _group(plain, fields, depth=depth + 1)


def _condition(plain: Mapping[str, Any], fields: Fields) -> Condition:
    field, op = str(plain["field"]), str(plain.get("op", ""))
    asked = Condition(field, op, plain.get("value"))
    if asked in conditions_in(fields.held):
        return asked
    known = fields.operators_of(field)
    if op not in known:
        raise wrong(
            _("'%(field)s' has no operator '%(op)s'. Choose from: %(choices)s.")
            % {"field": field, "op": op, "choices": ", ".join(known)}
        )
    value = READERS[known[op]](field, plain.get("value"))
    options = fields.options_of(field)
    if options is not None and known[op] in {"choices", "texts"}:
        _among(field, value, options)
    return Condition(field, op, value)


def unknown_field(field: str, known: Sequence[str]) -> InvalidInputError:
    """A field that this list has not."""
    return wrong(
        _("There is no field '%(field)s'. Choose from: %(choices)s.")
        % {"field": field, "choices": ", ".join(known)}
    )


def _among(field: str, values: Sequence[str], options: Sequence[str]) -> None:
    for each in values:
        if each not in options:
            raise wrong(
                _("'%(field)s' can't be '%(each)s'. Choose from: %(choices)s.")
                % {"field": field, "each": each, "choices": ", ".join(options)}
            )


def _nothing(field: str, value: Any) -> None:
    if value is not None:
        raise wrong(_("'%(field)s': this operator takes no value.") % {"field": field})


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or "\x00" in value:
        raise wrong(
            _("'%(field)s': send a text of 1 to %(most)s characters.") % {"field": field, "most": LONGEST}
        )
    return value.strip()


def _several(field: str, value: Any) -> list[Any]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_VALUES:
        raise wrong(
            _("'%(field)s': send a list of 1 to %(most)s values.") % {"field": field, "most": MOST_VALUES}
        )
    return value


def _texts(field: str, value: Any) -> list[str]:
    return list(dict.fromkeys(_text(field, each) for each in _several(field, value)))


def _ids(field: str, value: Any) -> list[str]:
    return list(dict.fromkeys(_id(field, each) for each in _texts(field, value)))


def _id(field: str, text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise wrong(_("'%(field)s': send ids.") % {"field": field}) from error


def _people(field: str, value: Any) -> list[str]:
    return list(dict.fromkeys(_person(field, each) for each in _texts(field, value)))


def _person(field: str, text: str) -> str:
    try:
        return text if text in MEMBERS else str(UUID(text))
    except ValueError as error:
        raise wrong(
            _("'%(field)s': send user ids, or %(choices)s.") % {"field": field, "choices": ", ".join(MEMBERS)}
        ) from error


def _number(field: str, value: Any) -> int:
    return _whole(field, value, 0, 100)


def _days(field: str, value: Any) -> int:
    return _whole(field, value, 1, 3660)


def _whole(field: str, value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise wrong(
            _("'%(field)s': send a whole number from %(least)s to %(most)s.")
            % {"field": field, "least": least, "most": most}
        )
    return value


def _amount(field: str, value: Any) -> int | float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or abs(value) >= LARGEST or not math.isfinite(value):
        raise wrong(_("'%(field)s': send a number, e.g. 12.5.") % {"field": field})
    return value  # type: ignore[no-any-return]


def _yes_no(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong(_("'%(field)s': send true or false.") % {"field": field})
    return value


def _period(field: str, value: Any) -> str:
    if value not in PERIODS:
        raise wrong(
            _("'%(field)s': there is no period '%(value)s'. Choose from: %(choices)s.")
            % {"field": field, "value": value, "choices": ", ".join(PERIODS)}
        )
    return str(value)


def _date(field: str, value: Any) -> str:
    try:
        day = date.fromisoformat(str(value))
        if not 1900 <= day.year <= 2200:
            raise ValueError("out of reach")
    except ValueError as error:
        raise wrong(_("'%(field)s': send a date, e.g. 2026-11-30.") % {"field": field}) from error
    return day.isoformat()


READERS: dict[str, Callable[[str, Any], Any]] = {
    "nothing": _nothing, "text": _text, "texts": _texts, "choices": _texts, "ids": _ids, "people": _people,
    "number": _number, "days": _days, "period": _period, "date": _date, "amount": _amount, "yes_no": _yes_no,
}  # fmt: skip
