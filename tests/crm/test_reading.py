"""How people read: their language, their clock, their dates and numbers; strangers as their browser asks."""

import re
from datetime import UTC, datetime

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import get_language

from config.settings.topics.intl import LANGUAGES
from crm.core.reading import FORMATS, as_read_by
from crm.models import User
from tests.crm.people import PASSWORD

LATE = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def profile(**fields):
    """What the form on the page sends."""
    return {"name": "Sari", "phone": "", "language": "", "time_zone": "", "formats": "", **fields}


def test_one_chooses_how_to_read(house):
    browser, chosen = house.browser("rep"), {"language": "es", "time_zone": "America/Lima", "formats": "us"}

    browser.post("/settings/you/", profile(**chosen))

    user = house.user("rep")
    assert {name: getattr(user, name) for name in chosen} == chosen
    page = browser.get("/settings/you/")
    assert '<html lang="es-us"' in page.content.decode()
    assert page.headers["Content-Language"] == "es-us"


@pytest.mark.parametrize("wrong", [{"language": "tlh"}, {"time_zone": "Mars/Base"}, {"formats": "zz"}])
def test_what_there_is_not_is_refused_by_name(house, wrong):
    page = house.browser("rep").post("/settings/you/", profile(**wrong))

    assert list(page.context["form"].errors) == list(wrong)
    assert User.objects.filter(language="", time_zone="", formats="").count() == User.objects.count()


def test_who_chose_nothing_reads_as_the_browser_asks(house):
    answer = house.browser("rep").get(
        "/settings/you/", headers={"Accept-Language": "id-ID,id;q=0.9,en;q=0.5"}
    )

    assert '<html lang="id"' in answer.content.decode()


def test_a_choice_goes_before_the_browser(house):
    User.objects.update(language="en")

    answer = house.browser("rep").get("/settings/you/", headers={"Accept-Language": "id"})

    assert '<html lang="en"' in answer.content.decode()


def test_the_sign_in_page_follows_the_browser(db):
    said = {
        asked: Client()
        .get("/accounts/login/", headers={"Accept-Language": asked})
        .headers["Content-Language"]
        for asked in ("es-MX", "id", "fr")
    }

    assert said == {"es-MX": "es", "id": "id", "fr": "en"}


def test_the_clock_is_ones_own_else_the_workspaces(house):
    """Six in the evening in London is the next day in Jakarta, and not in Lima."""
    house.workspace.time_zone = "Asia/Jakarta"
    house.workspace.save()
    User.objects.filter(pk=house.user("viewer").pk).update(time_zone="America/Lima")
    said = {}

    for name in ("rep", "viewer"):
        browser = Client()
        browser.post("/accounts/login/", {"login": f"{name}@warung.test", "password": PASSWORD})
        UserSession.objects.update(created_at=datetime(2026, 11, 21, 18, tzinfo=UTC))
        page = browser.get("/settings/you/").content.decode()
        said[name] = re.findall(r"signed in (\d+ Nov 2026)", page)

    assert said == {"rep": ["22 Nov 2026"], "viewer": ["21 Nov 2026"]}


@pytest.mark.parametrize(
    ("language", "formats", "said"),
    [
        ("en", "", ("21 Nov", "21:05", "1,284.5")),
        ("en", "us", ("Nov 21", "9:05 PM", "1,284.5")),
        ("es", "", ("21 nov", "21:05", "1.284,5")),
        ("es", "gb", ("21 nov", "21:05", "1,284.5")),
        ("id", "", ("21 Nov", "21.05", "1.284,5")),
        ("id", "es", ("21 Nov", "21:05", "1.284,5")),
    ],
)
def test_dates_and_numbers(language, formats, said):
    with as_read_by(language, formats, "Asia/Jakarta"):
        here = timezone.localtime(LATE)
        shown = (
            date_format(here, "MONTH_DAY_FORMAT"),
            date_format(here, "TIME_FORMAT"),
            number_format(1284.5, use_l10n=True, force_grouping=True),
        )

    assert shown == said


def test_every_language_has_every_format():
    """A language without its module would fall back on one that knows nothing of browsers' own date fields."""
    for language, _name in LANGUAGES:
        for formats in ["", *(key for key, _label in FORMATS)]:
            with as_read_by(language, formats, ""):
                module = f"{language}-{formats}".rstrip("-")
                assert get_language() == module
                assert get_format("DATE_INPUT_FORMATS") == ["%Y-%m-%d"]
                assert date_format(LATE, "MONTH_DAY_FORMAT") in {"21 Nov", "21 nov", "Nov 21"}


def test_afterwards_all_is_as_before():
    before = (get_language(), timezone.get_current_timezone_name())

    with as_read_by("id", "us", "Asia/Jakarta"):
        assert timezone.get_current_timezone_name() == "Asia/Jakarta"

    assert (get_language(), timezone.get_current_timezone_name()) == before


def test_a_zone_that_is_no_more_is_utc():
    with as_read_by("en", "", "Mars/Base"):
        assert timezone.get_current_timezone_name() == "UTC"
