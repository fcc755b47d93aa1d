"""Shelves of the pages: cards that upper floors hang on lower floors' pages, and what every page shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crm import selectors
from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.counting import HowMany
from crm.core.palette import Act
from crm.models import Workspace


@dataclass(frozen=True)
class Panel:
    """A card fetched by URL: its title, and the name of a URL that takes the page's row id."""

    title: str
    url_name: str


Brief = Callable[[Actor, Sequence[UUID]], dict[UUID, dict[str, Any]]]

_panels: dict[str, list[Panel]] = {}
_counts: dict[str, Callable[[Actor], QuerySet[Any]]] = {}
_briefs: dict[str, Brief] = {}
_queues: list[Callable[[Actor], list[dict[str, Any]]]] = []


def add(place: str, title: str, url_name: str) -> None:
    """Hang a card on a page ("conversation", "lead")."""
    panel = Panel(title, url_name)
    if panel not in _panels.setdefault(place, []):
        _panels[place].append(panel)


def panels_of(place: str) -> list[Panel]:
    """The cards of a page, in the order they were hung."""
    return list(_panels.get(place, []))


def add_count(name: str, rows: Callable[[Actor], QuerySet[Any]]) -> None:
    """A number beside an entry of the rail (name as used in the template): how many such rows there are."""
    _counts[name] = rows


def _numbers(actor: Actor) -> dict[str, int]:
    """The numbers of the rail and the unread alerts, in one statement."""
    [numbers] = ask(actor, f"numbers {','.join(_counts)}", _numbers_asked) or [()]
    return dict(zip(("alerts_unread", *_counts), numbers, strict=False))


def _numbers_asked(actor: Actor) -> QuerySet[Any, Any]:
    alerts = selectors.alerts_of(actor).filter(read_at__isnull=True).order_by()
    asked = {"alerts_unread": alerts} | {name: rows(actor) for name, rows in _counts.items()}
    counted = {name: HowMany(rows.order_by()) for name, rows in asked.items()}
    return Workspace.objects.filter(pk=actor.workspace_id).annotate(**counted).values_list(*counted)


def add_brief(name: str, find: Brief) -> None:
    """A few words about rows of lower floors for their lists ("lead": id, status, score, ...), by id."""
    _briefs[name] = find


def briefs(name: str, actor: Actor, contact_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The words of a name by contact id; empty while no floor has hung any."""
    find = _briefs.get(name)
    return find(actor, contact_ids) if find and contact_ids else {}


_bot_names: list[Callable[[Any], str]] = []


def add_bot_name(name_of: Callable[[Any], str]) -> None:
    """The agents floor says what the bot of a conversation is called."""
    _bot_names[:] = [name_of]


def bot_name(conversation: Any) -> str:
    """What the bot of a conversation is called."""
    return _bot_names[0](conversation) if _bot_names else "Bot"


_worths: list[Callable[[], Any]] = []


def add_worth(is_hot: Callable[[], Any]) -> None:
    """The leads floor says which conversations' customers are worth most: a condition on rows with a contact."""
    _worths[:] = [is_hot]


def is_worth_much() -> Any:
    """The condition, or None while no floor has hung any."""
    return _worths[0]() if _worths else None


Facts = Callable[[UUID, datetime], list[dict[str, str]]]
_facts: list[Facts] = []


def add_facts(changed: Facts) -> None:
    """The leads floor says which facts about a contact (its id) are others than they were at a time."""
    _facts[:] = [changed]


def facts_changed(contact_id: UUID, since: datetime) -> list[dict[str, str]]:
    """[{"what", "was", "is"}]; nothing while no floor knows facts."""
    return _facts[0](contact_id, since) if _facts else []


def add_queue(rows: Callable[[Actor], list[dict[str, Any]]]) -> None:
    """Rows for Today: dicts of rank (lower is sooner), about (a contact's id), title, why, url, action, at, kind."""
    if rows not in _queues:
        _queues.append(rows)


def today(actor: Actor, limit: int = 8) -> tuple[list[dict[str, Any]], int]:
    """What wants this person, most urgent first and each once, and how many more there are."""
    rows = sorted(
        (row for queue in _queues for row in queue(actor)), key=lambda row: (row["rank"], row["at"])
    )
    first: dict[Any, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row["about"], row)
    return list(first.values())[:limit], max(0, len(first) - limit)


SETTINGS_GROUPS: dict[str, Any] = {
    "you": _("You"),
    "workspace": _("Workspace"),
    "people": _("People and access"),
    "data": _("Data"),
    "channels": _("Channels"),
    "operations": _("Operations"),
}


@dataclass(frozen=True)
class SettingsPage:
    """A page of the settings: its group, title, what it is for in a sentence, and the permission to see it listed
    (empty: everybody). The page itself extends "settings/base.html" and checks for itself who may open it."""

    group: str
    title: Any
    text: Any
    url_name: str
    icon: str
    permission: str = ""


DEAD_LETTERS = SettingsPage(
    group="operations",
    title=_("Dead letters"),
    text=_("What could not be worked off, with the reason: replay it, edit it, or set it aside."),
    url_name="crm:dead_letters",
    icon="mail-x",
    permission="deadletters.view",
)

_settings: list[SettingsPage] = []
MOST_PALETTES = 200  # kinds of people whose palette is remembered


def add_settings_page(page: SettingsPage) -> None:
    """Hang a page into the settings' list."""
    if page.group not in SETTINGS_GROUPS:
        raise ValueError(f"there is no group of settings called {page.group}")
    if page not in _settings:
        _settings.append(page)


def settings_groups(actor: Actor) -> list[dict[str, Any]]:
    """The settings this actor may open, by group, in the order they were hung; empty groups are left out."""
    groups = []
    for key, label in SETTINGS_GROUPS.items():
        pages = [p for p in _settings if p.group == key and (not p.permission or actor.may(p.permission))]
        if pages:
            groups.append({"label": label, "pages": [_listed(p) for p in pages]})
    return groups


def _listed(page: SettingsPage) -> dict[str, Any]:
    return {"title": page.title, "text": page.text, "icon": page.icon, "url": reverse(page.url_name)}


YOU = SettingsPage(
    "you", _("You"), _("Your name, password, second factor and signed-in browsers."), "crm:you", "user-round"
)
YOUR_TEAM = SettingsPage(
    "people",
    _("Your team"),
    _("Members, their roles, and who is invited."),
    "crm:team",
    "users-round",
    "members.manage",
)
FIELDS = SettingsPage(
    "data",
    _("Fields and tags"),
    _("What else you keep about contacts and leads, and the colours of tags."),
    "crm:fields",
    "table-properties",
    "settings.manage",
)
YOUR_ALERTS = SettingsPage(
    "you",
    _("Alerts"),
    _("What you are told in the app and by mail, at once or once a day, and your quiet hours."),
    "crm:alert_choices",
    "bell",
)
API_KEYS = SettingsPage(
    "people",
    _("API keys"),
    _("What programs may do, in whose name and until when."),
    "crm:keys",
    "key-round",
    "members.manage",
)

STYLE_GUIDE = SettingsPage(
    "operations",
    _("Style guide"),
    _("Every component in every state, by day and by night."),
    "crm:styleguide",
    "sparkles",
    "settings.manage",
)


def house_acts() -> list[dict[str, Any]]:
    """What the palette offers on every page, without asking anybody: where to go, and one's own switches."""
    places = [
        Act(gettext("Go to Today"), "sun-medium", href=reverse("crm:home")),
        Act(gettext("Go to the inbox"), "message-circle", href="/inbox/"),
        Act(gettext("Go to leads"), "flame", href="/leads/"),
        Act(gettext("Go to settings"), "settings", href=reverse("crm:settings")),
        Act(gettext("Light theme"), "sun-medium", presses="[data-preferences-value-param=light]"),
        Act(gettext("Dark theme"), "moon", presses="[data-preferences-value-param=dark]"),
        Act(gettext("Theme of the system"), "monitor", presses="[data-preferences-value-param=system]"),
        Act(gettext("Fold or unfold the navigation"), "panel-left", presses=".rail-fold", shortcut="["),
        Act(gettext("Keyboard shortcuts"), "keyboard", presses="[data-testid=open-help]", shortcut="?"),
        Act(gettext("Sign out"), "log-out", presses="[data-testid=sign-out]"),
    ]
    return [act.as_plain() for act in places]


_palettes: dict[Any, SafeString] = {}


def palette(actor: Actor) -> SafeString:
    """The palette as HTML: the same for all who may do the same, so it is made once for them, in each language."""
    key = (get_language(), actor.permissions, len(_settings))
    found = None if settings.DEBUG else _palettes.get(key)
    if found is None:
        found = render_to_string("components/palette.html", {"palette_acts": palette_acts(actor)})
        if len(_palettes) >= MOST_PALETTES:
            _palettes.clear()
        _palettes[key] = found
    return found


def palette_acts(actor: Actor) -> dict[str, Any]:
    """What it offers on every page, and the settings' pages this actor may open."""
    pages = [page for group in settings_groups(actor) for page in group["pages"]]
    settings_acts = [
        {"label": page["title"], "icon": page["icon"], "href": page["url"], "hint": page["text"]}
        for page in pages
    ]
    return {"house": house_acts(), "settings": settings_acts}


def _here(request: HttpRequest) -> str:
    """The place of the rail a page belongs to: the settings by address, others by their floor."""
    if request.path.startswith(("/settings/", "/styleguide/")):
        return "settings"
    return request.resolver_match.namespace if request.resolver_match else ""


def _demo_sign_ins(request: HttpRequest) -> list[dict[str, str]]:
    """Who a visitor may be on the landing and sign-in pages of a demo."""
    if not settings.DEMO or request.path not in {"/", reverse("account_login")}:
        return []
    people = selectors.demo_people()
    return [{"email": m.user.email, "password": "demo", "role": m.role.name} for m in people]


def page_context(request: HttpRequest) -> dict[str, Any]:
    """For every page: the workspace, and the numbers of the rail. Nothing for fragments and strangers."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"workspace": None, "actor": None, "demo_sign_ins": _demo_sign_ins(request)}
    workspace = request.workspace  # type: ignore[attr-defined]
    if getattr(request, "htmx", False):
        return {
            "workspace": workspace,
            "actor": actor,
            "settings_groups": partial(settings_groups, actor),
        }
    return {
        "workspace": workspace,
        "actor": actor,
        "workspaces": partial(selectors.workspaces_of, request.user),  # type: ignore[arg-type]
        "here": _here(request),
        "settings_groups": partial(settings_groups, actor),
        "palette": partial(palette, actor),
        **_numbers(actor),
    }
