"""The list of the inbox: its rows as templates want them, a page at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from conversations import selectors
from conversations.models import Label, Priority
from conversations.selectors import Listed, Surroundings, Wanted
from conversations.views.list_conditions import condition_chips
from conversations.views.list_state import ListState, ids_among
from conversations.views.rows import Painter
from crm import panels
from crm.core.actors import Actor
from crm.core.addresses import address_of
from crm.core.errors import InvalidInputError

PAGE = 40


def list_context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Everything _conversation_list.html shows, in three statements however long the list is."""
    state = ListState(request.GET, actor)
    now = timezone.now()
    around = selectors.surroundings_of(actor)
    page, next_cursor = _page(state, request.GET.get("cursor", ""), now)
    return {
        "folders": _folders(state, around),
        "saved_folders": _saved(state, around),
        "chips": [*_chips(state, around.labels), *condition_chips(state, around.labels)],
        "state": state,
        "sorts": [
            {"label": label, "url": state.url(sort=key), "is_active": key == state.sort}
            for key, (label, _by) in selectors.SORTS.items()
        ],
        "conversations": page,
        "rows": _painter(state, around, page, request.GET.get("open", ""), now).rows(page),
        "next_cursor_url": state.url(cursor=next_cursor) if next_cursor else "",
        "q": state.search,
        "can_triage": actor.may("conversations.reply"),
        "can_share": actor.may("conversations.assign"),
        "can_broadcast": actor.may("conversations.broadcast"),
    }


def _painter(
    state: ListState, around: Surroundings, page: list[Listed], open_id: str, now: datetime
) -> Painter:
    """Who paints the rows, with what other floors know about their people."""
    leads = panels.briefs("lead", state.actor, [row.contact_id for row in page])
    can_pick = state.actor.may("conversations.reply")
    return Painter(state.url(), now, around.labels, leads, open_id=open_id, can_pick=can_pick)


def _folders(state: ListState, around: Surroundings) -> list[dict[str, Any]]:
    counts = around.counts
    return [
        {
            "key": key,
            "label": label,
            "count": counts.get(key),
            "shown_count": _capped(counts.get(key)),
            "url": f"{address_of('conversations:inbox')}?folder={key}",
            "is_active": key == state.folder,
        }
        for key, label in selectors.FOLDERS.items()
    ]


def _capped(count: int | None) -> str:
    if not count:
        return ""
    return f"{selectors.COUNTED_UP_TO}+" if count > selectors.COUNTED_UP_TO else str(count)


def _saved(state: ListState, around: Surroundings) -> list[dict[str, Any]]:
    here = state.kept().urlencode()
    return [
        {
            "id": row.pk,
            "name": row.name,
            "url": f"{address_of('conversations:inbox')}?{row.query}",
            "is_active": row.query == here,
            "is_shared": row.is_shared,
            "is_mine": row.owner_id == state.actor.user_id,
        }
        for row in around.folders
    ]


def _chips(state: ListState, labels: Mapping[UUID, Label]) -> list[dict[str, str]]:
    """What narrows the list, each with the address without it. Names of people and channels are in the menu."""
    chips = []
    if state.params.get("unread") == "1":
        chips.append({"label": _("Unread"), "value": "", "remove_url": state.url(unread="")})
    for pk in ids_among(state.params.getlist("label")):
        name = labels[pk].name if pk in labels else _("deleted")
        chips.append({"label": _("Label"), "value": name, "remove_url": state.toggled("label", str(pk))})
    for name in state.params.getlist("priority"):
        if name.upper() in Priority.names:
            remove = state.toggled("priority", name)
            chips.append(
                {"label": _("Priority"), "value": str(Priority[name.upper()].label), "remove_url": remove}
            )
    for name, label in (("channel", _("Channel")), ("assignee", _("Assignee"))):
        if held := [value for value in state.params.getlist(name) if value]:
            words = {"me": _("me"), "nobody": _("nobody")}
            value = words.get(held[0], "1") if len(held) == 1 else str(len(held))
            chips.append({"label": label, "value": value, "remove_url": state.url(**{name: ""})})
    return chips


def _page(state: ListState, cursor: str, now: datetime) -> tuple[list[Listed], str]:
    """A page by keyset, and where the next one starts. All pages are sorted as of the first one's moment."""
    wanted = Wanted(state.folder, state.sort, now, state.filters(), state.tree)
    if cursor:
        now, values, last_id = _read_cursor(cursor, state.sort)
        wanted = replace(wanted, now=now, behind=values, behind_id=last_id)
    found = selectors.list_conversations(state.actor, wanted, PAGE + 1)
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    at = [_written(getattr(last, name)) for name in wanted.keys]
    return found[:PAGE], signing.dumps([state.sort, now.isoformat(), at, str(last.pk)])


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read_cursor(cursor: str, sort: str) -> tuple[datetime, list[Any], str]:
    try:
        its_sort, now, values, last_id = signing.loads(cursor)
        moment = parse_datetime(now)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidInputError(fields={"cursor": [_("Start again from the first page.")]}) from error
    if its_sort != sort or moment is None:
        raise InvalidInputError(fields={"cursor": [_("Start again from the first page.")]})
    return moment, [parse_datetime(v) if isinstance(v, str) else v for v in values], last_id
