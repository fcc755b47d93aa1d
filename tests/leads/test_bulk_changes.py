"""Bulk changes: each lead by its own service, refusals counted, taken back where nobody changed it since."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from crm.core import walls
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from leads import services, tasks
from leads.errors import JobRunningError, JobUndoneError
from leads.models import JobStep, Lead, LeadJob
from leads.selectors import jobs_due
from leads.services.handing import give_back_lead
from tests.factories.leads import make_cast, make_lead

EVERYTHING: dict[str, Any] = {"all": []}


def start(cast, role="manager", action="assign", leads=(), tree=None, **wanted):
    ids = [lead.pk for lead in leads]
    return services.start_job(actor=cast.actor(role), action=action, wanted=wanted, lead_ids=ids, tree=tree)


def finished(job):
    while services.go_on_with_job(job_id=job.pk):
        pass
    return LeadJob.objects.get(pk=job.pk)


def counts(job):
    return job.total, job.done, job.same, job.refused


def owners():
    return dict(Lead.objects.values_list("name_line", "owner_name"))


def statuses():
    return dict(Lead.objects.values_list("name_line", "status"))


def test_leads_get_an_owner_and_get_the_old_one_back(cast):
    leads = [make_lead(cast, "a"), make_lead(cast, "b", owner="manager"), make_lead(cast, "c", owner="rep")]
    rep = str(cast.user("rep").pk)

    job = finished(start(cast, leads=leads, user=rep))
    assert counts(job) == (3, 2, 1, 0)
    assert owners() == {"a": "Rep", "b": "Rep", "c": "Rep"}

    undo = finished(services.undo_job(actor=cast.actor("manager"), job_id=job.pk))
    assert counts(undo) == (2, 2, 0, 0)
    assert owners() == {"a": "", "b": "Manager", "c": "Rep"}


def test_who_took_leads_that_were_nobodys_may_give_them_back_and_no_others(cast):
    # given a rep who takes two leads of nobody
    rep = cast.actor("rep")
    leads = [make_lead(cast, "a"), make_lead(cast, "b")]
    job = finished(start(cast, "rep", leads=leads, user=str(rep.user_id)))
    assert owners() == {"a": "Rep", "b": "Rep"}

    # when one is somebody else's meanwhile
    services.assign_lead(actor=cast.actor("manager"), lead_id=leads[1].pk, user_id=cast.user("manager").pk)
    undo = finished(services.undo_job(actor=rep, job_id=job.pk))

    # then the other is nobody's again
    assert counts(undo) == (2, 1, 0, 1)
    assert owners() == {"a": "", "b": "Manager"}

    # and without a job of one's own nobody gives anything away
    mine, nobodys = make_lead(cast, "c", owner="rep"), make_lead(cast, "d")
    with pytest.raises(NotAllowedError):
        services.assign_lead(actor=rep, lead_id=mine.pk, user_id=None)
    with pytest.raises(NotAllowedError):
        give_back_lead(actor=rep, lead_id=nobodys.pk)
    assert owners() == {"a": "", "b": "Manager", "c": "Rep", "d": ""}


def test_history_names_who_asked_for_it(cast):
    lead = make_lead(cast)

    finished(start(cast, leads=[lead], user=str(cast.user("rep").pk)))

    latest = lead.history.latest()
    assert (latest.actor_label, latest.owner_id) == ("Manager", cast.user("rep").pk)


def test_refusals_are_counted_by_their_reason_and_the_others_go_on(cast):
    leads = [make_lead(cast, "a"), make_lead(cast, "b", status="converted"), make_lead(cast, "c")]

    job = finished(start(cast, action="status", leads=leads, to="qualified"))

    assert counts(job) == (3, 2, 0, 1)
    assert job.refusals == {"This lead is closed. Reopen it first.": 1}
    assert statuses() == {"a": "qualified", "b": "converted", "c": "qualified"}
    [step] = JobStep.objects.filter(state="refused")
    assert (step.lead_id, step.because) == (leads[1].pk, "This lead is closed. Reopen it first.")


@pytest.mark.parametrize("to", ["qualified", "disqualified"])
def test_a_status_is_taken_back_to_exactly_what_it_was(cast, to):
    leads = [make_lead(cast, "a"), make_lead(cast, "b", status="working")]
    job = finished(start(cast, action="status", leads=leads, to=to, reason="No budget"))
    assert statuses() == {"a": to, "b": to}

    finished(services.undo_job(actor=cast.actor("manager"), job_id=job.pk))

    assert statuses() == {"a": "new", "b": "working"}
    kept = Lead.objects.values_list("qualified_at", "closed_at", "disqualified_because").distinct()
    assert list(kept) == [(None, None, "")]


def test_a_reopened_lead_is_closed_again_as_it_was(cast):
    lead = make_lead(cast)
    services.disqualify_lead(actor=cast.system, lead_id=lead.pk, reason="Spam")
    before = Lead.objects.get()

    job = finished(start(cast, action="status", leads=[lead], to="working"))
    assert Lead.objects.get().status == "working"
    finished(services.undo_job(actor=cast.actor("manager"), job_id=job.pk))

    now = Lead.objects.get()
    assert (now.status, now.disqualified_because, now.closed_at) == ("disqualified", "Spam", before.closed_at)


def test_what_somebody_changed_since_is_not_taken_back(cast):
    a, b = make_lead(cast, "a"), make_lead(cast, "b")
    job = finished(start(cast, leads=[a, b], user=str(cast.user("rep").pk)))
    services.assign_lead(actor=cast.actor("admin"), lead_id=a.pk, user_id=cast.user("admin").pk)

    undo = finished(services.undo_job(actor=cast.actor("manager"), job_id=job.pk))

    assert counts(undo) == (2, 1, 0, 1)
    assert undo.refusals == {"Somebody has changed this lead since.": 1}
    assert owners() == {"a": "Admin", "b": ""}


def test_a_status_somebody_changed_since_is_not_taken_back(cast):
    lead = make_lead(cast)
    job = finished(start(cast, action="status", leads=[lead], to="qualified"))
    services.disqualify_lead(actor=cast.system, lead_id=lead.pk, reason="Spam")

    undo = finished(services.undo_job(actor=cast.actor("manager"), job_id=job.pk))

    assert counts(undo) == (1, 0, 0, 1)
    assert statuses() == {"Budi": "disqualified"}


def test_a_lead_is_not_opened_again_beside_another_open_one_of_its_contact(cast):
    lead = make_lead(cast)
    job = finished(start(cast, action="status", leads=[lead], to="disqualified", reason="Spam"))
    services.capture_lead(actor=cast.system, contact_id=lead.contact_id)

    undo = finished(services.undo_job(actor=cast.actor("manager"), job_id=job.pk))

    assert undo.refusals == {"This contact has an open lead already. Work on that one.": 1}
    assert sorted(Lead.objects.values_list("status", flat=True)) == ["disqualified", "new"]


def test_tags_are_put_on_and_only_those_taken_off_again(cast):
    a, b = make_lead(cast, "a", tags=["fair"]), make_lead(cast, "b", tags=["vip"])
    job = finished(start(cast, action="tag", leads=[a, b], add=["vip"], remove=[]))
    assert counts(job) == (2, 1, 1, 0)
    services.tag_lead(actor=cast.system, lead_id=a.pk, add=["late"])

    finished(services.undo_job(actor=cast.actor("manager"), job_id=job.pk))

    assert dict(Lead.objects.values_list("name_line", "tags")) == {"a": ["fair", "late"], "b": ["vip"]}


def test_all_that_match_are_changed_and_nothing_beyond_what_the_asker_sees(cast):
    make_lead(cast, "hot", score=90)
    make_lead(cast, "cold")
    make_lead(cast, "manager's", owner="manager", score=90)
    tree = {"all": [{"field": "score", "op": "at_least", "value": 50}]}

    job = finished(start(cast, "rep", action="tag", tree=tree, add=["vip"]))

    assert counts(job) == (1, 1, 0, 0)
    assert dict(Lead.objects.values_list("name_line", "tags")) == {
        "hot": ["vip"],
        "cold": [],
        "manager's": [],
    }


def test_leads_of_others_among_those_named_are_left_out(cast, strangers):
    theirs, mine = make_lead(strangers, "theirs"), make_lead(cast, "mine")

    job = finished(start(cast, action="tag", leads=[theirs, mine], add=["vip"]))

    assert counts(job) == (1, 1, 0, 0)
    assert Lead.objects.get(pk=theirs.pk).tags == []


def test_a_rep_takes_leads_and_gives_none_away(cast):
    free, other = make_lead(cast, "free"), make_lead(cast, "own", owner="rep")

    taken = finished(start(cast, "rep", leads=[free], user=str(cast.user("rep").pk)))
    given = finished(start(cast, "rep", leads=[other], user=str(cast.user("manager").pk)))

    assert (counts(taken), counts(given)) == ((1, 1, 0, 0), (1, 0, 0, 1))
    assert owners() == {"free": "Rep", "own": "Rep"}


REFUSED = [
    ("assign", {"user": "me"}, "user"),
    ("status", {"to": "converted"}, "to"),
    ("status", {"to": "disqualified"}, "reason"),
    ("tag", {"add": [" "]}, "add"),
    ("undo", {}, "action"),
    ("delete", {}, "action"),
]


@pytest.mark.parametrize(("action", "wanted", "field"), REFUSED)
def test_a_wish_that_makes_no_sense_is_refused_before_anything_begins(cast, action, wanted, field):
    with pytest.raises(InvalidInputError) as refused:
        start(cast, action=action, leads=[make_lead(cast)], **wanted)

    assert list(refused.value.fields) == [field]
    assert not LeadJob.objects.exists()


def test_nothing_chosen_and_too_much_are_refused(cast, monkeypatch):
    with pytest.raises(InvalidInputError):
        start(cast, action="tag", add=["vip"])
    make_lead(cast, "a")
    make_lead(cast, "b")
    monkeypatch.setattr("leads.services.bulk.AT_MOST", 1)
    with pytest.raises(InvalidInputError) as refused:
        start(cast, action="tag", tree=EVERYTHING, add=["vip"])

    assert refused.value.message == "At most 1 leads at once. Narrow the filter and go on from there."
    assert not LeadJob.objects.exists()


def test_viewers_and_programs_without_a_member_ask_for_nothing(cast):
    lead = make_lead(cast)
    for actor in (cast.actor("viewer"), cast.agent):
        with pytest.raises(NotAllowedError):
            services.start_job(actor=actor, action="tag", wanted={"add": ["x"]}, lead_ids=[lead.pk])
    assert not LeadJob.objects.exists()


def test_it_is_taken_back_once_and_not_while_it_runs(cast):
    job = start(cast, action="tag", leads=[make_lead(cast)], add=["vip"])
    actor = cast.actor("manager")
    with pytest.raises(JobRunningError):
        services.undo_job(actor=actor, job_id=job.pk)

    finished(job)
    undo = finished(services.undo_job(actor=actor, job_id=job.pk))

    for again in (job, undo):
        with pytest.raises(JobUndoneError):
            services.undo_job(actor=actor, job_id=again.pk)
    assert LeadJob.objects.count() == 2


def test_a_colleagues_job_is_not_there_for_a_rep(cast):
    job = finished(start(cast, action="tag", leads=[make_lead(cast)], add=["vip"]))

    with pytest.raises(NotFoundError):
        services.undo_job(actor=cast.actor("rep"), job_id=job.pk)
    assert Lead.objects.get().tags == ["vip"]


def test_who_left_changes_nothing_any_more(cast):
    job = start(cast, action="tag", leads=[make_lead(cast)], add=["vip"])
    cast.members["manager"].is_active = False
    cast.members["manager"].save()

    job = finished(job)

    assert (counts(job), job.stopped_because) == (
        (1, 0, 0, 0),
        "Who asked for it does not work here any more.",
    )
    assert Lead.objects.get().tags == []


def test_a_worker_that_died_is_followed_by_the_sweep_and_nothing_is_done_twice(cast, monkeypatch):
    job = start(cast, action="tag", leads=[make_lead(cast, n) for n in "abc"], add=["vip"])
    services.go_on_with_job(job_id=job.pk, seconds=0)
    assert services.bulk._next(job.pk) is True
    LeadJob.objects.update(next_at=timezone.now())
    told = []
    monkeypatch.setattr("crm.live.tell", lambda workspace, topic, **_: told.append(topic))

    tasks.sweep_jobs()

    job.refresh_from_db()
    assert counts(job) == (3, 3, 0, 0)
    assert f"lead-job:{job.pk}" in told
    tasks.go_on_with_job(job_id=str(job.pk))
    job.refresh_from_db()
    assert counts(job) == (3, 3, 0, 0)


def test_one_lead_that_breaks_is_told_apart_and_logged(cast, monkeypatch, caplog):
    def broken(**_):
        raise RuntimeError("broken")

    monkeypatch.setattr("leads.services.bulk_changes.tag_lead", broken)

    job = finished(start(cast, action="tag", leads=[make_lead(cast)], add=["vip"]))

    assert job.refusals == {"Something broke on our side; it has been logged.": 1}
    assert "a bulk change broke" in caplog.text


def signed_in(cast, role):
    client = Client()
    client.force_login(cast.user(role))
    return client


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_in_other_hands_is_not_called_finished(monkeypatch):
    """What a toast says is the whole of it; until then the page asks again."""
    cast, locked, answered = make_cast(), threading.Event(), threading.Event()
    lead, go_on = make_lead(cast), services.go_on_with_job

    def hold(job_id):
        with walls.everywhere(), transaction.atomic():
            LeadJob.objects.select_for_update(no_key=True).get(pk=job_id)
            locked.set()
            answered.wait(timeout=10)
        connection.close()

    def go_on_beside_another(*, job_id, seconds):
        other = threading.Thread(target=hold, args=(job_id,))
        other.start()
        assert locked.wait(timeout=10)
        try:
            return go_on(job_id=job_id, seconds=seconds)
        finally:
            answered.set()
            other.join()

    monkeypatch.setattr(services, "go_on_with_job", go_on_beside_another)
    answer = signed_in(cast, "manager").post(
        "/leads/bulk/",
        {"action": "assign", "user": str(cast.user("rep").pk), "lead": [str(lead.pk)]},
        headers={"HX-Request": "true"},
    )

    assert LeadJob.objects.get().finished_at is None
    assert "toast" not in answer.headers["HX-Trigger"]
    assert 'hx-trigger="live, every 2s"' in answer.content.decode()


def test_whoever_opens_a_change_goes_on_with_it_first(cast):
    start(cast, leads=[make_lead(cast)], user=str(cast.user("rep").pk))
    assert jobs_due() == []
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert jobs_due() == [LeadJob.objects.get().pk]


def test_few_leads_are_changed_while_one_waits_and_the_toast_undoes_it(cast):
    lead = make_lead(cast)
    client = signed_in(cast, "manager")

    answer = client.post(
        "/leads/bulk/",
        {"action": "assign", "user": str(cast.user("rep").pk), "lead": [str(lead.pk)]},
        headers={"HX-Request": "true"},
    )

    job = LeadJob.objects.get()
    toast = answer.headers["HX-Trigger"]
    assert (job.done, job.finished_at is not None) == (1, True)
    assert '"text": "1 lead changed"' in toast
    assert f"/leads/jobs/{job.pk}/undo/" in toast

    client.post(f"/leads/jobs/{job.pk}/undo/", headers={"HX-Request": "true"})
    assert owners() == {"Budi": ""}


def test_many_leads_are_left_to_a_worker(cast, monkeypatch):
    for name in "ab":
        make_lead(cast, name)
    asked = []
    monkeypatch.setattr("leads.views.bulk.AT_ONCE", 1)
    monkeypatch.setattr("leads.views.bulk.nudge", lambda task, **kwargs: asked.append((task.name, kwargs)))

    answer = signed_in(cast, "manager").post(
        "/leads/bulk/?score_to=0",
        {"action": "tag", "add": "vip", "everything": "1"},
        headers={"HX-Request": "true"},
    )

    job = LeadJob.objects.get()
    assert counts(job) == (2, 0, 0, 0)
    assert asked == [("leads.go_on_with_job", {"job_id": str(job.pk)})]
    assert f'data-live-topic="lead-job:{job.pk}"' in answer.content.decode()


def test_the_page_of_a_job_says_what_was_refused_and_why(cast):
    closed = make_lead(cast, "Closed one", status="converted")
    job = finished(start(cast, action="status", leads=[closed], to="qualified"))

    html = signed_in(cast, "manager").get(f"/leads/jobs/{job.pk}/").content.decode()

    assert "Closed one" in html
    assert "This lead is closed. Reopen it first." in html
    assert 'data-testid="job-undo"' not in html
