"""The settings: one list that every floor hangs its pages on."""

import pytest

from crm.core import settings_pages
from crm.core.settings_pages import SettingsPage

OURS = SettingsPage("channels", "Our channels", "Ways in and out.", "crm:home", "radio-tower")
KEYS = SettingsPage("people", "Our keys", "Who may come in.", "crm:alerts", "key-round", "members.manage")


@pytest.fixture
def _two_pages(monkeypatch):
    monkeypatch.setattr(settings_pages, "_pages", [])
    settings_pages.add_settings_page(OURS)
    settings_pages.add_settings_page(KEYS)


@pytest.mark.usefixtures("_two_pages")
def test_the_front_page_lists_what_one_may_open_by_group(house):
    admins, reps = (settings_pages.settings_groups(house.actor(name)) for name in ("admin", "rep"))

    assert [(str(g["label"]), [p["title"] for p in g["pages"]]) for g in admins] == [
        ("People and access", ["Our keys"]),
        ("Channels", ["Our channels"]),
    ]
    assert [(str(g["label"]), [p["url"] for p in g["pages"]]) for g in reps] == [("Channels", ["/"])]


@pytest.mark.usefixtures("_two_pages")
def test_the_page_says_what_each_is_for_and_marks_its_place_in_the_rail(house):
    html = house.browser("rep").get("/settings/").content.decode()

    assert "Ways in and out." in html
    assert "Our keys" not in html
    assert '<a class="nav-item" href="/settings/" aria-current="page"' in html


def test_a_role_that_opens_nothing_is_told_so(house, monkeypatch):
    monkeypatch.setattr(settings_pages, "_pages", [KEYS])

    html = house.browser("viewer").get("/settings/").content.decode()

    assert "Your role opens none of the settings." in html


def test_a_page_is_hung_once_and_only_into_a_group_there_is(monkeypatch):
    monkeypatch.setattr(settings_pages, "_pages", [])

    settings_pages.add_settings_page(OURS)
    settings_pages.add_settings_page(OURS)
    with pytest.raises(ValueError, match="no group of settings called cellar"):
        settings_pages.add_settings_page(SettingsPage("cellar", "x", "x", "crm:home", "tag"))

    assert settings_pages._pages == [OURS]


def test_a_part_fetched_by_another_window_does_not_use_up_the_note(admin, channel, nudges):
    """The note of a button is for the page that comes next, not for whoever asks for a part of a page meanwhile."""
    admin.page.post(f"/settings/channels/{channel.pk}/pause/")

    part = admin.page.get("/settings/channels/", headers={"HX-Request": "true"}).content.decode()
    page = admin.page.get("/settings/channels/").content.decode()

    assert "is paused. What is queued waits." not in part
    assert "is paused. What is queued waits." in page


def test_a_stranger_signs_in_first(browser):
    assert browser.get("/settings/").headers["Location"] == "/accounts/login/?next=/settings/"


WORKSPACE = SettingsPage(
    "workspace",
    "The house",
    "Its name.",
    "crm:home",
    "settings",
    settings=(("id_name", "Name of the house"),),
)


@pytest.fixture
def _three_pages(monkeypatch):
    monkeypatch.setattr(settings_pages, "_pages", [OURS, KEYS, WORKSPACE])


@pytest.mark.usefixtures("_three_pages")
def test_one_search_leads_to_a_single_setting_and_only_to_those_one_may_open(house):
    admin, rep = house.actor("admin"), house.actor("rep")

    assert settings_pages.find_settings(rep, "NAME hous") == [
        {"title": "Name of the house", "text": "The house", "icon": "settings", "url": "/#id_name"},
        {"title": "The house", "text": "Its name.", "icon": "settings", "url": "/"},
    ]
    assert [hit["title"] for hit in settings_pages.find_settings(admin, "keys")] == ["Our keys"]
    assert settings_pages.find_settings(rep, "keys") == []
    assert settings_pages.find_settings(rep, "  ") == []


@pytest.mark.usefixtures("_three_pages")
def test_the_search_answers_with_the_part_or_with_the_page_where_scripts_are_off(house):
    browser = house.browser("rep")

    part = browser.get("/settings/", {"q": "house"}, headers={"HX-Request": "true"}).content.decode()
    page = browser.get("/settings/", {"q": "house"}).content.decode()
    none = browser.get("/settings/", {"q": "cellar"}).content.decode()

    assert 'href="/#id_name"' in part
    assert "<html" not in part
    assert 'href="/#id_name"' in page
    assert "No setting of yours says “cellar”." in none


def test_every_single_setting_has_its_place_on_its_page(admin, channel, system, nudges):
    """A search that leads nowhere is worse than none."""
    found = settings_pages.single_settings(admin.actor())

    lost = []
    for hit in found:
        path, _sep, place = hit["url"].partition("#")
        if f'id="{place}"' not in admin.page.get(path).content.decode():
            lost.append(hit["url"])

    assert lost == []
    assert len(found) >= 10
