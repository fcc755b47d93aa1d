"""The story of a lead: its parts, edits told together, addresses of entries, older parts, and places in a list."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads import selectors, services
from leads.models import Lead
from leads.selectors import Asked
from tests.factories.leads import ALL_FIVE, fact, make_conversation, make_lead, make_message

OWN = 5  # statements of the page itself, besides those of the frame every page has


def signed_in(cast, role="rep", **headers):
    client = Client(headers=headers)
    client.force_login(cast.user(role))
    return client


def story(cast, lead, group="", **asked):
    return selectors.lead_story(cast.actor("rep"), lead, {}, Asked(group, **asked))


@pytest.fixture
def busy(cast):
    """A lead the bot, a rep and the customer have been at."""
    lead, rep = make_lead(cast), cast.actor("rep")
    message = make_message(make_conversation(cast, lead.contact), "hello")
    services.follow_message(actor=cast.system, message_id=message.pk)
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("need", "a website")])
    services.note_lead(actor=rep, lead_id=lead.pk, text="Nice person")
    services.change_lead(actor=rep, lead_id=lead.pk, changes={"next_step": "Call"})
    services.change_lead(actor=rep, lead_id=lead.pk, changes={"source": "fair"})
    services.change_lead(actor=rep, lead_id=lead.pk, changes={"tags": ["vip"]})
    return lead


def test_each_part_tells_its_own(cast, busy):
    assert [e.what for e in story(cast, busy, "notes").entries] == ["wrote a note"]
    assert {e.who for e in story(cast, busy, "ai").entries} == {"Sarah"}
    assert "wrote a note" not in [e.what for e in story(cast, busy, "changes").entries]
    assert {e.group for e in story(cast, busy).entries} == {"notes", "changes"}


def test_edits_made_one_after_the_other_are_told_together_and_each_can_be_taken_back(cast, busy):
    newest = story(cast, busy).entries[0]

    assert (newest.who, [line.text for line in newest.lines]) == (
        "Rep",
        ["Tags: vip", "Source: whatsapp → fair", "Next step: Call"],
    )
    line = newest.lines[1]
    services.restore_change(
        actor=cast.actor("rep"), lead_id=busy.pk, change_id=line.change_id, field=line.field
    )
    busy.refresh_from_db()
    assert (busy.source, busy.tags, busy.next_step) == ("whatsapp", ["vip"], "Call")


def test_edits_of_two_people_are_not(cast, busy):
    services.change_lead(actor=cast.actor("manager"), lead_id=busy.pk, changes={"source": "ad"})

    first, second = story(cast, busy).entries[:2]
    assert (first.who, len(first.lines), second.who, len(second.lines)) == ("Manager", 1, "Rep", 3)


def test_older_parts_are_an_address_away_and_nothing_is_told_twice(cast, busy):
    told, before = [], None
    for _ in range(20):
        part = story(cast, busy, before=before, limit=3)
        told += [e.key for e in part.entries]
        before = part.older
        if before is None:
            break

    whole = story(cast, busy)
    assert whole.older is None
    assert len(told) == len(set(told))
    assert {e.key for e in whole.entries} <= set(told)


def test_every_entry_has_an_address_and_the_filters_keep_the_list(cast, busy):
    html = signed_in(cast).get(f"/leads/{busy.pk}/?list=status%3Dnew&show=notes")

    keys = [e.key for e in html.context["entries"]]
    assert keys
    assert all(f'id="{key}"' in html.content.decode() for key in keys)
    assert [f["is_on"] for f in html.context["story_filters"]] == [False, False, True, False, False]
    assert html.context["story_filters"][0]["url"] == f"/leads/{busy.pk}/?list=status%3Dnew"
    assert html.context["list_url"] == "/leads/?status=new"


def test_the_page_costs_five_statements_of_its_own_however_much_happened(cast, busy):
    client = signed_in(cast)
    services.record_slots(actor=cast.agent, lead_id=busy.pk, slots=ALL_FIVE)
    services.tag_lead(actor=cast.system, lead_id=busy.pk, add=["a", "b"])
    for address in ("/settings/", f"/leads/{busy.pk}/"):
        client.get(address)

    with CaptureQueriesContext(
        connection,
    ) as frame:
        client.get("/settings/")
    with CaptureQueriesContext(connection) as page:
        client.get(f"/leads/{busy.pk}/")

    assert len(page) - len(frame) <= OWN, [q["sql"][:120] for q in page]
    assert len(page) <= 8


def test_a_lead_knows_its_place_in_the_list_one_came_from(cast):
    leads = [make_lead(cast, f"Lead {n}", score=score) for n, score in enumerate((30, 10, 20, 40))]
    leads[3].__class__.objects.filter(pk=leads[3].pk).update(source="fair")
    by_score = "source=whatsapp&sort=-score"
    client = signed_in(cast)

    def place(lead, query=by_score):
        return client.get(reverse("leads:place", args=[lead.pk]), {"list": query}).context

    first, second, third = place(leads[0]), place(leads[2]), place(leads[1])
    assert [(p["place"].number, p["place"].total) for p in (first, second, third)] == [(1, 3), (2, 3), (3, 3)]
    assert (first["place"].previous, first["place"].next) == (None, leads[2].pk)
    assert (third["place"].previous, third["place"].next) == (leads[2].pk, None)
    assert second["next_url"] == f"/leads/{leads[1].pk}/?list=source%3Dwhatsapp%26sort%3D-score"
    assert place(leads[3])["place"] is None


def test_whoever_comes_from_the_list_keeps_its_filters(cast):
    lead = make_lead(cast)

    def origin(referer):
        answer = signed_in(cast, Referer=referer).get(f"/leads/{lead.pk}/")
        return answer.context["list_url"]

    assert origin("http://testserver/leads/?q=budi&sort=name") == "/leads/?q=budi&sort=name"
    assert origin("http://elsewhere.test/leads/?q=budi") == "/leads/"
    assert origin("http://testserver/inbox/?q=budi") == "/leads/"


def test_a_button_pressed_keeps_to_the_address_of_its_page(cast, busy):
    url = f"http://testserver/leads/{busy.pk}/?show=notes"
    client = signed_in(cast, **{"HX-Request": "true", "HX-Current-URL": url})

    answer = client.post(reverse("leads:take", args=[busy.pk]))

    assert answer.context["self_url"] == f"/leads/{busy.pk}/?show=notes"
    assert Lead.objects.get().owner_id == cast.user("rep").pk
