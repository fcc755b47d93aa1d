"""What a turn leaves behind, all or nothing."""

import pytest

from agents.models import Escalation, Turn
from conversations import services as conversation_services
from conversations.models import Message, MessageTemplate
from crm.models import Alert, EventRecord
from leads import services as lead_services
from leads.models import Lead, LeadSlot
from tests.agents.floor.stage import ALL_IN_ONE, answer, fresh, said_by_bot, send_all, session_of
from tests.factories.conversations import receive


@pytest.fixture
def talk(channel, sarah):
    """Budi says hello and what he has, in one message."""
    return receive(channel, "hola, me llamo Marta, tengo una panadería en Lima").conversation


def test_a_first_answer_greets_and_asks(sarah, conversation):
    # when Sarah answers "Halo kak"
    answer(conversation.pk)

    # then one turn was published and its words are queued in its name, once each
    turn = Turn.objects.get()
    rows = Message.objects.filter(conversation=conversation, direction="out")
    assert (turn.outcome, turn.model_name, turn.seen_sequence) == ("published", "offline-rules-1", 1)
    assert [(m.author_kind, m.author_name, m.status, m.epoch) for m in rows] == [
        ("agent", "Sarah", "queued", 0)
    ] * len(rows)
    assert [m.cause for m in rows] == [f"turn:{turn.pk}:{n}" for n in range(len(rows))]
    assert "Sarah" in rows[0].text
    assert session_of(conversation.pk).due_at is None


def test_slots_keep_the_words_they_came_from(talk):
    # when Sarah reads a message with three facts
    answer(talk.pk)

    # then each slot quotes its message literally
    message = Message.objects.get(direction="in")
    slots = {slot.key: slot for slot in LeadSlot.objects.all()}
    assert {"name", "business_type", "location"} <= set(slots)
    for slot in slots.values():
        assert slot.message_id == message.pk
        assert slot.quote == message.text[slot.start : slot.end] != ""
        assert (slot.source, slot.is_confirmed) == ("agent", False)

    # and the contact has a name and a language
    contact = fresh(talk.pk).contact
    assert (contact.name, contact.language) == ("Marta", "es")


def test_a_complete_lead_is_scored_qualified_and_handed_over(channel, sarah, owner):
    # given a message that says everything
    talk = receive(channel, ALL_IN_ONE).conversation

    # when Sarah answers
    answer(talk.pk)

    # then the lead is qualified and the rep's, the conversation too, in the same epoch
    lead, talk = Lead.objects.get(), fresh(talk.pk)
    assert (lead.status, lead.score, lead.owner_id) == ("qualified", 85, owner.user.pk)
    assert (talk.owner_kind, talk.assignee_id, talk.ownership_epoch) == ("person", owner.user.pk, 0)
    assert "Qualified" in talk.owned_because
    assert lead.source == "whatsapp"

    # and the farewell goes out though the conversation is the rep's
    assert [m.author_kind for m in send_all(talk.pk)] == ["agent"] * len(said_by_bot(talk.pk)) != []


def test_a_break_in_the_middle_leaves_nothing_and_is_tried_again(channel, sarah, owner, monkeypatch):
    # given a handover that breaks after slots, score and words were written
    talk = receive(channel, ALL_IN_ONE).conversation

    def broken(**_):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(conversation_services, "hand_over", broken)
        wait = _one_turn(talk.pk)

    # then nothing of the turn stays but the record of its failure
    assert wait == 2.0
    assert [(t.outcome, t.error) for t in Turn.objects.all()] == [("failed", "RuntimeError('power cut')")]
    assert (LeadSlot.objects.count(), said_by_bot(talk.pk)) == (0, [])
    lead = Lead.objects.get()
    assert (lead.status, lead.score, lead.owner_id) == ("new", 0, None)
    assert not EventRecord.objects.filter(
        name__in=["leads.lead_qualified", "leads.lead_handed_over"]
    ).exists()
    assert fresh(talk.pk).owner_kind == "agent"

    # when it is tried again, then all of it is there
    assert _one_turn(talk.pk) is None
    assert Lead.objects.get().status == "qualified"
    assert fresh(talk.pk).assignee_id == owner.user.pk


def _one_turn(conversation_id):
    from agents import services
    from tests.agents.floor.stage import make_due

    services.schedule_turn(conversation_id=conversation_id)
    make_due(conversation_id)
    return services.run_turn(conversation_id=conversation_id)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I want to talk to a real person please", "human_request"),
        ("quiero hablar con una persona", "human_request"),
        ("I will sue you, my lawyer will call", "legal"),
        ("I want my money back, give me a refund", "refund"),
    ],
)
def test_every_rule_hands_over_with_its_reason(channel, sarah, owner, text, reason):
    # when a customer says something that only people may answer
    talk = receive(channel, text).conversation
    answer(talk.pk)

    # then the escalation is on record with their words, and a person has the conversation
    escalation = Escalation.objects.get()
    assert (escalation.reason, escalation.message_id) == (reason, str(Message.objects.get(direction="in").pk))
    assert escalation.quote
    assert escalation.quote.lower() in text.lower()
    assert fresh(talk.pk).assignee_id == owner.user.pk
    assert EventRecord.objects.filter(name="agents.conversation_escalated").count() == 1
    assert said_by_bot(talk.pk) != []


def test_a_lead_that_a_person_qualified_meanwhile_breaks_nothing(channel, sarah, owner, thinking):
    # given a rep who qualifies the lead while Sarah composes the same
    talk = receive(channel, ALL_IN_ONE).conversation
    thinking(lambda: lead_services.qualify_lead(actor=owner.actor(), lead_id=Lead.objects.get().pk))

    # when Sarah answers
    answer(talk.pk)

    # then her turn is published, and the lead was qualified once
    assert [t.outcome for t in Turn.objects.all()] == ["published"]
    assert EventRecord.objects.filter(name="leads.lead_qualified").count() == 1
    assert fresh(talk.pk).assignee_id == owner.user.pk


def test_nothing_is_said_outside_the_window_and_a_person_gets_it(channel, sarah, owner):
    # given a message that reached us a day late
    from datetime import timedelta

    from django.utils import timezone

    talk = receive(channel, "I need a website", at=timezone.now() - timedelta(hours=25)).conversation

    # when Sarah answers
    answer(talk.pk)

    # then she kept the fact, said nothing, says why, and a person goes on
    turn = Turn.objects.get()
    assert turn.outcome == "published"
    assert turn.why[-1].startswith("Not sent: More than 24 hours")
    assert said_by_bot(talk.pk) == []
    assert LeadSlot.objects.filter(key="need").exists()
    assert fresh(talk.pk).assignee_id == owner.user.pk
    assert "templates" in fresh(talk.pk).owned_because


def test_who_opted_out_is_not_written_to_until_they_write_of_something(channel, sarah):
    # given somebody who wants no more messages
    talk = receive(channel, "STOP").conversation
    answer(talk.pk)
    confirmed = said_by_bot(talk.pk)
    assert len(confirmed) == 1
    assert Lead.objects.get().tags == ["opted out"]

    # when they only say thanks, then nothing is said
    receive(channel, "ok thanks")
    answer(talk.pk)
    assert said_by_bot(talk.pk) == confirmed
    assert Turn.objects.latest("started_at").why[-1] == "The customer asked us not to write to them."

    # when they want something again, then they are answered, and the tag is off
    receive(channel, "I need a website for my bakery")
    answer(talk.pk)
    assert len(said_by_bot(talk.pk)) > 1
    assert Lead.objects.get().tags == []


def test_a_colleague_never_gets_the_bot(channel, sarah, owner):
    # given a rep whose number is known
    owner.is_reached_at("+62 811 0000 900")

    # when they write to the business
    talk = receive(channel, "I need a website", phone="628110000900").conversation
    answer(talk.pk)

    # then nobody answers and no lead is made
    assert (fresh(talk.pk).purpose, Turn.objects.count(), said_by_bot(talk.pk)) == ("staff", 0, [])
    assert Lead.objects.count() == 0


def test_reactions_of_the_floor_alert_the_new_owner_once(
    channel, sarah, owner, django_capture_on_commit_callbacks
):
    # given a rep with a number
    owner.is_reached_at("+62 811 0000 900")
    talk = receive(channel, ALL_IN_ONE).conversation

    # when Sarah hands a lead over
    with django_capture_on_commit_callbacks(execute=True):
        answer(talk.pk)

    # then the rep has one alert, and one template on WhatsApp
    alert = Alert.objects.get()
    assert (alert.user_id, alert.title, alert.kind) == (owner.user.pk, "Budi is yours", "handoff")
    assert alert.url == f"/inbox/?open={talk.pk}"
    template = Message.objects.get(kind="template")
    assert template.conversation.purpose == "staff"
    assert template.conversation.recipient_value == "628110000900"
    assert template.payload["template"][0] == "lead_handover"
    assert template.payload["template"][2][0] == "Budi"

    # when the same event is delivered again, then nothing is added
    from crm.bus import deliver

    assert deliver(EventRecord.objects.get(name="leads.lead_handed_over"))
    assert Alert.objects.count() == 1
    assert Message.objects.filter(kind="template").count() == 1


def test_nobody_is_written_to_at_a_number_that_nobody_confirmed(
    channel, sarah, owner, django_capture_on_commit_callbacks
):
    # given a rep who typed a customer's number as their own
    owner.user.phone = "+62 811 0000 900"
    owner.user.save()
    talk = receive(channel, ALL_IN_ONE).conversation

    # when a lead is handed over to them
    with django_capture_on_commit_callbacks(execute=True):
        answer(talk.pk)

    # then they have their alert, and the number got nothing
    assert Alert.objects.get().user_id == owner.user.pk
    assert not Message.objects.filter(kind="template").exists()


@pytest.mark.parametrize(("status", "language"), [("APPROVED", "es"), ("PENDING", "en")])
def test_a_colleague_is_written_to_in_their_language_once_the_provider_has_it(
    channel, sarah, owner, django_capture_on_commit_callbacks, status, language
):
    # given a rep who reads Spanish, and the alert's template in Spanish
    owner.user.language = "es"
    owner.user.save()
    owner.is_reached_at("+62 811 0000 900")
    MessageTemplate.objects.create(
        workspace_id=channel.workspace_id, channel=channel, name="lead_handover", language="es", status=status
    )
    talk = receive(channel, ALL_IN_ONE).conversation

    # when a lead is handed over
    with django_capture_on_commit_callbacks(execute=True):
        answer(talk.pk)

    # then its template is one that the provider takes
    template = Message.objects.get(kind="template")
    assert template.payload["template"][:2] == ["lead_handover", language]


def test_when_nobody_is_available_everybody_who_may_answer_hears_of_it(
    channel, sarah, owner, manager, viewer, django_capture_on_commit_callbacks
):
    # given a rep and a manager who both take no new leads now
    for player in (owner, manager):
        player.member.is_available = False
        player.member.save()
    talk = receive(channel, "I want to talk to a real person please").conversation

    # when Sarah hands over
    with django_capture_on_commit_callbacks(execute=True):
        answer(talk.pk)

    # then it waits for a person, and those who may answer know
    assert (fresh(talk.pk).owner_kind, fresh(talk.pk).assignee_id) == ("nobody", None)
    assert {a.user_id for a in Alert.objects.all()} == {owner.user.pk, manager.user.pk}
    assert {a.title for a in Alert.objects.all()} == {"Budi waits for a person"}


def test_a_lead_whose_owner_left_reaches_somebody(
    channel, sarah, owner, colleague, manager, django_capture_on_commit_callbacks
):
    # given a lead of a rep who works here no more, nobody available, and a rep of no team, who does not see it
    talk = receive(channel, "Hello").conversation
    answer(talk.pk)
    lead_services.assign_lead(actor=manager.actor(), lead_id=Lead.objects.get().pk, user_id=owner.user.pk)
    owner.member.is_active = manager.member.is_available = colleague.member.is_available = False
    for player in (owner, manager, colleague):
        player.member.save()

    # when Sarah hands over
    receive(channel, "I want to talk to a real person please")
    with django_capture_on_commit_callbacks(execute=True):
        answer(talk.pk)

    # then the conversation waits for whoever is there, and they know
    assert (fresh(talk.pk).owner_kind, fresh(talk.pk).assignee_id) == ("nobody", None)
    assert [a.user_id for a in Alert.objects.filter(kind="handoff")] == [manager.user.pk]


def test_whoever_may_see_what_agents_did_sees_what_a_reply_was_made_of(sarah, owner, talk):
    # given an answer of Sarah's
    answer(talk.pk)
    turn = Turn.objects.get()
    url = f"/inbox/{talk.pk}/"

    # then a rep sees its intent, what was read, why and by which model, on the reply
    page = owner.page.get(url, headers={"HX-Request": "true"})
    shown = dict(next(m.trace for m in page.context["messages"] if m.author_kind == "agent"))
    assert shown["Model"] == turn.model_name
    assert shown["Intent"].startswith(turn.understanding["intents"][0]["name"])
    assert "location = Lima" in shown["Read"]
    assert shown["Because"] == " ".join(turn.why)
    assert 'data-testid="trace"' in page.content.decode()

    # and without that permission nobody does
    owner.member.role.permissions.remove("agents.view")
    owner.member.role.save()
    page = owner.page.get(url, headers={"HX-Request": "true"}).content.decode()
    assert 'data-testid="turn-note"' in page
    assert 'data-testid="trace"' not in page
