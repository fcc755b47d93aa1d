"""/api/v1/leads/: shapes, filters, order, writes, refusals."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from crm import services as crm_services
from crm.core.errors import NotAllowedError
from crm.models import Team
from leads import services
from leads.models import Lead, LeadMerge, LeadSlot
from tests.factories.leads import (
    ALL_FIVE,
    add_member,
    api_key,
    fact,
    make_contact,
    make_conversation,
    make_lead,
    make_message,
)

URL = "/api/v1/leads/"


def client(cast, role: str = "rep") -> APIClient:
    return APIClient(headers={"Authorization": f"Bearer {api_key(cast, role)}"})


def listed(cast, role: str = "admin", **params: Any) -> list[str]:
    answer = client(cast, role).get(URL, params)
    assert answer.status_code == 200, answer.json()
    return [row["name"] for row in answer.json()["results"]]


def problem(answer, status: int, code: str) -> dict[str, list[str]]:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "code", "detail", "errors"}
    errors: dict[str, list[str]] = answer.json()["errors"]
    return errors


def test_a_lead_is_said_with_every_field(cast):
    lead = make_lead(cast, "Budi", owner="rep")
    message_id = make_message(make_conversation(cast, lead.contact), "I have 5 juta").pk
    services.record_slots(
        actor=cast.agent,
        lead_id=lead.pk,
        slots=[
            fact(
                "budget",
                "5 juta",
                normalised={"amount": "5000000", "currency": "IDR"},
                message_id=str(message_id),
            )
        ],
    )
    lead.refresh_from_db()

    answer = client(cast).get(f"{URL}{lead.pk}/")

    assert answer.json() == {
        "id": str(lead.pk),
        "contact": str(lead.contact_id),
        "name": "Budi",
        "status": "working",
        "score": 15,
        "temperature": "cold",
        "score_reasons": [{"rule": "Budget known", "points": 15, "because": "Told us the budget: 5 juta"}],
        "slots": {
            "budget": {
                "value": "5 juta",
                "normalised": {"amount": "5000000", "currency": "IDR"},
                "confidence": 0.9,
                "message": str(message_id),
                "quote": "5 juta",
                "confirmed": False,
            }
        },
        "owner": str(cast.user("rep").pk),
        "qualified_at": None,
        "handed_over_at": None,
        "closed_at": None,
        "disqualified_because": "",
        "source": "whatsapp",
        "business_type": "",
        "custom": {},
        "tags": [],
        "next_step": "",
        "next_step_on": None,
        "conversation": None,
        "created_at": _said(lead.created_at),
        "last_activity_at": _said(lead.last_activity_at),
        "last_message_at": None,
        "last_message_text": "",
        "last_message_direction": "",
        "version": lead.version,
    }
    assert answer.headers["ETag"] == f'"{lead.version}"'


def _said(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def test_a_list_has_results_next_and_previous_and_its_pages_hold_every_lead_once(cast):
    for name in "abcde":
        make_lead(cast, name)
    api = client(cast)

    first = api.get(URL, {"page_size": "2", "ordering": "name"}).json()
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    back = api.get(third["previous"]).json()

    names = [[row["name"] for row in page["results"]] for page in (first, second, third, back)]
    assert names == [["a", "b"], ["c", "d"], ["e"], ["c", "d"]]
    assert (first["previous"], third["next"]) == (None, None)
    assert set(first) == {"results", "next", "previous"}


def test_newest_come_first_unless_ordered_otherwise(cast):
    make_lead(cast, "old", score=10)
    make_lead(cast, "mid", score=10)
    make_lead(cast, "new", score=5)

    assert listed(cast) == ["new", "mid", "old"]
    assert listed(cast, ordering="-score,name") == ["mid", "old", "new"]


def test_filters_are_named_like_the_fields(cast):
    lead = make_lead(cast, "a", owner="rep", score=80, temperature="hot", tags=["vip"])
    make_lead(cast, "b", source="sms", score=50, temperature="warm", status="working")
    make_lead(cast, "c", created_at=datetime(2020, 1, 1, tzinfo=UTC), status="disqualified")

    assert listed(cast, status=["new", "working"]) == ["b", "a"]
    assert listed(cast, status="new,disqualified") == ["a", "c"]
    assert listed(cast, temperature="hot") == ["a"]
    assert listed(cast, owner=str(cast.user("rep").pk)) == ["a"]
    assert listed(cast, owner="none") == ["b", "c"]
    assert listed(cast, source="sms") == ["b"]
    assert listed(cast, tag="vip") == ["a"]
    assert listed(cast, contact=str(lead.contact_id)) == ["a"]
    assert listed(cast, score__gte=50, score__lte=79) == ["b"]
    assert listed(cast, created_at__lt="2021-01-01T00:00:00Z") == ["c"]
    assert listed(cast, search="B") == ["b"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"status": "nonsense"}, "status"),
        ({"temperature": "hot,boiling"}, "temperature"),
        ({"temperature": "100 %, %(x)s"}, "temperature"),
        ({"owner": "somebody"}, "owner"),
        ({"contact": "1"}, "contact"),
        ({"score__gte": "many"}, "score__gte"),
        ({"created_at__gte": "yesterday"}, "created_at__gte"),
        ({"ordering": "shoe_size"}, "ordering"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"page_size": "1000"}, "page_size"),
        ({"page_size": "0"}, "page_size"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_by_name(cast, params, field):
    assert list(problem(client(cast).get(URL, params), 400, "invalid")) == [field]


def place(*values, last: Any = "00000000-0000-4000-8000-000000000000") -> str:
    """A cursor with any place in it."""
    return base64.urlsafe_b64encode(json.dumps([*values, last]).encode()).decode()


def asked(**condition) -> str:
    return json.dumps({"all": [condition]})


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"page_size": "1" * 5000}, "page_size"),
        ({"page_size": "0000000019999"}, "page_size"),
        ({"cursor": base64.urlsafe_b64encode(b"[" * 20000).decode()}, "cursor"),
        ({"ordering": "name", "cursor": place(["name"], False, "a\0")}, "cursor"),
        ({"ordering": "name", "cursor": place(["name"], False, "\ud800")}, "cursor"),
        ({"ordering": "score", "cursor": place(["score"], False, float("inf"))}, "cursor"),
        ({"ordering": "created_at", "cursor": place(["created_at"], False, "2026-01-01T00:00:00")}, "cursor"),
        ({"ordering": "name", "cursor": place(["name"], False, "a", last=5)}, "cursor"),
        ({"filter": asked(field="name", op="is", value="\ud800")}, "filter"),
        ({"filter": asked(field="\ud800", op="is", value="a")}, "filter"),
        ({"filter": asked(field="status", op="any_of", value=["\ud800"])}, "filter"),
        ({"filter": asked(field="score", op="at_least", value=float("nan"))}, "filter"),
    ],
)
def test_what_nobody_types_is_refused_by_name_too(cast, params, field):
    make_lead(cast)

    assert list(problem(client(cast).get(URL, params), 400, "invalid")) == [field]


def test_a_blank_bound_of_ones_own_field_asks_for_nothing(cast):
    crm_services.add_custom_field(actor=cast.actor("admin"), of="lead", label="Seats", kind="number")
    make_lead(cast, "Budi")

    assert listed(cast, **{"custom.seats__gte": " "}) == ["Budi"]


def test_without_a_key_nothing_is_said(cast):
    make_lead(cast)

    for answer in (APIClient().get(URL), APIClient(headers={"Authorization": "Bearer crm_wrong"}).get(URL)):
        assert answer.status_code == 401


def test_a_page_of_fifty_costs_four_queries_like_a_page_of_one(cast, django_assert_num_queries):
    api = client(cast, "admin")
    make_lead(cast)
    api.get(URL)
    with django_assert_num_queries(3):  # the key, the leads, their slots
        api.get(URL)

    for _ in range(12):
        lead = make_lead(cast)
        services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=ALL_FIVE[1:])
    with django_assert_num_queries(3):
        assert len(api.get(URL).json()["results"]) == 13


def test_a_lead_is_added_for_a_contact_that_exists(cast):
    contact = make_contact(cast, "Budi")

    answer = client(cast).post(URL, {"contact": str(contact.pk), "source": "fair", "tags": ["vip"]})

    assert answer.status_code == 201
    assert (answer.json()["contact"], answer.json()["source"], answer.json()["tags"]) == (
        str(contact.pk),
        "fair",
        ["vip"],
    )
    created = Lead.objects.get().history.first()
    assert (created.actor_kind, created.actor_label, created.via) == ("api_client", "Rep (tests)", "api")


def test_a_lead_is_added_with_identities_and_slots(cast):
    answer = client(cast).post(
        URL,
        {
            "name": "Camila",
            "identities": [{"kind": "phone", "value": "+57 301 000 0001"}],
            "slots": {"need": {"value": "a website"}, "budget": {"value": "$ 5000", "normalised": {
                "amount": "5000", "currency": "USD"}}},
        },
    )  # fmt: skip

    body = answer.json()
    assert answer.status_code == 201
    assert (body["name"], body["source"], body["status"]) == ("Camila", "api", "working")
    assert (body["slots"]["need"]["value"], body["slots"]["need"]["confirmed"]) == ("a website", False)
    assert body["score"] == 50
    assert listed(cast, search="573010000001") == ["Camila"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "contact"),
        ({"contact": "1"}, "contact"),
        ({"contact": str(uuid4()), "score": 100}, "score"),
        ({"identities": [{"kind": "pigeon", "value": "x"}]}, "identities"),
    ],
)
def test_a_lead_that_cannot_be_added_is_refused_by_field(cast, body, field):
    assert list(problem(client(cast).post(URL, body), 400, "invalid")) == [field]
    assert Lead.objects.count() == 0


def test_a_second_open_lead_of_a_contact_is_refused(cast):
    lead = make_lead(cast)

    answer = client(cast).post(URL, {"contact": str(lead.contact_id)})

    assert list(problem(answer, 409, "another_lead_open")) == ["contact"]
    assert Lead.objects.count() == 1


def test_an_unknown_slot_is_refused_and_nothing_is_added(cast):
    contact = make_contact(cast)

    answer = client(cast).post(URL, {"contact": str(contact.pk), "slots": {"shoe_size": {"value": "44"}}})

    assert list(problem(answer, 400, "slot_unknown")) == ["slots.shoe_size"]
    assert Lead.objects.count() == 0


def test_a_change_from_the_version_that_was_read_goes_through(cast):
    lead = make_lead(cast)

    answer = client(cast).patch(
        f"{URL}{lead.pk}/",
        {"next_step": "Call", "next_step_on": "2026-12-01"},
        headers={"If-Match": f'"{lead.version}"'},
    )

    assert (answer.status_code, answer.json()["version"]) == (200, lead.version + 1)
    assert (answer.json()["next_step"], answer.json()["next_step_on"]) == ("Call", "2026-12-01")


def test_a_change_from_an_older_version_is_refused(cast):
    lead = make_lead(cast)
    services.change_lead(actor=cast.system, lead_id=lead.pk, changes={"next_step": "Wait"})

    answer = client(cast).patch(
        f"{URL}{lead.pk}/", {"next_step": "Call"}, headers={"If-Match": f'"{lead.version}"'}
    )

    problem(answer, 412, "version_conflict")
    assert Lead.objects.get().next_step == "Wait"


@pytest.mark.parametrize(
    "body", [{"status": "qualified"}, {"score": 100}, {"owner": None}, {"next_step_on": "soon"}]
)
def test_what_cannot_be_changed_here_is_refused_by_field(cast, body):
    lead = make_lead(cast)

    errors = problem(client(cast).patch(f"{URL}{lead.pk}/", {"next_step": "Call", **body}), 400, "invalid")

    assert list(errors) == list(body)
    assert Lead.objects.get().version == lead.version


def act(cast, lead, name: str, body: dict | None = None, role: str = "rep"):
    return client(cast, role).post(f"{URL}{lead.pk}/{name}/", body or {})


def test_a_lead_is_qualified_once(cast):
    lead = make_lead(cast)

    assert act(cast, lead, "qualify").json()["status"] == "qualified"
    problem(act(cast, lead, "qualify"), 409, "lead_already_qualified")


def test_a_lead_is_disqualified_with_a_reason_and_reopened(cast):
    lead = make_lead(cast)

    assert list(problem(act(cast, lead, "disqualify"), 400, "invalid")) == ["reason"]
    closed = act(cast, lead, "disqualify", {"reason": "no budget"}).json()
    assert (closed["status"], closed["disqualified_because"]) == ("disqualified", "no budget")
    problem(act(cast, lead, "qualify"), 409, "lead_closed")

    assert act(cast, lead, "reopen").json()["status"] == "working"
    problem(act(cast, lead, "reopen"), 409, "lead_not_closed")


def test_a_lead_is_assigned_by_those_who_may(cast):
    lead, rep = make_lead(cast), str(cast.user("rep").pk)

    problem(act(cast, lead, "assign", {"user": str(cast.user("manager").pk)}), 403, "not_allowed")
    assert act(cast, lead, "assign", {"user": rep}, "manager").json()["owner"] == rep
    assert act(cast, lead, "assign", {"user": None}, "manager").json()["owner"] is None
    problem(act(cast, lead, "assign", {"user": str(uuid4())}, "manager"), 404, "not_found")


def test_a_lead_is_handed_over_to_whoever_waited_longest(cast):
    handed = act(cast, make_lead(cast), "hand_over").json()

    assert handed["owner"] == str(cast.user("rep").pk)
    assert handed["handed_over_at"] is not None


@pytest.fixture
def teammates(cast):
    """A second rep, in one team with the first: they see each other's leads."""
    team = Team.objects.create(workspace=cast.workspace, name="Sales")
    cast.members["teammate"] = add_member(cast, "rep", "Ani")
    for member in (cast.members["rep"], cast.members["teammate"]):
        member.teams.add(team)
    return cast


def test_nobody_takes_a_colleagues_lead_by_handing_it_over(teammates):
    # given a lead of a teammate
    cast = teammates
    lead = make_lead(cast, owner="teammate")
    rep = str(cast.user("rep").pk)

    # then naming who gets it is for those who may give leads to others
    problem(act(cast, lead, "hand_over", {"user": rep}), 403, "not_allowed")
    lead.refresh_from_db()
    assert (lead.owner_id, lead.handed_over_at) == (cast.user("teammate").pk, None)
    assert act(cast, lead, "hand_over", {"user": rep}, "manager").json()["owner"] == rep

    # but one that nobody has may be taken
    assert act(cast, make_lead(cast), "hand_over", {"user": rep}).json()["owner"] == rep


def test_nobody_takes_a_colleagues_lead_by_merging(teammates):
    # given a lead of a teammate, and one's own that may be the same
    cast = teammates
    theirs, mine = make_lead(cast, "Budi", owner="teammate"), make_lead(cast, "Budi", owner="rep")
    free = make_lead(cast, "Budi")

    # then a merge leaves whose it is, unless somebody chooses who may give leads to others
    for winner, loser, choice in ((theirs, mine, "loser"), (theirs, free, "loser"), (free, theirs, "winner")):
        with pytest.raises(NotAllowedError):
            services.merge_leads(
                actor=cast.actor("rep"), winner_id=winner.pk, loser_id=loser.pk, choices={"owner": choice}
            )
    assert LeadMerge.objects.count() == 0
    for actor, winner, loser, choice in (("rep", mine, free, "winner"), ("manager", theirs, mine, "loser")):
        services.merge_leads(
            actor=cast.actor(actor), winner_id=winner.pk, loser_id=loser.pk, choices={"owner": choice}
        )
    theirs.refresh_from_db()
    assert theirs.owner_id == cast.user("rep").pk


def test_the_page_of_a_merge_offers_the_choice_of_the_owner_to_whoever_has_it(teammates):
    cast = teammates
    theirs, mine = make_lead(cast, "Budi", owner="teammate"), make_lead(cast, "Budi", owner="rep")

    for role, is_offered in (("rep", False), ("manager", True)):
        page = Client()
        page.force_login(cast.user(role))
        html = page.get(reverse("leads:merge", args=[theirs.pk, mine.pk])).content.decode()
        [row] = re.findall(r'<tr data-testid="difference-owner">.*?</tr>', html, re.DOTALL)
        assert ("disabled" not in row) == is_offered


def test_slots_are_written_and_unknown_ones_refused(cast):
    lead = make_lead(cast)

    answer = act(cast, lead, "slots", {"need": {"value": "a website", "confidence": 0.8}})
    assert answer.json()["slots"]["need"]["confidence"] == 0.8

    assert list(problem(act(cast, lead, "slots", {"x": {"value": "y"}}), 400, "slot_unknown")) == ["slots.x"]
    assert [row.key for row in LeadSlot.objects.all()] == ["need"]


def test_null_characters_in_a_slot_are_refused_and_nothing_changes(cast):
    lead = make_lead(cast)

    answer = act(cast, lead, "slots", {"need": {"value": "a", "normalised": {"x\x00": ["y\x00"]}}})

    assert answer.status_code == 400
    assert "NUL" in answer.content.decode()
    assert "need" not in client(cast).get(f"{URL}{lead.pk}/").json()["slots"]


def test_history_says_who_what_when_and_from_where(cast):
    lead = make_lead(cast)
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("need", "a website")])
    act(cast, lead, "slots", {"need": {"value": "a shop"}})

    rows = client(cast).get(f"{URL}{lead.pk}/history/").json()["results"]

    newest = rows[0]
    assert set(newest) == {"id", "what", "who", "when", "from_where", "changes"}
    slots = [row for row in rows if row["changes"] and row["changes"][0]["field"] == "slots.need"]
    assert [(r["what"], r["who"]["kind"], r["from_where"], r["changes"]) for r in slots] == [
        ("changed", "api_client", "api", [{"field": "slots.need", "old": "a website", "new": "a shop"}]),
        ("created", "agent", "task", [{"field": "slots.need", "old": None, "new": "a website"}]),
    ]
    assert (rows[-1]["what"], rows[-1]["who"]["label"], rows[-1]["changes"]) == ("created", "System", [])


ACTIONS: dict[str, dict[str, Any]] = {
    "qualify": {}, "disqualify": {"reason": "x"}, "reopen": {}, "assign": {"user": None}, "hand_over": {},
    "slots": {"need": {"value": "x"}},
}  # fmt: skip


@pytest.mark.parametrize("name", ACTIONS)
def test_a_lead_of_another_workspace_is_not_found_by_any_action(cast, strangers, name):
    lead = make_lead(strangers)

    problem(act(cast, lead, name, ACTIONS[name], "admin"), 404, "not_found")

    assert Lead.objects.get().version == lead.version


def test_a_lead_of_another_workspace_is_neither_read_nor_changed_nor_listed(cast, strangers):
    lead = make_lead(strangers)
    api = client(cast, "admin")

    problem(api.get(f"{URL}{lead.pk}/"), 404, "not_found")
    problem(api.get(f"{URL}{lead.pk}/history/"), 404, "not_found")
    problem(api.patch(f"{URL}{lead.pk}/", {"next_step": "x"}), 404, "not_found")
    problem(api.post(URL, {"contact": str(lead.contact_id)}), 404, "not_found")
    assert listed(cast) == []


@pytest.mark.parametrize("name", ACTIONS)
def test_a_viewers_key_changes_nothing(cast, name):
    lead = make_lead(cast)

    problem(act(cast, lead, name, ACTIONS[name], "viewer"), 403, "not_allowed")

    assert Lead.objects.get().version == lead.version


def test_a_viewers_key_neither_adds_nor_changes(cast):
    lead, contact = make_lead(cast), make_contact(cast)
    api = client(cast, "viewer")

    problem(api.post(URL, {"contact": str(contact.pk)}), 403, "not_allowed")
    problem(api.patch(f"{URL}{lead.pk}/", {"next_step": "x"}), 403, "not_allowed")

    assert (Lead.objects.count(), Lead.objects.get().version) == (1, lead.version)


def test_the_schema_describes_leads(cast):
    answer = client(cast).get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})

    schema = answer.json()
    listing = schema["paths"]["/api/v1/leads/"]["get"]
    names = {parameter["name"] for parameter in listing["parameters"]}
    assert {"search", "status", "owner", "ordering", "cursor", "page_size"} <= names
    assert "/api/v1/leads/{id}/history/" in schema["paths"]


def test_activity_can_be_filtered_by_time(cast):
    lead = make_lead(cast, "a")
    heard = services.Heard(lead.created_at + timedelta(days=1), "in", "hi")
    services.touch_lead(actor=cast.system, lead_id=lead.pk, news=[heard])
    make_lead(cast, "b")
    later = _said(lead.created_at + timedelta(hours=1))

    assert listed(cast, last_activity_at__gte=later) == ["a"]
    assert listed(cast, last_activity_at__lt=later) == ["b"]
