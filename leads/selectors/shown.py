"""The page of the list: rows with only what they show, and put into SQL once where many ask the same."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

from django.db.models import F, QuerySet

from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.conditions import Group, conditions_in
from leads.models import Lead
from leads.selectors.filtering import narrow_leads
from leads.selectors.leads import visible_leads
from leads.selectors.listing import NEWEST, PAGE, SORTS, LeadPage, page_of, sorted_page
from leads.selectors.own_fields import is_own
from leads.selectors.said import with_last_words

# What the painter of rows reads: the other half of a lead stays where it is.
LISTED = {
    "id", "workspace_id", "status", "score", "temperature", "owner_id", "owner_name", "source", "tags", "next_step",
    "next_step_on", "name_line", "business_type", "created_at", "last_activity_at", "last_message_at",
    "last_message_direction",
}  # fmt: skip


def list_shown(
    actor: Actor, tree: Group, *, sort: Sequence[str], cursor: str = "", with_own: bool = False
) -> LeadPage:
    """The page of a filter at a cursor; `with_own`: with the values of the workspace's own fields."""
    sort = tuple(sort) or NEWEST
    asked = partial(_asked, tree, sort, cursor, with_own)
    is_usual = not cursor and not with_own and not _speaks_of_own(tree, sort)
    found = ask(actor, f"leads {sort} {tree!r}", asked) if is_usual else asked(actor)
    fields, keys = _fields(with_own), _keys(sort)
    return page_of([_read(fields, keys, values) for values in found], sort, cursor, PAGE)


@cache
def _fields(with_own: bool) -> tuple[str, ...]:
    """Their columns, in the order in which the model has them: so `from_db` wants them."""
    wanted = LISTED | ({"custom"} if with_own else set())
    return tuple(field.attname for field in Lead._meta.concrete_fields if field.attname in wanted)


def _asked(
    tree: Group, sort: tuple[str, ...], cursor: str, with_own: bool, actor: Actor
) -> QuerySet[Any, Any]:
    rows = narrow_leads(visible_leads(actor), tree, actor)
    found = with_last_words(actor, sorted_page(rows, sort, cursor, PAGE + 1, with_count=True))
    further = [key for key, column in _keys(sort).items() if not column]
    return found.values_list(*_fields(with_own), *further, "listed", "heard_text")


def _keys(sort: Sequence[str]) -> dict[str, str]:
    """What rows are sorted by, each with the column of the row that is the same; empty where there is none."""
    names = [name.removeprefix("-") for name in sort]
    plain = {name for name in names if name in LISTED and isinstance(SORTS.get(name), F)}
    return {f"key{i}": name if name in plain else "" for i, name in enumerate(names)}


def _read(fields: Sequence[str], keys: Mapping[str, str], values: Sequence[Any]) -> Lead:
    """A lead that knows what its row shows; behind its columns stand what else it is sorted by, the count of
    all, and its last words."""
    lead: Any = Lead.from_db("default", fields, values[: len(fields)])
    further = iter(values[len(fields) :])
    for key, column in keys.items():
        setattr(lead, key, getattr(lead, column) if column else next(further))
    lead.listed, lead.heard_text = further
    return lead  # type: ignore[no-any-return]


def _speaks_of_own(tree: Group, sort: Sequence[str]) -> bool:
    """Whether fields of the workspace's own are in it: their days are texts, and would be remembered as such."""
    names = [condition.field for condition in conditions_in(tree)] + [name.removeprefix("-") for name in sort]
    return any(is_own(name) for name in names)
