"""What a stranger finds in the demo workspace."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from celery.app.task import Task
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from agents import selectors
from agents.management.demo.stories import STORIES
from agents.models import Turn
from conversations import selectors as conversation_selectors
from conversations.models import Channel, Conversation, Message
from crm.bus import deliver
from crm.models import Alert, Contact, EventRecord, Identity, Membership, User
from leads.models import Lead, LeadSlot, ScoreRun


def seed():
    """Run the command; returns what it says."""
    said = StringIO()
    call_command("seed_demo", stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo workspace with its events delivered, seeded once for all tests of this file, undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(settings, "SITE_URL", "http://127.0.0.1:8000")
        patched.setattr(Task, "apply_async", lambda *args, **kwargs: None)
        seed()
        for record in EventRecord.objects.filter(delivered_at=None).order_by("sequence"):
            assert deliver(record)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _a_place_of_ones_own(demo, db):
    """What one test changes the next does not see."""


def test_the_stories_end_where_they_should():
    # when the demo is seeded, then each story has come to its end
    talks = {talk.contact.name: talk for talk in Conversation.objects.select_related("contact", "assignee")}
    leads = {lead.contact.name: lead for lead in Lead.objects.select_related("contact")}
    ends = {
        name: (leads[name].status, talk.owner_kind if talk.status == "open" else talk.status)
        for name, talk in talks.items()
    }
    assert ends == {
        "Olivia": ("disqualified", "closed"),
        "Mateo": ("qualified", "closed"),
        "Rizky": ("working", "agent"),
        "Valentina": ("working", "person"),
        "Ayu": ("qualified", "person"),
        "James": ("working", "person"),
        "Wati": ("working", "person"),
        "Luis": ("qualified", "person"),
        "Emma": ("working", "agent"),
        "Diego": ("working", "agent"),
        "Sari": ("working", "agent"),
        "Noah": ("working", "person"),
        "Putu": ("new", "nobody"),
        "Hannah": ("new", "nobody"),
    }
    assert leads["Rizky"].tags == ["opted out"]
    assert {name for name, talk in talks.items() if talk.unread_count} == {
        "Ayu", "James", "Noah", "Putu", "Hannah",
    }  # fmt: skip
    assert [m.conversation.contact.name for m in Message.objects.filter(status="failed")] == ["Valentina"]
    assert {c.language for c in Contact.objects.all()} >= {"en", "es", "id"}


def test_what_is_known_has_its_words_and_points():
    # then slots quote their messages, and scores are the rules'
    from leads.selectors import judge

    slots = LeadSlot.objects.all()
    assert len(slots) > 20
    for slot in slots:
        message = Message.objects.get(pk=str(slot.message_id))
        assert slot.quote == message.text[slot.start : slot.end] != ""
    for lead in Lead.objects.select_related("contact"):
        assert judge(lead).score == lead.score
    assert Lead.objects.filter(temperature="hot").count() >= 2


def test_it_all_happened_in_the_last_days_and_in_order():
    # then nothing happened in the future or all at once, and each talk is told in its order
    now = timezone.now()
    for talk in Conversation.objects.all():
        times = list(talk.messages.order_by("sequence").values_list("created_at", flat=True))
        assert times == sorted(times)
        assert times[-1] < now
        assert talk.last_message_at
        assert abs((talk.last_message_at - times[-1]).total_seconds()) < 30
    days = {m.created_at.date() for m in Message.objects.all()}
    assert len(days) >= 5
    turned = {t.started_at.date() for t in Turn.objects.all()} | {
        t.finished_at.date() for t in Turn.objects.all()
    }
    scored = {run.at.date() for run in ScoreRun.objects.all()}
    changed = {row.history_date.date() for row in Lead.history.all()}
    assert len(turned) >= 4
    assert turned | scored | changed <= days
    heard = EventRecord.objects.filter(name="conversations.message_received")
    assert {e.occurred_at.date() for e in heard} <= days
    assert Lead.objects.filter(last_activity_at__lt=now - timedelta(days=1)).count() >= 4


def test_nothing_is_due_and_nobody_is_written_to():
    # then no sender, no agent and no sweep has anything to do
    assert conversation_selectors.due_units() == []
    assert (selectors.turns_due(), selectors.turns_unscheduled()) == ([], [])
    assert Counter(Message.objects.filter(direction="out").values_list("status", flat=True)).keys() == {
        "read", "failed",
    }  # fmt: skip
    assert not Channel.objects.get(key="demo-archive").is_active
    assert not Conversation.objects.filter(purpose="staff").exists()
    assert set(Turn.objects.values_list("outcome", flat=True)) == {"published"}
    assert Alert.objects.filter(read_at=None).exists()


def test_the_personas_and_colleagues_keep_their_numbers():
    # then the live personas' numbers, also those of their next starts, are nobody's yet
    numbers = set(Identity.objects.values_list("value", flat=True))
    assert len(numbers) == len(STORIES) == 14
    for first, step in ((628110000101, 10), (573005550102, 10), (15550100177, 1)):
        assert not numbers & {str(first + step * start) for start in range(1000)}
    assert Membership.objects.get(user__email="rep@demo.test").phone == "+628110000900"


def test_seeding_again_adds_nothing():
    # given what a visitor changed, when it is seeded again
    before = (Message.objects.count(), Lead.objects.count(), Turn.objects.count(), Alert.objects.count())
    User.objects.filter(email="rep@demo.test").update(phone="+62 811 1111 111")

    # then nothing is added and nothing of theirs is overwritten
    assert "(0 new conversations)" in seed()
    assert before == (
        Message.objects.count(), Lead.objects.count(), Turn.objects.count(), Alert.objects.count(),
    )  # fmt: skip
    assert User.objects.get(email="rep@demo.test").phone == "+62 811 1111 111"
