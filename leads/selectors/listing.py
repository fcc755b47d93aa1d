"""The list of leads: sorting by several columns, pages by position."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Lower
from django.utils.translation import gettext as _

from crm.core.counting import HowMany
from crm.core.errors import InvalidInputError
from crm.core.plain import fault_of
from crm.models import CustomField
from crm.selectors import as_badges, tag_colours
from leads.models import NEVER, Lead, name_key, status_rank, temperature_rank
from leads.selectors.own_fields import OwnKey, check_sorts, is_own

PAGE = 50
COUNTED = 1000  # beyond it a list says "1,000+"

SORTS: Mapping[str, F | Case | Func] = {
    "name": name_key(),
    "status": status_rank(),
    "score": F("score"),
    "temperature": temperature_rank(),
    "business_type": Lower("business_type"),
    "owner": Lower("owner_name"),
    "source": F("source"),
    "next_step_on": Coalesce("next_step_on", Value(NEVER)),
    "created_at": F("created_at"),
    "last_activity_at": F("last_activity_at"),
}
NEWEST = ("-last_activity_at",)
# What lists are sorted by beside those: two owners of one name are two groups.
INNER: Mapping[str, Func] = {
    "owner_id": Coalesce(Cast("owner_id", TextField()), Value(""), output_field=TextField())
}


def sort_key(name: str, *, is_down: bool) -> F | Case | Func:
    """What rows are sorted by under this name."""
    return OwnKey(name, is_down=is_down) if is_own(name) else INNER.get(name) or SORTS[name]


def is_sort(name: str, own: Mapping[str, CustomField]) -> bool:
    """Whether the list can be in this order ("-" for descending)."""
    key = name.removeprefix("-")
    return key in SORTS or key in own


def with_badges(leads: list[Lead]) -> list[Lead]:
    """The same leads, each with its tags in their colours; one query when any is tagged, else none."""
    tagged = [lead for lead in leads if lead.tags]
    colours = tag_colours(tagged[0].workspace_id) if tagged else {}
    for lead in tagged:
        lead.badges = as_badges(lead.tags, colours)
    return leads


@dataclass(frozen=True)
class LeadPage:
    """One page of a list: its rows and the positions before and after it (empty at the ends)."""

    rows: list[Lead]
    next_cursor: str = ""
    previous_cursor: str = ""
    count: int = 0
    is_count_capped: bool = False


@dataclass(frozen=True)
class _Position:
    """Where a page starts: behind (or, going back, before) the row with these sort values and id."""

    values: list[Any] = field(default_factory=list)
    is_back: bool = False


def list_leads(
    rows: QuerySet[Lead],
    *,
    sort: Sequence[str] = NEWEST,
    cursor: str = "",
    size: int = PAGE,
    with_count: bool = True,
) -> LeadPage:
    """One page of `rows`, sorted by names of SORTS ("-" for descending), from `cursor` on.

    One statement: the page, and a count that stops at 1,000. No OFFSET: page 1,000 costs as much as page 1.
    """
    sort = tuple(sort) or NEWEST
    found = sorted_page(rows, sort, cursor, size + 1, with_count=with_count)
    return page_of(list(found.defer("search_line", "intents")), sort, cursor, size)


def sorted_page(
    rows: QuerySet[Lead], sort: Sequence[str], cursor: str, limit: int, *, with_count: bool
) -> QuerySet[Lead]:
    """So many of `rows` from the cursor on, with what they are sorted by and, on request, how many there are."""
    keys = keys_of(sort)
    start = _read_cursor(cursor, sort) if cursor else _Position()
    found = rows.annotate(
        **{f"key{i}": sort_key(name, is_down=is_down) for i, (name, is_down) in enumerate(keys)}
    )
    if with_count:
        found = found.annotate(listed=HowMany(rows.order_by()[: COUNTED + 1]))
    return _from(found, keys, start)[:limit]


def page_of(page: list[Lead], sort: Sequence[str], cursor: str, size: int) -> LeadPage:
    """One page of rows that were found, one more than it holds when there are more behind it."""
    is_back = bool(cursor) and _read_cursor(cursor, sort).is_back
    has_more, page = len(page) > size, page[:size]
    if is_back:
        page.reverse()
    has_next, has_previous = (True, has_more) if is_back else (has_more, bool(cursor))
    count = getattr(page[0], "listed", 0) if page else 0
    return LeadPage(
        rows=page,
        next_cursor=_cursor_at(page[-1], sort, is_back=False) if page and has_next else "",
        previous_cursor=_cursor_at(page[0], sort, is_back=True) if page and has_previous else "",
        count=min(count, COUNTED),
        is_count_capped=count > COUNTED,
    )


def keys_of(sort: Sequence[str]) -> list[tuple[str, bool]]:
    """(name, is descending) of each sort, or a refusal that names the ones there are."""
    keys = [(name.removeprefix("-"), name.startswith("-")) for name in sort]
    check_sorts([name for name, _ in keys if not is_own(name) and name not in INNER], SORTS)
    return keys


def _from(rows: QuerySet[Lead], keys: list[tuple[str, bool]], start: _Position) -> QuerySet[Lead]:
    """The rows in order, behind the start; the id decides among equals, in the direction of the first key."""
    columns = [(f"key{i}", is_down) for i, (_, is_down) in enumerate(keys)] + [("id", keys[0][1])]
    ordered = [(name, is_down != start.is_back) for name, is_down in columns]
    if start.values:
        rows = rows.filter(behind(ordered, start.values))
    return rows.order_by(*(f"-{name}" if is_down else name for name, is_down in ordered))


def behind(ordered: list[tuple[str, bool]], values: list[Any]) -> Q:
    """Rows strictly behind these values. The bound on the first column alone lets the index seek."""
    found, equal = Q(), Q()
    for (name, is_down), value in zip(ordered, values, strict=True):
        found |= equal & Q(**{f"{name}__{'lt' if is_down else 'gt'}": value})
        equal &= Q(**{name: value})
    first, is_down = ordered[0]
    return Q(**{f"{first}__{'lte' if is_down else 'gte'}": values[0]}) & found


def _cursor_at(row: Lead, sort: Sequence[str], *, is_back: bool) -> str:
    """The position of a row as text for a URL."""
    values = [_plain(getattr(row, f"key{i}")) for i in range(len(sort))]
    plain = json.dumps([list(sort), is_back, *values, str(row.pk)], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read_cursor(cursor: str, sort: Sequence[str]) -> _Position:
    """The position of a cursor; refuses one that is broken or belongs to another order."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        held, is_back, *values = plain
        if list(held) != list(sort) or len(values) != len(sort) + 1 or fault_of(plain):
            raise ValueError("another order, or nothing that can be looked for")
        read = [_read(name.removeprefix("-"), v) for name, v in zip(sort, values, strict=False)]
        return _Position([*read, UUID(str(values[-1]))], bool(is_back))
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise InvalidInputError(
            _("This page can't be found any more. Start from the first one."),
            fields={"cursor": [_("Use the next or previous address of a list, unchanged.")]},
        ) from error


def _read(name: str, value: Any) -> Any:
    """A sort value as it was; those of fields of the workspace's own are plain, or [] or {} for none."""
    if not is_own(name):
        return _READ.get(name, str)(value)
    if not isinstance(value, str | int | float) and value not in ([], {}):
        raise ValueError("no such value")
    return value


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time of no place")
    return at


_READ: dict[str, Any] = {
    "status": int,
    "score": int,
    "temperature": int,
    "next_step_on": date.fromisoformat,
    "created_at": _moment,
    "last_activity_at": _moment,
}
