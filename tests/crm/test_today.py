"""Today: most urgent first, each person once, each with its reason; what more there is; and what was cleared."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from conversations import services as conversation_services
from conversations.models import Conversation
from crm import panels, selectors, services
from crm.core.actors import system_actor
from crm.decisions import arrange
from crm.services import Known
from leads import services as lead_services
from leads.models import Lead
from tests.factories.conversations import ConversationFactory

JAKARTA = ZoneInfo("Asia/Jakarta")


def row(about, rank, at, kind="reply", **more):
    """A row as a floor hangs it up."""
    return {"about": about, "rank": rank, "at": at, "title": about, "kind": kind, **more}


def test_a_person_who_wants_two_things_is_shown_once_and_where_the_more_urgent_one_stands(monkeypatch):
    leads = [row("mateo", 1, 1), row("ayu", 1, 2)]
    inbox = [row("james", 1, 3), row("ayu", 1, 4), row("putu", 2, 0, "unowned")]
    monkeypatch.setattr(panels, "_queues", [lambda actor: inbox, lambda actor: leads])

    day = panels.today(system_actor(uuid4(), via="task"), UTC)

    assert [(r["title"], r["at"]) for r in day.queue] == [("mateo", 1), ("ayu", 2), ("james", 3), ("putu", 0)]
    assert (day.more, day.kinds) == ({}, {"reply": 3, "unowned": 1})


def test_eight_are_shown_and_the_others_counted_by_kind():
    rows = [row(n, 1, n) for n in range(9)] + [row(100 + n, 3, n, "step") for n in range(2)]

    day = arrange(rows, UTC)

    assert [r["about"] for r in day.queue] == list(range(8))
    assert day.more == {"step": 2, "reply": 1}


def test_what_is_for_later_stands_under_its_day_unless_it_wants_somebody_now():
    midnight = datetime(2026, 11, 24, 18, tzinfo=UTC)  # already the 25th in Jakarta
    rows = [
        row("ayu", 3, 1, "step", later=date(2026, 11, 25)),
        row("budi", 9, 1, "snoozed", later=midnight),
        row("citra", 9, 1, "snoozed", later=midnight),
        row("citra", 1, 2),
    ]

    day = arrange(rows, JAKARTA)

    assert [r["about"] for r in day.queue] == ["citra"]
    assert [(on, [r["about"] for r in found]) for on, found in day.later] == [
        (date(2026, 11, 25), ["ayu", "budi"])
    ]


@pytest.fixture
def talks(owner, teammate, channel, nudges):
    """Conversations that want the owner for different reasons, and one that is a colleague's."""
    now = timezone.now()

    def talk(name, **values):
        made = ConversationFactory.create(
            workspace=channel.workspace, channel=channel, contact__name=name, owner_kind="person", **values
        )
        Conversation.objects.filter(pk=made.pk).update(last_message_at=now)
        return made

    mine = {"assignee": owner.user}
    talk("Waits", **mine, waiting_since=now - timedelta(hours=3), owned_because="pricing")
    talk("Closing", **mine, waiting_since=now - timedelta(minutes=5),
         window_expires_at=now + timedelta(minutes=25, seconds=30))  # fmt: skip
    talk("Failed", **mine, send_failed_at=now - timedelta(minutes=1))
    talk("Theirs", assignee=teammate.user, waiting_since=now - timedelta(hours=9))
    talk("Asleep", **mine, status="snoozed", snoozed_until=now + timedelta(days=2))
    ConversationFactory.create(
        workspace=channel.workspace, channel=channel, contact__name="Nobodys", owner_kind="nobody",
        waiting_since=now - timedelta(minutes=10),
    )  # fmt: skip


def shown(page):
    """Title, reason, urgency and button of each row."""
    return [
        (r["title"], r["why"].replace("\xa0", " "), r["urgency"], r["action"]) for r in page.context["queue"]
    ]


def test_each_row_says_why_it_ranks(owner, talks):
    page = owner.page.get("/")

    assert shown(page) == [
        ("Closing", "Window closes in 25 minutes · waits 5 minutes for an answer", "late", "Reply"),
        ("Waits", "Handed over to you · waits 3 hours for an answer", "late", "Reply"),
        ("Failed", "A message could not be sent", "late", "See why"),
        ("Nobodys", "Nobody has it · waits 10 minutes for an answer", "soon", "Take it"),
    ]
    assert [[r["title"] for r in rows] for _day, rows in page.context["later"]] == [["Asleep"]]


def lead_of(system, owner, name, number, **values):
    """A lead of the owner's."""
    contact = services.create_contact(actor=system, name=name, knowns=[Known("phone", f"6281300000{number}")])
    made = lead_services.capture_lead(actor=system, contact_id=contact.pk, source="whatsapp")
    Lead.objects.filter(pk=made.pk).update(owner=owner.user if owner else None, **values)
    return made


def test_leads_stand_there_with_their_step_and_day(owner, system, nudges):
    today = timezone.localdate()
    lead_of(system, owner, "Now", 1, next_step="Call", next_step_on=today)
    lead_of(system, owner, "Late", 2, next_step="Offer", next_step_on=today - timedelta(days=2))
    lead_of(system, owner, "Soon", 3, next_step="Visit", next_step_on=today + timedelta(days=3))
    lead_of(system, owner, "Far", 4, next_step="Ask", next_step_on=today + timedelta(days=9))
    lead_of(system, None, "Free", 5, status="qualified")

    page = owner.page.get("/")

    assert {(t, why, urgency) for t, why, urgency, _ in shown(page)} == {
        ("Free", "Qualified, and nobody has it", "soon"),
        ("Now", "Due today: Call", "soon"),
        ("Late", "Due 2 days ago: Offer", "late"),
    }
    assert page.context["queue"][0]["title"] == "Free"
    [(day, rows)] = page.context["later"]
    assert (day, [r["title"] for r in rows]) == (today + timedelta(days=3), ["Soon"])


def test_the_words_are_made_of_the_rows(owner, talks, system, nudges):
    for number in range(6):
        lead_of(system, owner, f"Step {number}", number, next_step="Call", next_step_on=timezone.localdate())

    html = owner.page.get("/").content.decode()

    assert "10 things want you" in html
    assert "6 next steps" in html.split('data-testid="today-summary"')[1].split("</p>")[0]
    more = html.split('data-testid="today-more"')[1].split("</p>")[0]
    assert "2 more:" in more
    assert '<a class="link" href="/leads/?view=mine">2 next steps</a>' in more


def test_with_nothing_to_do_it_says_so(owner):
    page = owner.page.get("/")

    assert page.context["queue"] == []
    assert "Nothing waits for you" in page.content.decode()


def test_it_asks_eight_times_at_most_however_much_there_is(
    owner, talks, system, nudges, django_assert_max_num_queries
):
    for number in range(20):
        lead_of(
            system, owner, f"Step {number}", number + 10, next_step="Call", next_step_on=timezone.localdate()
        )
    owner.page.get("/")

    with django_assert_max_num_queries(8):
        owner.page.get("/")


def test_what_was_cleared_yesterday_is_counted_once_for_each_customer(owner, teammate, conversation, nudges):
    actor = owner.actor()
    conversation_services.take_over(actor=actor, conversation_id=conversation.pk)
    for text in ("One", "Two"):
        conversation_services.send_message(actor=actor, conversation_id=conversation.pk, text=text)
    conversation_services.close_conversation(actor=actor, conversation_id=conversation.pk)
    today = timezone.now().astimezone(JAKARTA).date()

    assert selectors.cleared_on(actor, today, JAKARTA) == {"answered": 1, "closed": 1}
    assert selectors.cleared_on(actor, today - timedelta(days=1), JAKARTA) == {}
    assert selectors.cleared_on(teammate.actor(), today, JAKARTA) == {}


def test_yesterday_is_said_in_a_sentence(owner, monkeypatch):
    monkeypatch.setattr(selectors, "cleared_on", lambda *given: {"answered": 12, "stepped": 1})

    html = owner.page.get("/").content.decode()

    assert "Yesterday you answered 12 customers, finished 1 next step." in html
