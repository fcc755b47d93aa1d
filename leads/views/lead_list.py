"""The list of leads."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from leads import selectors
from leads.forms import ListForm
from leads.models import Lead
from leads.selectors import SORTS, LeadFilters, LeadPage
from leads.views.addresses import Address
from leads.views.filters import filter_bar, filters_from


@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """The page of leads its address describes."""
    actor, address = actor_of(request), Address(request.GET)
    given = ListForm(request.GET).given()
    filters, sort = filters_from(given, actor), _sort_of(given["sort"])
    rows = selectors.filter_leads(selectors.visible_leads(actor), filters)
    page = _page(rows, sort, given["cursor"] or "")
    bar = filter_bar(given, address, actor)
    is_bare = filters.is_empty and not page.rows and not given["cursor"]
    context = {
        "nav": "leads",
        "leads": selectors.with_badges(page.rows),
        "columns": columns(sort, address),
        "filters": bar,
        "q": given["q"] or "",
        "count_text": count_text(page, filters),
        "next_url": address.at(page.next_cursor),
        "previous_url": address.at(page.previous_cursor),
        "is_first_run": is_bare and not selectors.has_leads(actor.workspace_id),
    }
    return render(request, "leads/lead_list.html", context)


def listed(params: QueryDict, actor: Actor) -> tuple[QuerySet[Lead], list[str]]:
    """The leads of a list's address, all of them, and their order; for whoever walks through the list elsewhere."""
    given = ListForm(params).given()
    rows = selectors.filter_leads(selectors.visible_leads(actor), filters_from(given, actor))
    return rows, _sort_of(given["sort"])


def _page(rows: Any, sort: list[str], cursor: str) -> LeadPage:
    """The page at the cursor; an address that no longer fits shows the first page instead of a refusal."""
    try:
        return selectors.list_leads(rows, sort=sort, cursor=cursor)
    except InvalidInputError:
        return selectors.list_leads(rows, sort=sort)


def _sort_of(text: str | None) -> list[str]:
    """The order of the address: known names, each once; newest first without any."""
    names = [name for name in (text or "").split(",") if name.removeprefix("-") in SORTS]
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(name.removeprefix("-"), name)
    return list(seen.values()) or ["-last_activity_at"]


def columns(sort: list[str], address: Address) -> list[dict[str, Any]]:
    """The heads of the table, in the order of the cells: {key, label, sort_url, direction, place}."""
    labels = [
        ("name", _("Name")),
        ("status", _("Status")),
        ("score", _("Score")),
        ("", _("Last message")),
        ("last_activity_at", _("Last activity")),
        ("next_step_on", _("Next step")),
        ("owner", _("Owner")),
        ("source", _("Source")),
    ]
    return [_column(key, label, sort, address) for key, label in labels]


FALLING_FIRST = {"score", "temperature", "last_activity_at", "created_at"}  # the highest is what people want


def _column(key: str, label: str, sort: list[str], address: Address) -> dict[str, Any]:
    """One head; a click on the column sorted by turns it round."""
    place = next((i for i, name in enumerate(sort) if name.removeprefix("-") == key), None)
    direction = "" if place is None else "desc" if sort[place].startswith("-") else "asc"
    falls = direction == "asc" or (direction == "" and key in FALLING_FIRST)
    return {
        "key": key or "last_message",
        "label": label,
        "sort_url": address.only("sort", f"-{key}" if falls else key) if key else "",
        "direction": direction,
        "place": place + 1 if place is not None and len(sort) > 1 else None,
    }


def count_text(page: LeadPage, filters: LeadFilters) -> str:
    """How many, and of what: "1,000+ leads", "43 match"."""
    number = number_format(page.count, force_grouping=True, use_l10n=True) + (
        "+" if page.is_count_capped else ""
    )
    if filters.is_empty:
        return ngettext("%(number)s lead", "%(number)s leads", page.count) % {"number": number}
    return ngettext("%(number)s matches", "%(number)s match", page.count) % {"number": number}


@require_safe
def lead_row(request: HttpRequest, lead_id: Any) -> HttpResponse:
    """One row of the list, again."""
    lead = selectors.get_lead(actor_of(request), lead_id)
    return render(request, "leads/_lead_row.html", {"lead": lead})
