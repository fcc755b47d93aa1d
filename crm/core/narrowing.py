"""From conditions to rows: what every list does alike. What a field is, each list says itself."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from crm.core.actors import Actor
from crm.core.conditions import MEMBERS, Condition, Group


def rows_of(tree: Group, ask: Callable[[Condition], Q]) -> Q:
    """The question a tree asks of the database; `ask` says it for one condition. None of, and filled in, are the
    opposites of any of, and empty, so `ask` never hears of them."""
    found = Q()
    for part in tree.parts:
        each = rows_of(part, ask) if isinstance(part, Group) else _of_condition(part, ask)
        found = found | each if tree.is_any else found & each
    return found


def _of_condition(asked: Condition, ask: Callable[[Condition], Q]) -> Q:
    if asked.op == "none_of":
        return ~ask(Condition(asked.field, "any_of", asked.value))
    return ~ask(Condition(asked.field, "empty")) if asked.op == "filled" else ask(asked)


def people_asked(people: Sequence[str], actor: Actor) -> list[UUID]:
    """The users meant: "me" and "my_team" are the actor's, "none" is nobody."""
    ids = {UUID(text) for text in people if text not in MEMBERS}
    if {"me", "my_team"} & set(people) and actor.user_id:
        ids.add(actor.user_id)
    return sorted(ids | actor.colleague_ids if "my_team" in people else ids)


def moment(asked: Condition) -> Q:
    """A time, compared by days on the reader's clock."""
    if asked.op == "empty":
        return Q(**{f"{asked.field}__isnull": True})
    start, end = days_of(asked)
    within = Q()
    if start:
        within &= Q(**{f"{asked.field}__gte": _midnight(start)})
    if end:
        within &= Q(**{f"{asked.field}__lt": _midnight(end)})
    return within


def day(asked: Condition) -> Q:
    """A date."""
    if asked.op == "empty":
        return Q(**{f"{asked.field}__isnull": True})
    start, end = days_of(asked)
    within = Q(**{f"{asked.field}__gte": start}) if start else Q()
    return within & Q(**{f"{asked.field}__lt": end}) if end else within


def days_of(asked: Condition) -> tuple[date | None, date | None]:
    """From which day until (not including) which; open ends are None."""
    today, one = timezone.localdate(), timedelta(days=1)
    if asked.op == "in":
        return PERIODS[asked.value](today)
    spans: dict[str, Callable[[], tuple[date | None, date | None]]] = {
        "last_days": lambda: (today - one * (asked.value - 1), today + one),
        "not_last_days": lambda: (None, today - one * (asked.value - 1)),
        "next_days": lambda: (today, today + one * asked.value),
        "overdue": lambda: (None, today),
        "from": lambda: (date.fromisoformat(asked.value), None),
        "before": lambda: (None, date.fromisoformat(asked.value)),
    }
    return spans[asked.op]()


def _this_month(today: date) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _this_week(today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=7)


PERIODS: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda today: (today, today + timedelta(days=1)),
    "yesterday": lambda today: (today - timedelta(days=1), today),
    "this_week": _this_week,
    "this_month": _this_month,
}


def _midnight(day: date) -> Any:
    return timezone.make_aware(datetime.combine(day, time.min))
