"""The bar over the list: tabs of views, chips of what is on, and the menus, whose sheets are fetched when opened."""

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.core.actors import Actor
from crm.core.addresses import address_of
from crm.core.doors import actor_of
from crm.core.errors import NotFoundError
from leads import selectors
from leads.models import COLUMNS, GROUPINGS
from leads.selectors import (
    EVERYTHING,
    OWN,
    SORTS,
    Condition,
    Group,
    Views,
)
from leads.views import words
from leads.views.conditions import condition_sheet
from leads.views.list_state import ListState, columns_url, read_state

PERIODS = (("today", "in", "today"), ("7", "last_days", 7), ("30", "last_days", 30))


def filter_bar(state: ListState, actor: Actor, names: dict[str, str] | None = None) -> dict[str, Any]:
    """{groups, chips, clear_url, hidden, query} of templates/leads/_filter_bar.html."""
    people: Any = names or SimpleLazyObject(lambda: words.member_names(actor))
    known = ChainMap(own_labels(state), people)
    held = {part.field for part in state.tree.parts if isinstance(part, Condition)}
    labels = {
        "status": _("Status"), "temperature": _("Temperature"), "owner": _("Owner"), "created": _("Created"),
    }  # fmt: skip
    return {
        "groups": [
            {"key": key, "label": label, "is_on": {"created": "created_at"}.get(key, key) in held}
            for key, label in labels.items()
        ],
        "chips": chips(state, known),
        "clear_url": state.url(tree=EVERYTHING),
        "hidden": state.hidden(but={"q"}),
        "query": state.params().urlencode(),
    }


def own_labels(state: ListState) -> dict[str, str]:
    """What the fields of the workspace's own are called that the filter speaks of."""
    asked = [condition.field for condition in selectors.conditions_in(state.tree)]
    return {name: state.own[name].label for name in asked if name in state.own}


def chips(state: ListState, names: Mapping[str, str]) -> list[dict[str, str]]:
    """A chip for each part of the filter, or for each value where it is a choice, with the address without it."""
    found: list[dict[str, str]] = []
    parts = [state.tree] if state.tree.is_any else state.tree.parts
    for part in parts:
        if isinstance(part, Condition) and part.op in {"any_of", "all_of"}:
            found += [_value_chip(state, part, value, names) for value in part.value]
        else:
            found.append(_part_chip(state, part, names))
    return found


def _value_chip(state: ListState, part: Condition, value: str, names: Mapping[str, str]) -> dict[str, str]:
    tree = selectors.with_value(state.tree, part.field, value, op=part.op)
    label, text = words.field_label(part.field, names), words.value_label(part.field, value, names)
    return {"label": label, "value": text, "remove_url": state.url(tree=tree)}


def _part_chip(state: ListState, part: Condition | Group, names: Mapping[str, str]) -> dict[str, str]:
    tree = EVERYTHING if part is state.tree else selectors.without_part(state.tree, part)
    label, text = (
        words.words_of(part, names) if isinstance(part, Condition) else ("", words.sentence_of(part, names))
    )
    return {"label": label, "value": text, "remove_url": state.url(tree=tree)}


def view_tabs(state: ListState, views: Views) -> list[dict[str, Any]]:
    """The views as tabs."""
    return [
        {
            "key": view.key,
            "name": view.name,
            "url": f"{address_of('leads:list')}?view={view.key}",
            "is_active": view.key == state.view.key,
            "is_shared": view.is_shared,
        }
        for view in views.listed
    ]


@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """The sheet of one of the bar's menus (`menu`), for the list at this address."""
    name = request.GET.get("menu", "view")
    actor = actor_of(request)
    views = selectors.views_of(actor)
    state = read_state(request.GET, views)
    if name not in _SHEETS:
        raise NotFoundError
    template, context = _SHEETS[name](state, actor)
    return render(request, f"leads/menus/{template}.html", context | {"state": state, "menu": name})


def _choices(state: ListState, actor: Actor, name: str) -> tuple[str, dict[str, Any]]:
    """Values of a field that may be switched on and off."""
    people = words.member_names(actor) if name == "owner" else {}
    people.pop(str(actor.user_id), None)
    known = {**words.choices_of(name), **people}
    top = [part for part in state.tree.parts if isinstance(part, Condition)]
    held: list[str] = next((part.value for part in top if (part.field, part.op) == (name, "any_of")), [])
    options = [
        {
            "label": label,
            "is_active": key in held,
            "url": state.url(tree=selectors.with_value(state.tree, name, key)),
        }
        for key, label in known.items()
    ]
    return "choices", {"options": options}


def _created(state: ListState, actor: Actor) -> tuple[str, dict[str, Any]]:
    labels = {"today": _("Today"), "7": _("Last 7 days"), "30": _("Last 30 days")}
    options = []
    for key, op, value in PERIODS:
        wanted = Condition("created_at", op, value)
        is_on = wanted in state.tree.parts
        tree = selectors.with_condition(state.tree, None if is_on else wanted, "created_at")
        options.append({"label": labels[key], "is_active": is_on, "url": state.url(tree=tree)})
    return "choices", {"options": options}


def _sorts(state: ListState, actor: Actor) -> tuple[str, dict[str, Any]]:
    """The present order, column by column, and what could be added to it."""
    present = [
        {
            "label": sort_label(name, state),
            "is_down": name.startswith("-"),
            "turn_url": state.url(sort=_replaced(state.sort, name, _turned(name))),
            "remove_url": state.url(sort=tuple(n for n in state.sort if n != name))
            if len(state.sort) > 1
            else "",
            "up_url": state.url(sort=_raised(state.sort, name)) if place else "",
        }
        for place, name in enumerate(state.sort)
    ]
    held = {name.removeprefix("-") for name in state.sort}
    others = [
        {"label": sort_label(name, state), "url": state.url(sort=(*state.sort, _first_way(name)))}
        for name in (*SORTS, *state.own)
        if name not in held
    ]
    return "sorts", {"present": present, "others": others}


FALLING_FIRST = {"score", "temperature", "last_activity_at", "created_at"}  # the highest is what people want


def _first_way(name: str) -> str:
    return f"-{name}" if name in FALLING_FIRST else name


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _replaced(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if name == old else name for name in names)


def _raised(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """One place further to the front."""
    order, at = list(names), names.index(name)
    order[at - 1 : at + 1] = [order[at], order[at - 1]]
    return tuple(order)


def sort_label(name: str, state: ListState) -> str:
    """What people call the column of an order."""
    field = name.removeprefix("-")
    if selectors.is_own(field):
        return column_label(field, state)
    return str(words.FIELDS[{"next_step_on": "next_step"}.get(field, field)])


def column_label(name: str, state: ListState) -> str:
    """What people call a column; the key of a field that is switched off."""
    if selectors.is_own(name):
        return state.own[name].label if name in state.own else name.removeprefix(OWN)
    return str(words.COLUMNS[name])


def _columns(state: ListState, actor: Actor) -> tuple[str, dict[str, Any]]:
    """Which columns are shown, in their order, and the others."""
    shown = [
        {
            "key": name,
            "label": column_label(name, state),
            "hide_url": columns_url(state, [c for c in state.columns if c != name]) if name != "name" else "",
            "up_url": columns_url(state, _raised(state.columns, name)) if place > 1 else "",
            "down_url": _lower_url(state, place) if 0 < place < len(state.columns) - 1 else "",
        }
        for place, name in enumerate(state.columns)
    ]
    others = [
        {"key": name, "label": column_label(name, state), "url": columns_url(state, [*state.columns, name])}
        for name in (*COLUMNS, *state.own)
        if name not in state.columns
    ]
    return "columns", {"shown": shown, "others": others}


def _lower_url(state: ListState, place: int) -> str:
    return columns_url(state, _raised(state.columns, state.columns[place + 1]))


def _groups(state: ListState, actor: Actor) -> tuple[str, dict[str, Any]]:
    options = [{"label": _("No groups"), "is_active": not state.group_by, "url": state.url(group_by="")}]
    options += [
        {
            "label": str(words.GROUPINGS[name]),
            "is_active": name == state.group_by,
            "url": state.url(group_by=name),
        }
        for name in GROUPINGS
    ]
    return "choices", {"options": options}


def _view(state: ListState, actor: Actor) -> tuple[str, dict[str, Any]]:
    """Keeping this look, and what can be done with the shown view."""
    may_change = not state.view.is_builtin and (
        state.view.owner_id == actor.user_id or actor.may("leads.assign")
    )
    return "view", {
        "may_change": may_change,
        "can_share": actor.may("leads.edit"),
        "query": state.params().urlencode(),
    }


_SHEETS: dict[str, Any] = {
    "status": lambda state, actor: _choices(state, actor, "status"),
    "temperature": lambda state, actor: _choices(state, actor, "temperature"),
    "owner": lambda state, actor: _choices(state, actor, "owner"),
    "created": _created,
    "sort": _sorts,
    "columns": _columns,
    "group": _groups,
    "filter": condition_sheet,
    "view": _view,
}
