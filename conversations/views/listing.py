"""The list of the inbox: its rows as templates want them, a page at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from conversations import selectors
from conversations.models import Conversation, Label, Priority
from conversations.views.list_conditions import condition_chips
from conversations.views.list_state import ListState, ids_among
from crm import panels
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError

PAGE = 40


def list_context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Everything _conversation_list.html shows, in five statements however long the list is."""
    state = ListState(request.GET, actor)
    now = timezone.now()
    labels = {label.pk: label for label in selectors.visible_labels(actor)}
    page, next_cursor = _page(state, request.GET.get("cursor", ""), now)
    _dress(page, state, labels, request.GET.get("open", ""), now)
    return {
        "folders": _folders(state),
        "saved_folders": _saved(state),
        "chips": [*_chips(state, labels), *condition_chips(state, labels)],
        "state": state,
        "sorts": [
            {"label": label, "url": state.url(sort=key), "is_active": key == state.sort}
            for key, (label, _by) in selectors.SORTS.items()
        ],
        "conversations": page,
        "next_cursor_url": state.url(cursor=next_cursor) if next_cursor else "",
        "q": state.search,
        "words": _words(),
        "can_triage": actor.may("conversations.reply"),
        "can_share": actor.may("conversations.assign"),
        "can_broadcast": actor.may("conversations.broadcast"),
    }


def _words() -> dict[str, Any]:
    """What rows say, translated once and not in each."""
    return {
        "select": _("Select"),
        "agent": _("Agent"),
        "us": _("Us:"),
        "unread": _("Unread:"),
        "person": _("A person"),
        "nobody": _("Nobody yet"),
        "window": _("Until then replies are free"),
        "draft": _("Draft"),
        "failed": _("Not delivered"),
        "back": pgettext("after a snooze", "Back"),
        "waits": _("The customer waits:"),
        "flags": {each.name.lower(): str(each.label) for each in Priority},
    }


def _dress(
    page: list[Conversation], state: ListState, labels: dict[UUID, Label], open_id: str, now: datetime
) -> None:
    """Put on each row what the template would have to ask for."""
    leads = panels.briefs("lead", state.actor, [row.contact_id for row in page])
    base, inbox = state.url(), reverse("conversations:inbox")
    for row in page:
        shown: Any = row
        shown.url = f"{base}&open={row.pk}" if base[-1] != "?" else f"{base}open={row.pk}"
        shown.thread_url = f"{inbox}{row.pk}/"
        shown.lead = leads.get(row.contact_id)
        shown.is_open = str(row.pk) == open_id
        shown.labels = [labels[pk] for pk in shown.label_ids if pk in labels]
        shown.reason = selectors.reason_of(row, now)
        shown.is_back = bool(row.snoozed_until) and row.status == Conversation.Status.OPEN
        shown.waiting_tone = selectors.waiting_tone(row, now)
        shown.waiting_from = row.waiting_since.isoformat() if row.waiting_since and shown.waiting_tone else ""
        shown.flag = "" if row.priority == Priority.NORMAL else Priority(row.priority).name.lower()
        shown.name = row.contact.label
        shown.initial = shown.name[:1].upper() or "?"
        shown.glyph = _glyph(row.channel.kind)
        shown.window_until = row.window_expires_at.isoformat() if row.window_expires_at else ""
        _date(shown)


def _glyph(kind: str) -> str:
    """The channel's sign: as components/channel_icon.html draws it."""
    signs = {"whatsapp": "message-circle", "sms": "message-square", "mail": "mail", "form": "globe"}
    return next((icon for part, icon in signs.items() if part in kind), "flask-conical")


def _date(shown: Any) -> None:
    """Times as texts: the clock in the browser tells how long ago that is."""
    at = shown.last_message_at
    shown.at, shown.day = at.isoformat(), date_format(timezone.localtime(at), "MONTH_DAY_FORMAT")
    is_snoozed = shown.status == Conversation.Status.SNOOZED and shown.snoozed_until
    shown.snooze_ends = _moment(shown.snoozed_until) if is_snoozed else ""


def _moment(at: datetime) -> str:
    here = timezone.localtime(at)
    return f"{date_format(here, 'MONTH_DAY_FORMAT')} {date_format(here, 'TIME_FORMAT')}"


def _folders(state: ListState) -> list[dict[str, Any]]:
    counts = selectors.folder_counts(state.actor)
    return [
        {
            "key": key,
            "label": label,
            "count": counts.get(key),
            "shown_count": _capped(counts.get(key)),
            "url": f"{reverse('conversations:inbox')}?folder={key}",
            "is_active": key == state.folder,
        }
        for key, label in selectors.FOLDERS.items()
    ]


def _capped(count: int | None) -> str:
    if not count:
        return ""
    return f"{selectors.COUNTED_UP_TO}+" if count > selectors.COUNTED_UP_TO else str(count)


def _saved(state: ListState) -> list[dict[str, Any]]:
    here = state.kept().urlencode()
    return [
        {
            "id": row.pk,
            "name": row.name,
            "url": f"{reverse('conversations:inbox')}?{row.query}",
            "is_active": row.query == here,
            "is_shared": row.is_shared,
            "is_mine": row.owner_id == state.actor.user_id,
        }
        for row in selectors.visible_folders(state.actor)
    ]


def _chips(state: ListState, labels: dict[UUID, Label]) -> list[dict[str, str]]:
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


def _page(state: ListState, cursor: str, now: datetime) -> tuple[list[Conversation], str]:
    """A page by keyset, and where the next one starts. All pages are sorted as of the first one's moment."""
    values: list[Any] = []
    last_id = ""
    if cursor:
        now, values, last_id = _read_cursor(cursor, state.sort)
    rows = selectors.in_folder(selectors.visible_conversations(state.actor), state.actor, state.folder)
    rows = selectors.filter_conversations(rows, state.filters())
    rows = selectors.narrow_conversations(rows, state.tree, state.actor)
    rows, keys = selectors.sort_conversations(rows, state.sort, now)
    rows = selectors.after(rows, keys, values, last_id) if cursor else rows
    rows = selectors.with_drafts(rows, state.actor)
    found = list(rows.select_related("contact", "channel", "assignee")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    at = [_written(getattr(last, name)) for name, _by, _down in keys]
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
