"""What happens by itself: events to tasks, tasks to services, sweeps for what got lost; the admin."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from conversations.events import ConversationOwnerChanged, MessageReceived
from conversations.models import Conversation
from crm import live, panels
from crm.bus import publish
from crm.models import Contact, EventRecord
from crm.services import change_contact, create_workspace
from leads import selectors, services, tasks
from leads.models import Lead, LeadSettings, ScoreRule, Slot
from leads.selectors.stories import STORIES
from tests.factories.leads import fact, make_contact, make_conversation, make_lead, make_message


@pytest.fixture
def nudges(monkeypatch):
    """Tasks run at once, as a worker would, and are remembered by name."""
    seen: list[str] = []

    def run(task, *, countdown=None, **kwargs):
        seen.append(task.name)
        task(**kwargs)

    monkeypatch.setattr("leads.reactions.nudge", run)
    monkeypatch.setattr("leads.tasks.nudge_on_commit", run)
    monkeypatch.setattr("leads.reactions.nudge_each", lambda task, name, thing: run(task, **{name: [thing]}))
    return seen


@pytest.fixture
def told(monkeypatch):
    """Topics that watchers were told about."""
    topics: list[str] = []
    monkeypatch.setattr(live, "tell", lambda workspace_id, topic, **_: topics.append(topic))
    return topics


def received(message) -> MessageReceived:
    conversation = message.conversation
    return MessageReceived(
        message_id=str(message.pk),
        conversation_id=str(conversation.pk),
        contact_id=str(conversation.contact_id),
        channel_id=str(conversation.channel_id),
        sequence=message.sequence,
        kind=message.kind,
    )


def test_a_message_that_was_received_captures_a_lead(cast, nudges, told, django_capture_on_commit_callbacks):
    message = make_message(make_conversation(cast, make_contact(cast, "Budi")), "halo")

    with django_capture_on_commit_callbacks(execute=True):
        record = publish(received(message), actor=cast.system)

    lead = Lead.objects.get()
    captured = EventRecord.objects.get(name="leads.lead_captured")
    assert (lead.last_message_text, lead.source) == ("halo", "simulator")
    assert (captured.cause_id, captured.depth) == (record.id, 1)
    assert nudges == ["leads.follow_messages", "leads.do_chore"]
    assert {"leads", f"lead:{lead.pk}"} <= set(told)


def test_the_same_news_twice_is_harmless(cast, nudges, django_capture_on_commit_callbacks):
    message = make_message(make_conversation(cast, make_contact(cast)), "halo")

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            publish(received(message), actor=cast.system)

    assert Lead.objects.count() == 1
    assert Lead.objects.get().version == 1


def test_each_change_of_a_lead_is_told_to_its_page_and_to_the_list(
    cast, told, django_capture_on_commit_callbacks
):
    lead = make_lead(cast)
    told.clear()

    with django_capture_on_commit_callbacks(execute=True):
        services.qualify_lead(actor=cast.agent, lead_id=lead.pk)

    assert told == ["leads", f"lead:{lead.pk}"]


def test_a_renamed_contact_is_renamed_in_the_list(cast, nudges, django_capture_on_commit_callbacks):
    lead = make_lead(cast, "Budi")

    with django_capture_on_commit_callbacks(execute=True):
        change_contact(actor=cast.actor("rep"), contact_id=lead.contact_id, changes={"name": "Wati"})
    with django_capture_on_commit_callbacks(execute=True):
        change_contact(actor=cast.actor("rep"), contact_id=lead.contact_id, changes={"language": "id"})

    lead.refresh_from_db()
    assert lead.name_line == "Wati"
    assert nudges == []  # written at once: no sweep would find it again


def test_a_new_workspace_gets_slots_rules_and_thresholds(db, nudges, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        workspace = create_workspace(slug="fresh", name="Fresh")

    assert Slot.objects.filter(workspace=workspace).count() == 5
    assert ScoreRule.objects.filter(workspace=workspace).count() == 9
    assert LeadSettings.objects.filter(workspace=workspace).count() == 1


@pytest.mark.parametrize(("owner_kind", "owned"), [("person", True), ("nobody", False)])
def test_only_a_person_who_takes_a_conversation_gets_its_lead(
    cast, nudges, django_capture_on_commit_callbacks, owner_kind, owned
):
    lead = make_lead(cast)
    rep = cast.user("rep")
    event = ConversationOwnerChanged(
        conversation_id="", contact_id=str(lead.contact_id), owner_kind=owner_kind,
        user_id=str(rep.pk) if owned else "", because="", how="taken_over",
    )  # fmt: skip

    with django_capture_on_commit_callbacks(execute=True):
        publish(event, actor=cast.system)

    assert Lead.objects.get().owner_id == (rep.pk if owned else None)


def aged(conversation, seconds: int = 60) -> None:
    """Make a conversation's last message older than the sweep's patience."""
    at = timezone.now() - timedelta(seconds=seconds)
    Conversation.objects.filter(pk=conversation.pk).update(last_message_at=at, last_inbound_at=at)
    conversation.messages.update(created_at=at)


def test_the_sweep_captures_what_a_lost_nudge_forgot_and_then_rests(cast, told):
    conversation = make_conversation(cast, make_contact(cast, "Budi"))
    make_message(conversation, "halo")
    aged(conversation)

    tasks.sweep()

    lead = Lead.objects.get()
    assert (lead.conversation_id, lead.last_message_text) == (conversation.pk, "halo")
    assert selectors.unfollowed_conversations() == []


def test_the_sweep_leaves_fresh_closed_and_staff_conversations_alone(cast):
    make_message(make_conversation(cast, make_contact(cast)), "fresh")
    closed = make_lead(cast)
    old = make_conversation(cast, closed.contact)
    make_message(old, "spam")
    aged(old)
    services.disqualify_lead(actor=cast.system, lead_id=closed.pk, reason="spam")
    staff = make_conversation(cast, make_contact(cast))
    make_message(staff, "!summary")
    aged(staff)
    Conversation.objects.filter(pk=staff.pk).update(purpose="staff")

    assert selectors.unfollowed_conversations() == []


def test_the_sweep_sets_up_a_workspace_whose_nudge_got_lost(db):
    workspace = create_workspace(slug="fresh", name="Fresh")

    tasks.sweep()

    assert Slot.objects.filter(workspace=workspace).count() == 5
    assert selectors.workspaces_to_set_up() == []


def test_only_those_who_see_a_lead_may_watch_it(cast, strangers):
    lead = make_lead(cast, owner="manager")

    assert live.may_watch(cast.actor("manager"), f"lead:{lead.pk}") is True
    assert live.may_watch(cast.actor("rep"), f"lead:{lead.pk}") is False
    assert live.may_watch(strangers.actor("admin"), f"lead:{lead.pk}") is False
    assert live.may_watch(cast.actor("rep"), "lead:nonsense") is False
    assert live.may_watch(cast.actor("rep"), "leads") is True


def test_the_inbox_is_told_about_the_leads_of_its_contacts(cast, strangers):
    lead = make_lead(cast, "Budi", score=80, temperature="hot", status="qualified")
    nobody = make_contact(cast)
    theirs = make_lead(strangers)

    found = panels.briefs("lead", cast.actor("rep"), [lead.contact_id, nobody.pk, theirs.contact_id])

    assert found == {
        lead.contact_id: {
            "id": lead.pk,
            "status": "qualified",
            "status_label": "Qualified",
            "score": 80,
            "temperature": "hot",
        }
    }


def test_a_rule_that_could_never_hold_is_refused_by_the_field(cast):
    rule = ScoreRule(workspace=cast.workspace, name="x", when="slot_known", params={}, points=5, because="x")

    with pytest.raises(ValidationError) as refused:
        rule.full_clean()

    assert refused.value.message_dict == {"params": ['"slot" is missing. Example: {"slot": "budget"}']}


def test_thresholds_out_of_order_are_refused_by_the_field(cast):
    row = LeadSettings.objects.get()
    row.warm_from, row.hot_from = 80, 70

    with pytest.raises(ValidationError) as refused:
        row.full_clean()

    assert list(refused.value.message_dict) == ["warm_from"]


ROOMS = ["lead", "slot", "scorerule", "leadsettings", "scorerun"]


@pytest.mark.parametrize("room", ROOMS)
def test_an_admin_finds_every_room_and_only_their_own_rows(cast, strangers, room):
    mine, theirs = make_lead(cast, "Mine"), make_lead(strangers, "Theirs")
    for each, lead in ((cast, mine), (strangers, theirs)):
        services.record_slots(actor=each.agent, lead_id=lead.pk, slots=[fact("need", "x")])
    client = Client()
    client.force_login(cast.user("admin"))

    answer = client.get(f"/admin/leads/{room}/")

    assert answer.status_code == 200
    assert {row.workspace_id for row in answer.context["cl"].result_list} == {cast.workspace.pk}


def test_an_admin_looks_at_a_lead_but_changes_it_only_on_its_page(cast):
    lead = make_lead(cast, "Budi")
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("need", "a website")])
    client = Client()
    client.force_login(cast.user("admin"))

    shown = client.get(f"/admin/leads/lead/{lead.pk}/change/")
    refused = client.post(f"/admin/leads/lead/{lead.pk}/change/", {"source": "hacked"})

    assert "a website" in shown.content.decode()
    assert refused.status_code == 403
    assert Lead.objects.get().source == "whatsapp"


def test_an_admin_searches_leads_as_the_list_does(cast):
    make_lead(cast, "José")
    make_lead(cast, "Maya")
    client = Client()
    client.force_login(cast.user("admin"))

    answer = client.get("/admin/leads/lead/", {"q": "jose"})

    assert [str(row) for row in answer.context["cl"].result_list] == ["José"]


def test_an_admin_adds_a_rule_and_is_named_in_its_history(cast):
    client = Client()
    client.force_login(cast.user("admin"))
    given = {
        "name": "From Bandung", "when": "slot_matches", "points": 5, "position": 9, "is_active": "on",
        "params": '{"slot": "location", "any_of": ["Bandung"]}', "because": "Is in {value}",
    }  # fmt: skip

    refused = client.post("/admin/leads/scorerule/add/", {**given, "params": '{"slot": "location"}'})
    assert refused.status_code == 200
    assert ScoreRule.objects.filter(name="From Bandung").count() == 0

    client.post("/admin/leads/scorerule/add/", given)
    rule = ScoreRule.objects.get(name="From Bandung")
    assert (rule.workspace_id, rule.history.get().actor_label, rule.history.get().via) == (
        cast.workspace.pk,
        "Admin",
        "admin",
    )


def test_a_rep_finds_no_room_of_the_admin(cast):
    client = Client()
    client.force_login(cast.user("rep"))

    assert client.get("/admin/leads/scorerule/").status_code in {302, 403}


def test_deleting_a_contact_takes_its_leads_along(cast):
    lead = make_lead(cast)

    Contact.objects.get(pk=lead.contact_id).delete()

    assert Lead.objects.count() == 0


def test_changed_rules_count_every_open_lead_again(cast, monkeypatch, django_capture_on_commit_callbacks):
    leads = [make_lead(cast, name) for name in "abc"]
    for lead in leads:
        services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("need", "x")])
    services.disqualify_lead(actor=cast.system, lead_id=leads[2].pk, reason="no")
    rule = ScoreRule.objects.get(name="Need known")
    client = Client()
    client.force_login(cast.user("admin"))

    def run(task, *, countdown=None, **kwargs):
        task(**kwargs)

    monkeypatch.setattr("leads.tasks.nudge_on_commit", run)
    monkeypatch.setattr("leads.tasks.nudge", run)
    given = {
        "name": rule.name, "when": rule.when, "points": 45, "position": 3, "is_active": "on",
        "params": '{"slot": "need"}', "because": rule.because,
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/admin/leads/scorerule/{rule.pk}/change/", given)

    assert answer.status_code == 302
    assert [Lead.objects.get(pk=lead.pk).score for lead in leads] == [45, 45, 15]
    assert [r.caused_by for r in selectors.score_runs_of(leads[0])] == ["rules changed", "slots recorded"]


def test_an_upper_floor_says_how_its_events_are_told(cast, monkeypatch):
    lead = make_lead(cast)
    monkeypatch.delitem(STORIES, "leads.lead_noted")
    services.note_lead(actor=cast.actor("rep"), lead_id=lead.pk, text="hello")
    assert "said" not in [entry.what for entry in selectors.lead_timeline(cast.actor("rep"), lead, {})]

    selectors.add_story("leads.lead_noted", icon="x", tone="bad", what="said", field="text")

    newest = selectors.lead_timeline(cast.actor("rep"), lead, {})[0]
    assert (newest.icon, newest.tone, newest.what, newest.text) == ("x", "bad", "said", "hello")
