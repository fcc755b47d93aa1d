"""Whoever sees a lead but not its conversation reads none of its words, at no door."""

import pytest
from django.test import Client
from django.urls import reverse

from conversations.events import MessageReceived
from crm.bus import publish
from crm.models import Role
from leads import services
from leads.models import Lead
from tests.factories.leads import add_member, api_key, fact, make_conversation, make_lead, make_message

SAID, LAST = "my secret shop sells bread", "and nobody may know"


@pytest.fixture
def theirs(cast):
    """A lead nobody owns, whose conversation the manager has: a rep sees the one and not the other."""
    lead = make_lead(cast)
    talk = make_conversation(cast, lead.contact)
    talk.assignee = cast.user("manager")
    first, last = make_message(talk, SAID), make_message(talk, LAST)
    for each in (first, last):
        ids = (str(each.pk), str(talk.pk), str(talk.contact_id), str(talk.channel_id))
        publish(MessageReceived(*ids, each.sequence, "text"), actor=cast.system)
    services.follow_messages(actor=cast.system, message_ids=[first.pk, last.pk])
    found = fact("need", "bread", quote=SAID, message_id=str(first.pk))
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[found])
    services.qualify_lead(actor=cast.agent, lead_id=lead.pk)
    return Lead.objects.get(pk=lead.pk)


def everywhere_shown(cast, lead, role):
    """All that the doors to a lead say to a member, by door."""
    page, key = Client(), api_key(cast, role)
    page.force_login(cast.user(role))
    program = Client(headers={"Authorization": f"Bearer {key}"})
    doors = {
        "page": (page, reverse("leads:detail", args=[lead.pk])),
        "messages": (page, reverse("leads:detail", args=[lead.pk]) + "?show=messages"),
        "peek": (page, reverse("leads:peek", args=[lead.pk])),
        "list": (page, reverse("leads:list")),
        "row": (page, reverse("leads:row", args=[lead.pk])),
        "today": (page, "/"),
        "api list": (program, "/api/v1/leads/"),
        "api": (program, f"/api/v1/leads/{lead.pk}/"),
    }
    answers = {name: client.get(url) for name, (client, url) in doors.items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {name: answer.content.decode() for name, answer in answers.items()}


def test_the_words_of_a_conversation_out_of_sight_are_shown_nowhere(cast, theirs):
    shown = everywhere_shown(cast, theirs, "rep")

    assert [door for door, text in shown.items() if SAID in text or LAST in text] == []
    assert all("bread" in shown[door] for door in ("page", "peek", "api"))  # what is known of the lead stays


def test_whoever_may_open_the_conversation_reads_them(cast, theirs):
    shown = everywhere_shown(cast, theirs, "manager")

    assert [door for door in ("page", "messages", "api list", "api") if SAID not in shown[door]] == []
    assert [door for door in ("page", "peek", "list", "row", "api") if LAST not in shown[door]] == []


def test_without_the_right_to_see_conversations_there_are_no_words_either(cast, theirs):
    Role.objects.create(
        workspace=cast.workspace, key="counter", name="Counter", sight="all", permissions=["leads.view"]
    )
    cast.members["counter"] = add_member(cast, "counter")

    shown = everywhere_shown(cast, theirs, "counter")

    assert [door for door, text in shown.items() if SAID in text or LAST in text] == []


def test_what_one_just_did_shows_no_words_either(cast, theirs):
    page, program = Client(), Client(headers={"Authorization": f"Bearer {api_key(cast, 'rep')}"})
    page.force_login(cast.user("rep"))

    row = page.post(reverse("leads:edit", args=[theirs.pk]), {"field": "name", "value": "Budi S"})
    lead = program.post(
        f"/api/v1/leads/{theirs.pk}/assign/", {"user": str(cast.user("rep").pk)}, "application/json"
    )

    assert (row.status_code, lead.status_code) == (200, 200)
    assert not any(words in each.content.decode() for each in (row, lead) for words in (SAID, LAST))
    assert lead.json()["slots"]["need"]["value"] == "bread"
