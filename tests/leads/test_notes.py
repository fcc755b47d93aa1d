"""Notes of colleagues: written, changed, deleted and brought back; in the timeline while they are there."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import EventRecord
from leads import selectors, services
from leads.models import LeadNote
from tests.factories.leads import add_member, api_key, make_lead


def told(cast, lead, group=""):
    story = selectors.lead_story(cast.actor("rep"), lead, {}, selectors.Asked(group))
    return [(entry.who, entry.what, entry.text) for entry in story.entries]


def test_a_note_is_told_as_it_reads_now_and_its_first_words_stay_in_its_history(cast):
    lead, rep = make_lead(cast), cast.actor("rep")
    note = services.note_lead(actor=rep, lead_id=lead.pk, text="  Likes tea ")

    services.change_note(actor=rep, lead_id=lead.pk, note_id=note.pk, text="Likes coffee")

    assert told(cast, lead, "notes") == [
        ("Rep", "edited a note", "changed"),
        ("Rep", "wrote a note", "Likes coffee"),
    ]
    note.refresh_from_db()
    assert note.edited_at is not None
    assert [h.text for h in note.history.order_by("history_id")] == ["Likes tea", "Likes coffee"]


def test_a_deleted_note_is_out_of_sight_until_it_is_brought_back(cast):
    lead, rep = make_lead(cast), cast.actor("rep")
    note = services.note_lead(actor=rep, lead_id=lead.pk, text="Secret")

    services.delete_note(actor=rep, lead_id=lead.pk, note_id=note.pk)
    services.delete_note(actor=rep, lead_id=lead.pk, note_id=note.pk)
    assert told(cast, lead, "notes") == [("Rep", "edited a note", "deleted")]

    services.restore_note(actor=rep, lead_id=lead.pk, note_id=note.pk)
    assert ("Rep", "wrote a note", "Secret") in told(cast, lead, "notes")
    hows = EventRecord.objects.filter(name="leads.lead_note_edited").order_by("sequence")
    assert [record.payload["how"] for record in hows] == ["deleted", "restored"]


def test_a_note_is_changed_by_its_author_and_by_those_who_give_leads_to_others(cast, strangers):
    lead = make_lead(cast)
    other = add_member(cast, "rep", "Ani")
    note = services.note_lead(actor=cast.actor("rep"), lead_id=lead.pk, text="Mine")
    cast.members["ani"] = other

    def change(actor, text):
        services.change_note(actor=actor, lead_id=lead.pk, note_id=note.pk, text=text)

    for actor in (cast.actor("ani"), cast.actor("viewer")):
        with pytest.raises(NotAllowedError):
            change(actor, "Theirs")
        with pytest.raises(NotAllowedError):
            services.delete_note(actor=actor, lead_id=lead.pk, note_id=note.pk)
    with pytest.raises(NotFoundError):
        change(strangers.actor("admin"), "Theirs")
    with pytest.raises(NotFoundError):
        services.change_note(
            actor=cast.actor("rep"), lead_id=make_lead(cast).pk, note_id=note.pk, text="Elsewhere"
        )
    assert list(LeadNote.objects.values_list("text", "deleted_at")) == [("Mine", None)]

    change(cast.actor("manager"), "Tidied")
    assert LeadNote.objects.get().text == "Tidied"


@pytest.mark.parametrize("text", [" ", "x" * 4001])
def test_a_note_without_words_or_with_too_many_is_refused(cast, text):
    lead = make_lead(cast)

    with pytest.raises(InvalidInputError) as refused:
        services.note_lead(actor=cast.actor("rep"), lead_id=lead.pk, text=text)

    assert list(refused.value.fields) == ["text"]
    assert LeadNote.objects.count() == 0


def test_the_page_deletes_a_note_with_the_way_back(cast):
    lead = make_lead(cast)
    client = Client(headers={"HX-Request": "true"})
    client.force_login(cast.user("rep"))
    written = client.post(reverse("leads:note", args=[lead.pk]), {"text": "Call after nine"})
    note = LeadNote.objects.get()

    deleted = client.post(reverse("leads:delete_note", args=[lead.pk, note.pk]))
    toast = json.loads(deleted.headers["HX-Trigger"])["toast"]
    back = client.post(toast["undo_url"])

    assert "Call after nine" in written.content.decode()
    assert "Call after nine" not in deleted.content.decode()
    assert (toast["text"], "Call after nine" in back.content.decode()) == ("Note deleted", True)


def test_programs_read_and_write_notes(cast):
    lead = make_lead(cast)
    client = Client(headers={"Authorization": f"Bearer {api_key(cast, 'rep')}"})
    address = f"/api/v1/leads/{lead.pk}/notes/"

    made = client.post(address, {"text": "Hello"}, content_type="application/json")
    one = f"{address}{made.json()['id']}/"
    changed = client.patch(one, {"text": "Hello there"}, content_type="application/json")
    listed = client.get(address).json()["results"]
    gone = client.delete(one)

    assert (made.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
    assert [(n["text"], n["author"]) for n in listed] == [("Hello there", str(cast.user("rep").pk))]
    assert client.get(address).json()["results"] == []
