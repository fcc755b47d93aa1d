"""The shelf of the settings: every floor hangs its pages here, with the single settings that are on them."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.actors import Actor
from crm.core.texts import fold

GROUPS: dict[str, Any] = {
    "you": _("You"),
    "workspace": _("Workspace"),
    "people": _("People and access"),
    "data": _("Data"),
    "channels": _("Channels"),
    "ai": _("AI"),
    "api": _("API"),
    "audit": _("Audit"),
}


@dataclass(frozen=True)
class SettingsPage:
    """A page of the settings: its group, title, what it is for in a sentence, and the permission to see it listed
    (empty: everybody). The page itself extends "settings/base.html" and checks for itself who may open it.
    `settings` are the single settings on it, for the search: (the id of its place on the page, its name)."""

    group: str
    title: Any
    text: Any
    url_name: str
    icon: str
    permission: str = ""
    settings: tuple[tuple[str, Any], ...] = ()


_pages: list[SettingsPage] = []


def add_settings_page(page: SettingsPage) -> None:
    """Hang a page into the settings' list."""
    if page.group not in GROUPS:
        raise ValueError(f"there is no group of settings called {page.group}")
    if page not in _pages:
        _pages.append(page)


def how_many_pages() -> int:
    """What is made of the pages once is made anew when one more is hung up."""
    return len(_pages)


def _open_to(actor: Actor) -> list[SettingsPage]:
    return [page for page in _pages if not page.permission or actor.may(page.permission)]


def settings_groups(actor: Actor) -> list[dict[str, Any]]:
    """The settings this actor may open, by group, in the order they were hung; empty groups are left out."""
    pages = _open_to(actor)
    groups = [
        {"label": label, "pages": [_listed(page) for page in pages if page.group == key]}
        for key, label in GROUPS.items()
    ]
    return [group for group in groups if group["pages"]]


def _listed(page: SettingsPage) -> dict[str, Any]:
    return {"title": page.title, "text": page.text, "icon": page.icon, "url": reverse(page.url_name)}


def single_settings(actor: Actor) -> list[dict[str, Any]]:
    """Every single setting this actor may open: its name, the page it is on, and the address of its place there."""
    return [
        {"title": name, "text": page.title, "icon": page.icon, "url": f"{reverse(page.url_name)}#{place}"}
        for page in _open_to(actor)
        for place, name in page.settings
    ]


def find_settings(actor: Actor, words: str, most: int = 12) -> list[dict[str, Any]]:
    """Settings and pages in whose name, page or sentence every word is found; names that begin so come first."""
    wanted = fold(words).split()
    pages = [page for group in settings_groups(actor) for page in group["pages"]]
    found = [hit for hit in [*pages, *single_settings(actor)] if wanted and _says(hit, wanted)]
    return sorted(found, key=lambda hit: _place(hit, wanted))[:most]


def _says(hit: dict[str, Any], wanted: list[str]) -> bool:
    text = fold(f"{hit['title']} {hit['text']}")
    return all(word in text for word in wanted)


def _place(hit: dict[str, Any], wanted: list[str]) -> tuple[bool, bool]:
    """Sooner: what is called so, then what has a word that begins so."""
    title = fold(str(hit["title"]))
    return not title.startswith(wanted[0]), not all(word in title for word in wanted)
