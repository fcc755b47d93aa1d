"""What leads are owed in the background although a nudge was lost, a worker died, or one lead breaks."""

from datetime import timedelta

import pytest
from celery.app.task import Task
from django.db import connection
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAwayError

from conversations.events import ConversationOwnerChanged
from crm.bus import publish
from crm.models import EventRecord
from crm.services import change_contact
from leads import services, tasks
from leads.events import LeadCaptured, ScoringPublished
from leads.models import Chore, ChoreKind, Lead, ScoreRule
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def redis_away(monkeypatch):
    """Nobody can be nudged."""

    def refuse(task, *args, **kwargs):
        raise RedisAwayError("away")

    monkeypatch.setattr(Task, "apply_async", refuse)


def sweep():
    """The scheduler comes by a while later."""
    Chore.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    tasks.sweep()


def all_heard() -> bool:
    """Whether every fact was told to the end."""
    return not EventRecord.objects.filter(delivered_at__isnull=True).exists()


def test_who_takes_a_conversation_has_its_lead_although_redis_is_away(cast, redis_away):
    lead = make_lead(cast)
    rep = str(cast.user("rep").pk)

    publish(
        ConversationOwnerChanged(
            conversation_id=str(lead.pk), contact_id=str(lead.contact_id), owner_kind="person", user_id=rep,
            because="", how="taken_over",
        ),
        actor=cast.system,
    )  # fmt: skip

    lead.refresh_from_db()
    assert str(lead.owner_id) == rep
    assert all_heard()


def test_lists_show_a_new_name_although_redis_is_away(cast, redis_away):
    lead = make_lead(cast)

    change_contact(actor=cast.actor("rep"), contact_id=lead.contact_id, changes={"name": "Wati"})

    lead.refresh_from_db()
    assert lead.name_line == "Wati"


def test_open_leads_are_counted_again_although_redis_is_away(cast, redis_away, monkeypatch):
    # given more leads than are done at once, all of which other rules would score
    monkeypatch.setattr("leads.services.chores.AT_ONCE", 2)
    leads = [make_lead(cast, f"Budi {n}") for n in range(5)]
    rule = {"when": "source_is", "params": {"source": "whatsapp"}, "because": "It is"}
    ScoreRule.objects.create(workspace=cast.workspace, name="New", points=33, **rule)

    # when the news comes and nobody can be nudged, then the sweep does it
    publish(ScoringPublished(version_id=str(leads[0].pk), number=2), actor=cast.system)
    assert all_heard()
    sweep()
    assert set(Lead.objects.values_list("score", flat=True)) == {33}
    assert not Chore.objects.exists()


def test_a_lead_that_breaks_keeps_no_other_from_its_score(cast, redis_away, monkeypatch):
    # given a lead in the middle that can't be scored
    leads = sorted((make_lead(cast, f"Budi {n}") for n in range(5)), key=lambda lead: lead.pk)
    scored = []

    def break_at_one(*, lead_id, **given):
        if lead_id == leads[2].pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")  # which spoils a transaction that has no savepoint
        scored.append(lead_id)
        return services.rescore_lead(lead_id=lead_id, **given)

    monkeypatch.setattr("leads.services.chores.rescore_lead", break_at_one)

    # then the others are scored, and nothing is left to do
    tasks.rescore_leads(str(cast.workspace.pk))
    sweep()
    assert scored == [leads[n].pk for n in (0, 1, 3, 4)]
    assert not Chore.objects.exists()


def test_a_worker_that_dies_leaves_it_where_it_was_and_a_newer_wish_begins_anew(
    cast, redis_away, monkeypatch
):
    # given a worker that stops after the first two of five leads
    monkeypatch.setattr("leads.services.chores.AT_ONCE", 2)
    leads = sorted(make_lead(cast, f"Budi {n}").pk for n in range(5))
    chore = services.put_down_chore(actor=cast.system, kind=ChoreKind.RESCORE, subject=cast.workspace.pk)
    services.go_on_with_chore(chore_id=chore.pk, seconds=0.0)
    services.chores._step(chore.pk)
    assert Chore.objects.get(pk=chore.pk).place == leads[1]

    # when the rules change once more, then all are counted again
    services.put_down_chore(actor=cast.system, kind=ChoreKind.RESCORE, subject=cast.workspace.pk)
    assert Chore.objects.get(pk=chore.pk).place is None
    sweep()
    assert not Chore.objects.exists()


def test_doubles_are_looked_for_although_redis_is_away(cast, redis_away):
    # given a new lead that looks like an old one, whose news reached nobody
    make_lead(cast, "Budi Santoso")
    new = make_lead(cast, "Budi Santoso")
    assert EventRecord.objects.filter(name="leads.duplicates_found").count() == 0
    assert Chore.objects.filter(kind=ChoreKind.LOOK, subject=new.pk).count() == 1

    # when the sweep comes by, then its timeline says so, once, because of what it followed
    sweep()
    sweep()
    found = EventRecord.objects.get(name="leads.duplicates_found", payload__lead_id=str(new.pk))
    captured = EventRecord.objects.get(name=LeadCaptured.name, payload__lead_id=str(new.pk))
    assert (found.cause_id, found.depth) == (captured.id, 1)


def test_one_that_breaks_is_tried_again_later_and_later(cast, redis_away, monkeypatch):
    # given a search that breaks
    monkeypatch.setattr("leads.services.chores.look_for_duplicates", lambda **_: 1 / 0)
    make_lead(cast)

    # then it stays due, with a wait that grows, and keeps nobody from their own
    for attempts in (1, 2):
        sweep()
        chore = Chore.objects.get()
        assert chore.attempts == attempts
        assert chore.next_at > timezone.now() + timedelta(seconds=4 * attempts)
