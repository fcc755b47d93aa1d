"""What the list shows now, read from its address, and the addresses one click away."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.http import QueryDict

from crm.core.addresses import address_of
from crm.models import CustomField
from leads import selectors
from leads.forms import ListForm
from leads.models import GROUPINGS, LeadStatus, Temperature
from leads.selectors import EVERYTHING, SORTS, Condition, Group, ListView, OwnFields, Views

# Short words of addresses for the filters people use most: word -> (field, operator)
LISTS = {
    "status": ("status", "any_of"), "temperature": ("temperature", "any_of"), "owner": ("owner", "any_of"),
    "source": ("source", "any_of"), "tag": ("tags", "all_of"),
}  # fmt: skip
SINGLES = {
    "q": ("search", "has"), "score_from": ("score", "at_least"), "score_to": ("score", "at_most"),
}  # fmt: skip
FILTERS = (*LISTS, *SINGLES, "created", "created_from", "created_to", "filter")
STATE = (*FILTERS, "sort", "cols", "group")


@dataclass(frozen=True)
class ListState:
    """A view, and how what is shown differs from it."""

    view: ListView
    tree: Group
    sort: tuple[str, ...]
    columns: tuple[str, ...]
    group_by: str
    own: OwnFields
    default_key: str = "all"
    cursor: str = ""

    @property
    def is_changed(self) -> bool:
        """True when there is something to save or to take back."""
        kept = (self.view.tree, self.view.sort, self.view.columns, self.view.group_by)
        return (self.tree, self.sort, self.columns, self.group_by) != kept

    @property
    def search(self) -> str:
        """The words of the search box."""
        held = [p for p in self.tree.parts if isinstance(p, Condition) and p.field == "search"]
        return held[0].value if held and not self.tree.is_any else ""

    @property
    def own_columns(self) -> dict[str, CustomField]:
        """The columns that are fields of the workspace's own; one that is switched off stays empty."""
        return {name: self.own[name] for name in self.columns if name in self.own}

    def params(self) -> QueryDict:
        """The address that describes it: the view, and only what differs."""
        params = QueryDict(mutable=True)
        if self.tree != self.view.tree:
            _write_tree(self.tree, params)
        for name, mine, kept in (
            ("sort", self.sort, self.view.sort),
            ("cols", self.columns, self.view.columns),
            ("group", (self.group_by,), (self.view.group_by,)),
        ):
            if mine != kept:
                params[name] = ",".join(mine)
        needs_name = self.view.key != "all" or (not params and self.default_key != "all")
        if needs_name:
            params["view"] = self.view.key
        return params

    def url(self, **changes: Any) -> str:
        """The address with something changed, from its first page on."""
        query = replace(self, **changes).params().urlencode()
        return f"{address_of('leads:list')}?{query}" if query else address_of("leads:list")

    def at(self, cursor: str, **more: str) -> str:
        """At another page of the same list; empty without a position."""
        if not cursor:
            return ""
        params = self.params()
        params.update({"cursor": cursor, **more})
        return f"{address_of('leads:list')}?{params.urlencode()}"

    def hidden(self, *, but: set[str]) -> list[tuple[str, str]]:
        """The address as hidden fields for a form that brings the others itself."""
        return [
            (name, value) for name, values in self.params().lists() for value in values if name not in but
        ]


def read_state(params: QueryDict, views: Views) -> ListState:
    """What an address describes. What can't be read counts as not said, except a filter: that is refused by name."""
    given = _said(params.urlencode())
    view = views.default if is_bare(params) else views.get(given["view"] or "all")
    said_filter = any(name in params for name in FILTERS)
    own = views.own
    columns = tuple(name for name in _names(given["cols"]) if selectors.is_column(name, own))
    group = given["group"] if given["group"] in GROUPINGS else ""
    return ListState(
        view=view,
        tree=_tree_from(given, own, view.tree) if said_filter else view.tree,
        sort=_sort_from(given["sort"], own) or view.sort,
        columns=(("name", *(c for c in columns if c != "name")) if columns else view.columns),
        group_by=group if "group" in params else view.group_by,
        own=own,
        default_key=views.default.key,
        cursor=given["cursor"] or "",
    )


def is_bare(params: QueryDict) -> bool:
    """Whether an address says nothing of the list: it is the one somebody begins with."""
    return not any(name in params for name in (*STATE, "view"))


@lru_cache(maxsize=500)
def _said(address: str) -> Mapping[str, Any]:
    """What an address gives: the same for everybody, in every language (config/formats), and asked again and again."""
    return MappingProxyType(ListForm(QueryDict(address)).given())


def _names(text: str | None) -> list[str]:
    return list(dict.fromkeys(name for name in (text or "").split(",") if name))


def _sort_from(text: str | None, own: OwnFields) -> tuple[str, ...]:
    """The order of the address: known names, each once."""
    seen: dict[str, str] = {}
    for name in _names(text):
        key = name.removeprefix("-")
        if key in SORTS or key in own:
            seen.setdefault(key, name)
    return tuple(seen.values())


def _tree_from(given: Mapping[str, Any], own: OwnFields, held: Group) -> Group:
    """The short words as conditions, and the tree beside them; what the view holds may stay in it."""
    parts: list[Condition | Group] = []
    for name, (about, op) in LISTS.items():
        values = [v for v in given[name] or [] if _is_known(name, v)]
        if values:
            parts.append(Condition(about, op, values))
    parts += [
        Condition(about, op, given[name])
        for name, (about, op) in SINGLES.items()
        if given[name] not in (None, "")
    ]
    parts += _created(given)
    tree = selectors.read_filter(given["filter"], own, held) if given["filter"] else EVERYTHING
    return Group((*parts, *((tree,) if tree.is_any else tree.parts))) if parts else tree


def _is_known(name: str, value: str) -> bool:
    if name == "owner":
        return value in {"me", "my_team", "none"} or _is_id(value)
    known = {"status": LeadStatus.values, "temperature": Temperature.values}.get(name)
    return known is None or value in known


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _created(given: Mapping[str, Any]) -> list[Condition]:
    if given["created"]:
        is_today = given["created"] == "today"
        return [Condition("created_at", "in", "today") if is_today
                else Condition("created_at", "last_days", int(given["created"]))]  # fmt: skip
    first, last = given["created_from"], given["created_to"]
    found = [Condition("created_at", "from", first.isoformat())] if first else []
    if last and last != date.max:
        found.append(Condition("created_at", "before", (last + timedelta(days=1)).isoformat()))
    return found


def _write_tree(tree: Group, params: QueryDict) -> None:
    """Short words for what has them, the rest as JSON; nothing at all is said by an empty filter."""
    rest: list[Condition | Group] = []
    for part in () if tree.is_any else tree.parts:
        if not (isinstance(part, Condition) and _write_short(part, params)):
            rest.append(part)
    left = tree if tree.is_any else Group(tuple(rest))
    if not left.is_empty:
        params["filter"] = json.dumps(selectors.plain_of(left), separators=(",", ":"))
    if not params:
        params["filter"] = ""


def _write_short(part: Condition, params: QueryDict) -> bool:
    asked = (part.field, part.op)
    name = next((name for name, each in {**LISTS, **SINGLES}.items() if each == asked), "")
    if name in LISTS and name not in params:
        params.setlist(name, part.value)
        return True
    if name and name not in params:
        params[name] = str(part.value)
        return True
    period = {("in", "today"): "today", ("last_days", 7): "7", ("last_days", 30): "30"}
    word = period.get((part.op, part.value)) if part.field == "created_at" and _is_plain(part.value) else None
    if word and "created" not in params:
        params["created"] = word
        return True
    return False


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int)


def columns_url(state: ListState, columns: Sequence[str]) -> str:
    """The address with other columns."""
    return state.url(columns=tuple(columns))
