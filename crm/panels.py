"""Shelves of the pages: cards that upper floors hang on lower floors' pages, and what every page shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
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

from crm import selectors
from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.counting import HowMany
from crm.core.palette import Act
from crm.core.settings_pages import how_many_pages, settings_groups, single_settings
from crm.decisions import Day, arrange
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


_samples: dict[str, Callable[[], SafeString]] = {}


def add_samples(name: str, paint: Callable[[], SafeString]) -> None:
    """An upper floor shows on the style guide what it paints itself ("inbox rows")."""
    _samples[name] = paint


def samples(name: str) -> SafeString:
    """What was hung under a name; nothing while no floor has."""
    return _samples[name]() if name in _samples else SafeString("")


_bot_names: list[Callable[[Any], str]] = []


def add_bot_name(name_of: Callable[[Any], str]) -> None:
    """The agents floor says what the bot of a conversation is called."""
    _bot_names[:] = [name_of]


def bot_name(conversation: Any) -> str:
    """What the bot of a conversation is called."""
    return _bot_names[0](conversation) if _bot_names else "Bot"


_bots: list[Callable[[Actor], list[dict[str, Any]]]] = []


def add_bots(rows: Callable[[Actor], list[dict[str, Any]]]) -> None:
    """The agents floor says which bots work here: dicts of name, does, is_on, url, switch_url."""
    _bots[:] = [rows]


def bots(actor: Actor) -> list[dict[str, Any]]:
    """The bots of the workspace, for the list of who works here."""
    return [row for rows in _bots for row in rows(actor)]


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
    """Rows for Today: dicts of rank (lower is sooner), about (a contact's id), kind, title, why, url, action, at,
    urgency ("late", "soon"); `later` (a day or a time) puts a row under later this week instead."""
    if rows not in _queues:
        _queues.append(rows)


def today(actor: Actor, zone: tzinfo) -> Day:
    """What wants this person, most urgent first and each once; what more there is, and what comes this week."""
    return arrange((row for queue in _queues for row in queue(actor)), zone)


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


MOST_PALETTES = 200  # kinds of people whose palette is remembered
_palettes: dict[Any, SafeString] = {}


def palette(actor: Actor) -> SafeString:
    """The palette as HTML: the same for all who may do the same, so it is made once for them, in each language."""
    key = (get_language(), actor.permissions, how_many_pages())
    found = None if settings.DEBUG else _palettes.get(key)
    if found is None:
        found = render_to_string("components/palette.html", {"palette_acts": palette_acts(actor)})
        if len(_palettes) >= MOST_PALETTES:
            _palettes.clear()
        _palettes[key] = found
    return found


def palette_acts(actor: Actor) -> dict[str, Any]:
    """What it offers on every page, and every setting this actor may open."""
    pages = [page for group in settings_groups(actor) for page in group["pages"]]
    settings_acts = [
        {"label": hit["title"], "icon": hit["icon"], "href": hit["url"], "hint": hit["text"]}
        for hit in [*pages, *single_settings(actor)]
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


PUBLIC, SIGNED_IN = "base_public.html", "base.html"


def page_context(request: HttpRequest) -> dict[str, Any]:
    """For every page: the workspace, and the numbers of the rail. Nothing for fragments and strangers.

    `frame` is what a page that anybody may come to (a refusal) stands in.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"workspace": None, "actor": None, "frame": PUBLIC, "demo_sign_ins": _demo_sign_ins(request)}
    workspace = request.workspace  # type: ignore[attr-defined]
    if getattr(request, "htmx", False):
        return {
            "workspace": workspace,
            "actor": actor,
            "frame": PUBLIC,
            "settings_groups": partial(settings_groups, actor),
        }
    return {
        "workspace": workspace,
        "actor": actor,
        "frame": SIGNED_IN,
        "workspaces": partial(selectors.workspaces_of, request.user),  # type: ignore[arg-type]
        "here": _here(request),
        "settings_groups": partial(settings_groups, actor),
        "palette": partial(palette, actor),
        **_numbers(actor),
    }
