"""The list of leads."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from crm.core.actors import Actor
from crm.core.condition_words import PEOPLE
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from leads import selectors
from leads.models import Lead
from leads.selectors import COUNTED, LeadPage, Views
from leads.views.bar import FALLING_FIRST, column_label, filter_bar, view_tabs
from leads.views.list_state import ListState, is_bare, read_state
from leads.views.rows import Painter, group_of

SORTED_BY = {
    "name": "name", "status": "status", "score": "score", "message": "last_activity_at", "next": "next_step_on",
    "owner": "owner", "source": "source", "created": "created_at", "temperature": "temperature",
    "business": "business_type", "activity": "last_activity_at",
}  # fmt: skip


@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """The page of leads its address describes."""
    actor = actor_of(request)
    views = selectors.views_of(actor)
    try:
        state = read_state(request.GET, views)
    except InvalidInputError as error:
        return _unreadable(request, views, error)
    page = _page(actor, state)
    painted = _painter(actor, state, page).rows(selectors.with_badges(page.rows))
    if request.GET.get("part") == "rows":
        context = {"rows": painted, "more_url": state.at(page.next_cursor, part="rows"), "is_appended": True}
        return render(request, "leads/_lead_rows.html", context)
    return render(request, "leads/lead_list.html", _context(actor, state, views, page) | {"rows": painted})


def _context(actor: Actor, state: ListState, views: Views, page: LeadPage) -> dict[str, Any]:
    names = {str(lead.owner_id): lead.owner_name for lead in page.rows if lead.owner_id}
    is_all = state.tree.is_empty and not page.rows and not state.cursor
    return {
        "nav": "leads",
        "leads": page.rows,
        "state": state,
        "tabs": view_tabs(state, views),
        "columns": columns(state),
        "filters": filter_bar(state, actor, _known_owners(state, names)),
        "q": state.search,
        "count_text": count_text(page, state),
        "total": page.count,
        "next_url": state.at(page.next_cursor),
        "more_url": state.at(page.next_cursor, part="rows"),
        "previous_url": state.at(page.previous_cursor),
        "is_first_run": is_all and not selectors.has_leads(actor.workspace_id),
        "can_edit": actor.may("leads.edit"),
        "bulk_menus": [("assign", _("Assign"), "a"), ("status", _("Status"), "s"), ("tag", _("Tag"), "")],
        "may_change_view": state.view.owner_id == actor.user_id or actor.may("leads.assign"),
    }


def listed(params: QueryDict, actor: Actor) -> tuple[QuerySet[Lead], list[str]]:
    """The leads of a list's address, all of them, and their order; for whoever walks through the list elsewhere."""
    speaks_of_views = "view" in params or is_bare(params)
    views = selectors.views_of(actor) if speaks_of_views else Views(selectors.own_fields(actor))
    state = read_state(params, views)
    rows = selectors.narrow_leads(selectors.visible_leads(actor), state.tree, actor)
    return rows, list(selectors.grouped_sort(state.sort, state.group_by))


def _known_owners(state: ListState, names: dict[str, str]) -> dict[str, str] | None:
    """The names on the page when they are all the filter speaks of; None when somebody must be looked up."""
    asked = {
        value
        for each in selectors.conditions_in(state.tree)
        if each.field == "owner"
        for value in each.value
        if value not in PEOPLE
    }
    return names or {"": ""} if asked <= set(names) else None


def _unreadable(request: HttpRequest, views: Views, error: InvalidInputError) -> HttpResponse:
    """The list's frame with the reason instead of rows: without the filter it would show leads nobody asked for."""
    state = read_state(type(request.GET)(f"view={request.GET.get('view', 'all')}"), views)
    context = {
        "nav": "leads", "state": state, "tabs": view_tabs(state, views), "q": "", "unreadable": error.message,
        "clear_url": state.url(),
    }  # fmt: skip
    return render(request, "leads/lead_list.html", context, status=400)


def _page(actor: Actor, state: ListState) -> LeadPage:
    """The page at the cursor; an address that no longer fits shows the first page instead of a refusal."""
    sort = selectors.grouped_sort(state.sort, state.group_by)
    at_start = partial(selectors.list_shown, actor, state.tree, sort=sort, with_own=bool(state.own_columns))
    try:
        return at_start(cursor=state.cursor)
    except InvalidInputError:
        return at_start()


def _painter(actor: Actor, state: ListState, page: LeadPage) -> Painter:
    """Who paints the rows; it knows how many leads each group on the page holds."""
    own = state.own_columns
    if not state.group_by:
        return Painter(state.columns, own=own)
    shown = list(dict.fromkeys(group_of(lead, state.group_by) for lead in page.rows))
    rows = selectors.narrow_leads(selectors.visible_leads(actor), state.tree, actor)
    counts = selectors.count_groups(actor, rows, state.group_by, shown)
    return Painter(state.columns, state.group_by, {value: capped(n) for value, n in counts.items()}, own=own)


def columns(state: ListState) -> list[dict[str, Any]]:
    """The heads of the table, in the order of the cells: {key, label, sort_url, direction, place}."""
    return [_column(name, state) for name in state.columns]


def _column(name: str, state: ListState) -> dict[str, Any]:
    """One head; a click on the column sorted by turns it round."""
    key = name if name in state.own else SORTED_BY.get(name, "")
    place = next((i for i, each in enumerate(state.sort) if each.removeprefix("-") == key), None)
    direction = "" if place is None else "desc" if state.sort[place].startswith("-") else "asc"
    falls = direction == "asc" or (direction == "" and key in FALLING_FIRST)
    return {
        "key": key or name,
        "name": name,
        "label": column_label(name, state),
        "sort_url": state.url(sort=(f"-{key}" if falls else key,)) if key else "",
        "direction": direction,
        "place": place + 1 if place is not None and len(state.sort) > 1 else None,
    }


def capped(count: int) -> str:
    """A number as it is said: "43", "1,000+"."""
    text = str(number_format(min(count, COUNTED), force_grouping=True, use_l10n=True))
    return text + ("+" if count > COUNTED else "")


def count_text(page: LeadPage, state: ListState) -> str:
    """How many, and of what: "1,000+ leads", "43 match"."""
    number = capped(page.count + page.is_count_capped)
    if state.tree.is_empty:
        return ngettext("%(number)s lead", "%(number)s leads", page.count) % {"number": number}
    return ngettext("%(number)s matches", "%(number)s match", page.count) % {"number": number}


@require_safe
def lead_row(request: HttpRequest, lead_id: Any) -> HttpResponse:
    """One row of the list, again, with the columns of the list at this address."""
    actor = actor_of(request)
    state = read_state(request.GET, selectors.views_of(actor))
    painter = Painter(state.columns, own=state.own_columns)
    return HttpResponse(painter.row(selectors.get_lead(actor, lead_id)))
