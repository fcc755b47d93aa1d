"""Saved views and changes of many leads by the API."""

import json
from uuid import uuid4

import pytest
from celery.app.task import Task
from django.db import connection
from django.test import Client

from crm import services as crm_services
from leads import services
from leads.models import JobStep, LeadJob, SavedView
from tests.factories.leads import api_key, make_lead

HOT = {"all": [{"field": "temperature", "op": "any_of", "value": ["hot"]}]}


class Program:
    """Calls the API with the key of a role."""

    def __init__(self, cast, role="manager"):
        self.client = Client(headers={"Authorization": f"Bearer {api_key(cast, role)}"})

    def __call__(self, method, path, data=None):
        body = "" if data is None else json.dumps(data)
        return self.client.generic(method, f"/api/v1/{path}", body, content_type="application/json")


def test_a_view_is_kept_changed_in_part_removed_and_put_back(cast):
    call = Program(cast)
    crm_services.add_custom_field(actor=cast.actor("admin"), of="lead", label="Seats", kind="number")
    sent = {"name": "Hot", "filter": HOT, "sort": ["-custom.seats"], "columns": ["name", "custom.seats"]}

    made = call("POST", "saved-views/", sent)
    address = f"saved-views/{made.json()['id']}/"
    changed = call("PATCH", address, {"name": "Hottest", "group_by": "status", "is_shared": True})

    assert (made.status_code, changed.status_code) == (201, 200)
    kept = changed.json()
    assert (kept["name"], kept["filter"], kept["sort"]) == ("Hottest", HOT, ["-custom.seats"])
    assert (kept["columns"], kept["group_by"], kept["is_shared"]) == (
        ["name", "custom.seats"],
        "status",
        True,
    )
    assert (kept["owner"], kept["is_default"]) == (str(cast.user("manager").pk), False)

    assert call("DELETE", address).status_code == 204
    assert call("GET", "saved-views/").json() == {"results": []}
    assert call("POST", f"{address}restore/").status_code == 200
    assert [row["name"] for row in call("GET", "saved-views/").json()["results"]] == ["Hottest"]


def test_ones_own_views_are_ones_own_until_they_are_shared(cast, strangers):
    row = services.save_view(actor=cast.actor("rep"), name="Mine", look=services.Look(HOT))
    services.begin_with_view(actor=cast.actor("rep"), key=str(row.pk))

    def listed(among, role):
        return [
            (r["name"], r["is_default"])
            for r in Program(among, role)("GET", "saved-views/").json()["results"]
        ]

    assert listed(cast, "rep") == [("Mine", True)]
    assert (listed(cast, "manager"), listed(strangers, "admin")) == ([], [])
    assert Program(cast)("PATCH", f"saved-views/{row.pk}/", {"name": "Theirs"}).status_code == 404

    services.change_view(actor=cast.actor("rep"), view_id=row.pk, is_shared=True)
    assert (listed(cast, "manager"), listed(strangers, "admin")) == ([("Mine", False)], [])


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"filter": HOT}, "name"),
        ({"name": "Hot", "filter": {"all": [{"field": "shoe"}]}}, "filter"),
        ({"name": "Hot", "filter": "hot"}, "filter"),
        ({"name": "Hot", "sort": ["custom.shoe"]}, "sort"),
        ({"name": "Hot", "columns": ["shoe"]}, "columns"),
        ({"name": "Hot", "group_by": "shoe"}, "group_by"),
        ({"name": "Hot", "owner": str(uuid4())}, "owner"),
    ],
)
def test_a_view_that_makes_no_sense_is_refused_by_name(cast, sent, field):
    answer = Program(cast)("POST", "saved-views/", sent)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert SavedView.objects.count() == 0


def test_many_leads_are_changed_by_a_job_and_taken_back(cast, nudges, django_capture_on_commit_callbacks):
    call = Program(cast)
    hot = make_lead(cast, "a", temperature="hot")
    make_lead(cast, "b")

    with django_capture_on_commit_callbacks(execute=True):
        begun = call("POST", "lead-jobs/", {"action": "tag", "wanted": {"add": ["vip"]}, "filter": HOT})
    job = begun.json()

    assert (begun.status_code, begun.headers["Location"]) == (
        202,
        f"http://testserver/api/v1/lead-jobs/{job['id']}/",
    )
    assert (job["total"], job["done"], job["finished_at"]) == (1, 0, None)
    assert ("leads.go_on_with_job", {"job_id": job["id"]}) in nudges
    hot.refresh_from_db()
    assert hot.tags == []

    services.go_on_with_job(job_id=job["id"])
    services.go_on_with_job(job_id=call("POST", f"lead-jobs/{job['id']}/undo/").json()["id"])

    done = call("GET", f"lead-jobs/{job['id']}/").json()
    assert (done["done"], done["same"], done["refused"], done["finished_at"] is None) == (1, 0, 0, False)
    newest = call("GET", "lead-jobs/").json()["results"][0]
    assert (newest["action"], newest["undoes"], newest["done"]) == ("undo", job["id"], 1)
    hot.refresh_from_db()
    assert hot.tags == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"action": "tag", "wanted": {"add": ["vip"]}}, "leads"),
        ({"action": "tag", "wanted": {"add": ["vip"]}, "leads": [], "filter": HOT}, "leads"),
        ({"action": "tag", "wanted": {"add": ["vip"]}, "filter": {"any": 1}}, "filter"),
        ({"action": "tag", "wanted": {}, "filter": HOT}, "add"),
        ({"action": "undo", "wanted": {}, "filter": HOT}, "action"),
        ({"action": "status", "wanted": {"to": "converted"}, "filter": HOT}, "to"),
        ({"action": "tag", "wanted": {"add": ["vip"]}, "filter": None}, "filter"),
    ],
)  # fmt: skip
def test_a_job_that_makes_no_sense_is_refused_by_name(cast, sent, field):
    make_lead(cast, "a", temperature="hot")

    answer = Program(cast)("POST", "lead-jobs/", sent)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert (LeadJob.objects.count(), JobStep.objects.count()) == (0, 0)


def test_leads_and_a_filter_at_once_are_refused(cast):
    lead = make_lead(cast, "a", temperature="hot")
    sent = {"action": "tag", "wanted": {"add": ["vip"]}, "leads": [str(lead.pk)], "filter": HOT}

    answer = Program(cast)("POST", "lead-jobs/", sent)

    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"leads": ["Send either leads or a filter."]},
    )
    assert (LeadJob.objects.count(), JobStep.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_asked_when_the_job_is_there_to_be_seen(cast, monkeypatch):
    # given a program that repeats what it does not know to have arrived, and a worker that looks at once
    lead = make_lead(cast, "a")
    sent = {"action": "tag", "wanted": {"add": ["vip"]}, "leads": [str(lead.pk)]}
    seen = []
    monkeypatch.setattr(
        Task, "apply_async", lambda task, **_: seen.append((task.name, connection.in_atomic_block))
    )
    call = Program(cast)
    call.client.defaults["HTTP_IDEMPOTENCY_KEY"] = "once"

    # when it asks twice, then a worker is asked once, after the commit
    made = call("POST", "lead-jobs/", sent)
    assert (made.status_code, call("POST", "lead-jobs/", sent).json()) == (202, made.json())
    assert [one for one in seen if "job" in one[0]] == [("leads.go_on_with_job", False)]


def test_a_job_takes_no_lead_that_the_caller_does_not_see(cast, strangers):
    theirs = make_lead(strangers, "theirs")

    answer = Program(cast)(
        "POST", "lead-jobs/", {"action": "tag", "wanted": {"add": ["vip"]}, "leads": [str(theirs.pk)]}
    )

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["leads"])
    theirs.refresh_from_db()
    assert (theirs.tags, LeadJob.objects.count()) == ([], 0)


def test_a_viewer_asks_for_nothing_and_a_rep_sees_their_own_jobs_only(cast, nudges):
    lead = make_lead(cast, "a", owner="rep")
    sent = {"action": "tag", "wanted": {"add": ["vip"]}, "leads": [str(lead.pk)]}

    assert Program(cast, "viewer")("POST", "lead-jobs/", sent).status_code == 403
    assert LeadJob.objects.count() == 0

    job = Program(cast, "manager")("POST", "lead-jobs/", sent).json()
    rep = Program(cast, "rep")
    assert rep("GET", "lead-jobs/").json()["results"] == []
    assert rep("GET", f"lead-jobs/{job['id']}/").status_code == 404
    assert rep("POST", f"lead-jobs/{job['id']}/undo/").status_code == 404
    assert LeadJob.objects.count() == 1
