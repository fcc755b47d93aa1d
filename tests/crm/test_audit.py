"""Settings, Audit: what is asked for, in pages, each line with its record; as a file; for those who manage."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from crm import selectors, services
from crm.models import EventRecord
from crm.selectors import AuditWish, audit
from crm.views.audit import _harmless


def names(answer):
    """What the lines of a page say."""
    return [line["what"] for line in answer.context["lines"]]


@pytest.fixture
def trail(house):
    """Three things that happened: a contact, a team, the workspace's name."""
    contact = house.contact("Budi", "628111")
    services.save_team(actor=house.actor("admin"), name="Day", membership_ids=[])
    services.change_workspace(actor=house.actor("admin"), changes={"name": "Toko"})
    EventRecord.objects.exclude(
        name__in=["crm.contact_created", "crm.team_changed", "crm.workspace_changed"]
    ).delete()
    return contact


def test_every_line_says_who_and_what_and_leads_to_its_record(house, trail):
    page = house.browser("admin").get("/settings/audit/")

    lines = page.context["lines"]
    assert [(line["what"], line["who"]) for line in lines] == [
        ("Workspace changed", "Admin"), ("Team changed", "Admin"), ("Contact created", "System"),
    ]  # fmt: skip
    assert lines[2]["url"] == f"/contacts/{trail.pk}/"
    assert lines[0]["details"] == [("Fields", "name")]
    assert page.context["older"] == ""


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("who=system", ["Contact created"]),
        ("what=people", ["Team changed"]),
        ("what=settings", ["Workspace changed"]),
        ("what=crm.contact_created", ["Contact created"]),
        ("what=nonsense&who=nobody&since=soon", ["Workspace changed", "Team changed", "Contact created"]),
    ],
)
def test_the_address_says_what_is_asked(house, trail, query, shown):
    assert names(house.browser("admin").get(f"/settings/audit/?{query}")) == shown


def test_a_record_a_person_and_days_are_asked_for(house, trail):
    browser, admin = house.browser("admin"), house.members["admin"].user_id
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    today = timezone.localdate().isoformat()

    assert names(browser.get(f"/settings/audit/?record={trail.pk}")) == ["Contact created"]
    assert names(browser.get(f"/settings/audit/?record=contact:{trail.pk}")) == ["Contact created"]
    assert names(browser.get(f"/settings/audit/?record=lead:{trail.pk}")) == []
    assert names(browser.get(f"/settings/audit/?who={admin}")) == ["Workspace changed", "Team changed"]
    assert names(browser.get(f"/settings/audit/?until={yesterday}")) == []
    assert len(names(browser.get(f"/settings/audit/?since={today}&until={today}"))) == 3


def test_pages_follow_each_other_without_a_gap_also_while_more_happens(house, trail, monkeypatch):
    monkeypatch.setattr(audit, "PAGE", 2)
    browser = house.browser("admin")

    first = browser.get("/settings/audit/?who=")
    house.contact("Citra", "628112")
    second = browser.get(f"/settings/audit/{first.context['older']}")

    assert (names(first), names(second)) == (["Workspace changed", "Team changed"], ["Contact created"])
    assert second.context["older"] == ""


def test_the_file_holds_what_is_asked_and_says_when_it_is_cut(house, trail, monkeypatch):
    browser = house.browser("admin")

    def lines(query=""):
        answer = browser.get(f"/settings/audit/export/?{query}")
        return list(csv.reader(io.StringIO(answer.content.decode())))

    assert [line[4] for line in lines("who=system")] == ["event", "crm.contact_created"]
    monkeypatch.setattr(audit, "EXPORTED", 2)
    cut = lines()
    assert [line[4] for line in cut[1:3]] == ["crm.workspace_changed", "crm.team_changed"]
    assert cut[3] == ["Only the newest 2 lines are here. Narrow the days to get the others."]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_no_cell_of_the_file_is_a_formula(text):
    assert _harmless(text) == f"'{text}"
    assert _harmless("Budi") == "Budi"


@pytest.mark.parametrize("role", ["manager", "rep", "viewer"])
def test_others_may_not_look(house, trail, role):
    browser = house.browser(role)

    assert browser.get("/settings/audit/").status_code == 403
    assert browser.get("/settings/audit/export/").status_code == 403


def test_the_trail_of_another_workspace_is_not_there(house, strangers, trail):
    rows, _last = selectors.audit_page(strangers.actor("admin"), AuditWish(record=str(trail.pk)))

    assert rows == []
