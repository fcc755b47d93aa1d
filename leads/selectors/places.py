"""Where a lead stands in a list, and who comes before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from leads.models import Lead
from leads.selectors.listing import COUNTED, NEWEST, behind, keys_of, sort_key


@dataclass(frozen=True)
class Place:
    """A lead's number in a list of so many (None beyond the thousandth), and its neighbours' ids."""

    number: int | None
    total: int
    previous: UUID | None = None
    next: UUID | None = None

    @property
    def is_total_capped(self) -> bool:
        """True when there are more than were counted."""
        return self.total > COUNTED


def place_in_list(rows: QuerySet[Lead], sort: Sequence[str], lead_id: UUID) -> Place | None:
    """The place of a lead among `rows` in this order; None when it isn't one of them. Five queries at most."""
    keys = keys_of(tuple(sort) or NEWEST)
    named = {f"key{i}": sort_key(name, is_down=is_down) for i, (name, is_down) in enumerate(keys)}
    columns = [*((f"key{i}", is_down) for i, (_n, is_down) in enumerate(keys)), ("id", keys[0][1])]
    rows = rows.annotate(**named)
    here = rows.filter(pk=lead_id).values_list(*(name for name, _down in columns)).first()
    if here is None:
        return None
    backwards = [(name, not is_down) for name, is_down in columns]
    before = _from(rows, backwards, list(here))
    count = before.order_by()[:COUNTED].count()
    total = rows.order_by()[: COUNTED + 1].count()
    return Place(
        count + 1 if count < COUNTED else None,
        total,
        before.values_list("pk", flat=True).first() if count else None,
        _from(rows, columns, list(here)).values_list("pk", flat=True).first(),
    )


def _from(rows: QuerySet[Lead], columns: list[tuple[str, bool]], here: list[object]) -> QuerySet[Lead]:
    """Who stands behind this place, nearest first."""
    order = [f"-{name}" if is_down else name for name, is_down in columns]
    return rows.filter(behind(columns, here)).order_by(*order)
