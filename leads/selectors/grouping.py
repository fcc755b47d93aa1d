"""The list in groups: in which order they come, and how many leads each holds."""

from uuid import UUID

from django.db.models import QuerySet

from crm.core.actors import Actor
from crm.core.counting import HowMany
from crm.models import Workspace
from leads.models import Lead
from leads.selectors.listing import COUNTED

FIRST = {"status": ("status",), "owner": ("owner", "owner_id"), "temperature": ("-temperature",)}


def grouped_sort(sort: tuple[str, ...], group_by: str) -> tuple[str, ...]:
    """The order of a grouped list: by group first."""
    if not group_by:
        return sort
    rest = tuple(name for name in sort if name.removeprefix("-") != group_by)
    return (*FIRST[group_by], *rest)


def count_groups(actor: Actor, rows: QuerySet[Lead], group_by: str, values: list[str]) -> dict[str, int]:
    """How many leads are in each of these groups, counted no further than 1,001; one statement."""
    if not values:
        return {}
    counted = {
        f"group{i}": HowMany(_in_group(rows, group_by, value).order_by()[: COUNTED + 1])
        for i, value in enumerate(values)
    }
    home = Workspace.objects.filter(pk=actor.workspace_id)
    found = home.annotate(**counted).values(*counted).first() or {}
    return {value: found.get(f"group{i}") or 0 for i, value in enumerate(values)}


def _in_group(rows: QuerySet[Lead], group_by: str, value: str) -> QuerySet[Lead]:
    if group_by == "owner":
        return rows.filter(owner_id=None if value == "none" else UUID(value))
    return rows.filter(**{group_by: value})
