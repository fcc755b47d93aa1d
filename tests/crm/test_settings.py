"""The settings: one list that every floor hangs its pages on."""

import pytest

from crm import panels
from crm.panels import SettingsPage

OURS = SettingsPage("channels", "Our channels", "Ways in and out.", "crm:home", "radio-tower")
KEYS = SettingsPage("people", "Our keys", "Who may come in.", "crm:alerts", "key-round", "members.manage")


@pytest.fixture
def _two_pages(monkeypatch):
    monkeypatch.setattr(panels, "_settings", [])
    panels.add_settings_page(OURS)
    panels.add_settings_page(KEYS)


@pytest.mark.usefixtures("_two_pages")
def test_the_front_page_lists_what_one_may_open_by_group(house):
    admins, reps = (panels.settings_groups(house.actor(name)) for name in ("admin", "rep"))

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
    monkeypatch.setattr(panels, "_settings", [KEYS])

    html = house.browser("viewer").get("/settings/").content.decode()

    assert "Your role opens none of the settings." in html


def test_a_page_is_hung_once_and_only_into_a_group_there_is(monkeypatch):
    monkeypatch.setattr(panels, "_settings", [])

    panels.add_settings_page(OURS)
    panels.add_settings_page(OURS)
    with pytest.raises(ValueError, match="no group of settings called cellar"):
        panels.add_settings_page(SettingsPage("cellar", "x", "x", "crm:home", "tag"))

    assert panels._settings == [OURS]


def test_a_part_fetched_by_another_window_does_not_use_up_the_note(admin, channel, nudges):
    """The note of a button is for the page that comes next, not for whoever asks for a part of a page meanwhile."""
    admin.page.post(f"/settings/channels/{channel.pk}/pause/")

    part = admin.page.get("/settings/channels/", headers={"HX-Request": "true"}).content.decode()
    page = admin.page.get("/settings/channels/").content.decode()

    assert "is paused. What is queued waits." not in part
    assert "is paused. What is queued waits." in page


def test_a_stranger_signs_in_first(browser):
    assert browser.get("/settings/").headers["Location"] == "/accounts/login/?next=/settings/"
