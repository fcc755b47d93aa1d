"""Leads that may be of one person: found, compared, merged, parted, told apart."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from conversations.models import Conversation
from crm import services as crm_services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import Account, Contact, EventRecord
from crm.services import Known
from leads import selectors, services
from leads.errors import MergeAlreadyUndoneError, OpenLeadMustStayError, SameLeadError
from leads.models import Lead, LeadMerge, LeadNote, LeadSlot, NotTheSame, Slot
from tests.factories.leads import api_key, fact, make_conversation, make_lead, make_message


def lead_of(cast, kind, value, name):
    contact = crm_services.recognise_contact(actor=cast.system, knowns=[Known(kind, value)], name=name)
    return services.capture_lead(actor=cast.system, contact_id=contact.pk, source="whatsapp")


def phoned(cast, name, number):
    """A lead by e-mail who left a phone number in the conversation."""
    Slot.objects.get_or_create(
        workspace=cast.workspace, key="phone", defaults={"label": "Phone", "kind": "phone"}
    )
    lead = lead_of(cast, "email", f"{name.lower().replace(' ', '.')}@b.test", name)
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("phone", number)])
    return lead


def found(cast, lead, role="admin"):
    lead = Lead.objects.select_related("contact").get(pk=lead.pk)
    return [(m.lead.pk, m.reasons) for m in selectors.duplicates_of(cast.actor(role), lead)]


@pytest.fixture
def two(cast):
    """Two open leads of one Budi: by WhatsApp and by e-mail, each with a note, a slot and a conversation."""
    winner, loser = make_lead(cast, "Budi Santoso"), lead_of(cast, "email", "budi@a.test", "B. Santoso")
    rep = cast.actor("rep")
    for lead, need in ((winner, "a website"), (loser, "a shop")):
        make_message(make_conversation(cast, lead.contact, kind=f"k{need[-1]}"), "hello")
        services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("need", need)])
        services.note_lead(actor=rep, lead_id=lead.pk, text=f"Wants {need}")
    services.record_slots(actor=cast.agent, lead_id=loser.pk, slots=[fact("budget", "5 juta")])
    services.change_lead(
        actor=rep,
        lead_id=loser.pk,
        changes={"next_step": "Call", "next_step_on": date(2026, 12, 1), "tags": ["vip"], "source": "fair"},
    )
    services.change_lead(actor=rep, lead_id=winner.pk, changes={"tags": ["old"]})
    return Lead.objects.get(pk=winner.pk), Lead.objects.get(pk=loser.pk)


def state(lead):
    """What a merge may touch."""
    lead = Lead.objects.select_related("contact").get(pk=lead.pk)
    return {
        "contact": lead.contact_id, "name": lead.contact.name, "status": lead.status, "source": lead.source,
        "next": (lead.next_step, lead.next_step_on), "tags": lead.tags, "merged_into": lead.merged_into_id,
        "score": lead.score, "name_line": lead.name_line,
        "slots": dict(LeadSlot.objects.filter(lead=lead).values_list("key", "value")),
        "notes": list(LeadNote.objects.filter(lead=lead).values_list("text", flat=True)),
        "talks": Conversation.objects.filter(contact=lead.contact_id).count(),
    }  # fmt: skip


def test_a_number_the_conversation_brought_up_is_held_against_contacts(cast):
    other = lead_of(cast, "wa_id", "628110001111", "Pak Budi")
    lead = phoned(cast, "Toko Kue", "+62 811 0001 111")

    [(pk, reasons)] = found(cast, lead)

    assert pk == other.pk
    assert [reason.split(":")[0] for reason in reasons] == ["Same phone"]


def test_an_address_the_conversation_brought_up_is_held_against_contacts(cast):
    other = lead_of(cast, "email", "budi@a.test", "Toko Budi")
    lead = make_lead(cast, "Somebody")
    Slot.objects.create(workspace=cast.workspace, key="mail", label="E-mail", kind="email")
    services.record_slots(actor=cast.system, lead_id=lead.pk, slots=[fact("mail", "Budi@A.test")])

    assert found(cast, lead) == [(other.pk, ["Same e-mail: budi@a.test"])]


@pytest.mark.parametrize(
    ("name", "business", "is_found"),
    [
        ("Budi Santosa", "Bakery", True),
        ("Budi Santosa", "bakery", True),
        ("Budi Santosa", "Hotel", False),
        ("Camila Rojas", "bakery", False),
        ("Budi Santoso", "", True),
        ("Budi Santosa", "", True),
        ("Ani Santoso", "", False),
        ("Budi Hartono", "", False),
    ],
)
def test_much_the_same_name_and_business(cast, name, business, is_found):
    lead, other = make_lead(cast, "Budi Santoso"), make_lead(cast, name)
    for each, said in ((lead, "bakery"), (other, business)):
        if said:
            services.record_slots(actor=cast.agent, lead_id=each.pk, slots=[fact("business_type", said)])

    assert [pk for pk, _reasons in found(cast, lead)] == ([other.pk] if is_found else [])


def test_what_one_does_not_see_is_no_double(cast, strangers):
    lead = phoned(cast, "Budi Santoso", "628110001111")
    hidden = lead_of(cast, "wa_id", "628110001111", "Budi Santoso")
    services.assign_lead(actor=cast.system, lead_id=hidden.pk, user_id=cast.user("manager").pk)
    lead_of(strangers, "wa_id", "628110001111", "Budi Santoso")

    assert found(cast, lead, "rep") == []
    assert [pk for pk, _reasons in found(cast, lead, "admin")] == [hidden.pk]


def test_a_new_lead_that_looks_like_an_old_one_says_so_on_its_timeline(cast):
    lead_of(cast, "wa_id", "628110001111", "Budi")
    new = phoned(cast, "Toko", "628110001111")

    assert services.look_for_duplicates(actor=cast.system, lead_id=new.pk) == 1

    news = EventRecord.objects.get(name="leads.duplicates_found").payload
    assert (news["lead_id"], news["count"]) == (str(new.pk), 1)
    newest = selectors.lead_timeline(cast.actor("rep"), new, {})[0]
    assert (newest.what, newest.text) == ("found a lead that may be the same", news["because"])


def test_a_merge_moves_everything_and_takes_what_was_chosen(cast, two):
    winner, loser = two

    merge = services.merge_leads(
        actor=cast.actor("rep"),
        winner_id=winner.pk,
        loser_id=loser.pk,
        choices={"source": "loser", "slots.need": "loser", "name": "loser"},
        because="Same voice",
    )

    now = state(winner)
    assert (now["source"], now["name"], now["name_line"]) == ("fair", "B. Santoso", "B. Santoso")
    assert now["next"] == ("Call", date(2026, 12, 1))
    assert now["tags"] == ["old", "vip"]
    assert now["slots"] == {"need": "a shop", "budget": "5 juta"}
    assert sorted(now["notes"]) == ["Wants a shop", "Wants a website"]
    assert (now["talks"], now["score"]) == (2, 30)
    gone = Lead.objects.get(pk=loser.pk)
    assert (gone.merged_into_id, gone.status) == (winner.pk, "disqualified")
    assert (merge.because, merge.by) == ("Same voice", "Rep")
    assert list(selectors.visible_leads(cast.actor("rep")).values_list("pk", flat=True)) == [winner.pk]
    told = [e.what for e in selectors.lead_timeline(cast.actor("rep"), winner, {})]
    assert "merged a double into this lead" in told


def test_a_merge_that_is_undone_leaves_both_as_they_were(cast, two):
    winner, loser = two
    before = state(winner), state(loser)
    choices = {"source": "loser", "slots.need": "loser", "name": "loser"}
    merge = services.merge_leads(
        actor=cast.actor("rep"), winner_id=winner.pk, loser_id=loser.pk, choices=choices
    )

    services.part_leads(actor=cast.actor("rep"), winner_id=winner.pk, merge_id=merge.pk)

    assert (state(winner), state(loser)) == before
    with pytest.raises(MergeAlreadyUndoneError):
        services.part_leads(actor=cast.actor("rep"), winner_id=winner.pk, merge_id=merge.pk)
    again = services.merge_leads(actor=cast.actor("rep"), winner_id=loser.pk, loser_id=winner.pk)
    assert again.winner_id == loser.pk


def test_what_people_changed_since_stays_when_a_merge_is_undone(cast, two):
    winner, loser = two
    rep = cast.actor("rep")
    merge = services.merge_leads(
        actor=rep, winner_id=winner.pk, loser_id=loser.pk, choices={"source": "loser"}
    )
    services.change_lead(actor=rep, lead_id=winner.pk, changes={"source": "ad"})
    services.correct_slot(actor=rep, lead_id=winner.pk, key="budget", value="9 juta")

    services.part_leads(actor=rep, winner_id=winner.pk, merge_id=merge.pk)

    now = state(winner)
    assert (now["source"], now["slots"]) == ("ad", {"need": "a website", "budget": "9 juta"})
    assert (now["next"], now["tags"]) == (("", None), ["old"])


def test_parting_the_contacts_brings_the_lead_back_too(cast, two):
    winner, loser = two
    merge = services.merge_leads(actor=cast.actor("rep"), winner_id=winner.pk, loser_id=loser.pk)
    assert merge.contact_merge_id is not None

    crm_services.part_contacts(
        actor=cast.actor("rep"), winner_id=winner.contact_id, merge_id=merge.contact_merge_id
    )

    back = Lead.objects.get(pk=loser.pk)
    assert (back.merged_into_id, back.contact_id, back.is_open) == (None, loser.contact_id, True)


def test_merges_that_make_no_sense_are_refused_and_nothing_changes(cast, strangers, two):
    winner, loser = two
    rep, theirs = cast.actor("rep"), make_lead(strangers)
    closed = make_lead(cast, "Closed", status="disqualified")
    before = state(winner), state(loser)

    def merge(actor=rep, winner_id=winner.pk, loser_id=loser.pk, **given):
        services.merge_leads(actor=actor, winner_id=winner_id, loser_id=loser_id, **given)

    for wrong, refusal in (
        ({"loser_id": winner.pk}, SameLeadError),
        ({"winner_id": closed.pk}, OpenLeadMustStayError),
        ({"loser_id": theirs.pk}, NotFoundError),
        ({"actor": cast.actor("viewer")}, NotAllowedError),
        ({"choices": {"source": "both"}}, InvalidInputError),
        ({"choices": {"shoe": "loser"}}, InvalidInputError),
    ):
        with pytest.raises(refusal):
            merge(**wrong)

    assert (state(winner), state(loser), LeadMerge.objects.count()) == (*before, 0)
    assert Contact.objects.filter(merged_into__isnull=False).count() == 0


def test_two_leads_of_one_contact_are_merged_without_touching_the_contact(cast):
    first = make_lead(cast, "Budi")
    services.disqualify_lead(actor=cast.actor("rep"), lead_id=first.pk, reason="later")
    second = services.capture_lead(actor=cast.system, contact_id=first.contact_id, source="whatsapp")
    services.note_lead(actor=cast.actor("rep"), lead_id=first.pk, text="Old")

    merge = services.merge_leads(actor=cast.actor("rep"), winner_id=second.pk, loser_id=first.pk)

    assert (merge.contact_merge_id, state(second)["notes"]) == (None, ["Old"])
    services.part_leads(actor=cast.actor("rep"), winner_id=second.pk, merge_id=merge.pk)
    assert (state(second)["notes"], state(first)["notes"]) == ([], ["Old"])


def test_who_was_told_apart_is_not_shown_again_until_that_is_forgotten(cast):
    lead, other = make_lead(cast, "Budi Santoso"), make_lead(cast, "Budi Santosa")
    rep = cast.actor("rep")

    services.tell_apart(actor=rep, lead_id=lead.pk, other_id=other.pk)
    services.tell_apart(actor=rep, lead_id=other.pk, other_id=lead.pk)
    assert (found(cast, lead), found(cast, other), NotTheSame.objects.count()) == ([], [], 1)
    assert EventRecord.objects.filter(name="leads.leads_told_apart").count() == 1

    services.forget_told_apart(actor=rep, lead_id=other.pk, other_id=lead.pk)
    assert [pk for pk, _reasons in found(cast, lead)] == [other.pk]
    with pytest.raises(NotAllowedError):
        services.tell_apart(actor=cast.actor("viewer"), lead_id=lead.pk, other_id=other.pk)
    assert NotTheSame.objects.count() == 0


def test_a_rep_compares_merges_and_undoes_on_the_page(cast, two):
    winner, loser = two
    client = Client()
    client.force_login(cast.user("rep"))
    address = reverse("leads:merge", args=[winner.pk, loser.pk])

    compared = client.get(address).context["comparison"]
    rows = {row.key: (row.winner, row.loser, row.stays) for row in compared.differences}
    assert rows["source"] == ("whatsapp", "fair", "winner")
    assert rows["next_step"] == ("", "Call (2026-12-01)", "loser")
    assert (compared.notes, compared.conversations, compared.loses_identities) == (1, 1, ["budi@a.test"])

    merged = client.post(address, {"choice.source": "loser", "because": "Same voice"})
    assert merged["Location"] == f"/leads/{winner.pk}/"
    assert client.get(f"/leads/{loser.pk}/")["Location"] == f"/leads/{winner.pk}/"
    strip = client.get(reverse("leads:duplicates", args=[winner.pk])).content.decode()
    assert "Same voice" in strip

    client.post(reverse("leads:part", args=[winner.pk, LeadMerge.objects.get().pk]))
    assert client.get(f"/leads/{loser.pk}/").status_code == 200


def test_the_page_says_what_comes_along_with_the_other_contact(cast, two):
    winner, loser = two
    for label in ("City", "Size"):
        crm_services.add_custom_field(actor=cast.actor("admin"), of="contact", label=label, kind="text")
    firm = Account.objects.create(workspace=cast.workspace, name="Firm")
    firm.contacts.add(loser.contact_id)
    Contact.objects.filter(pk=winner.contact_id).update(custom={"size": "M"})
    Contact.objects.filter(pk=loser.contact_id).update(custom={"size": "L", "city": "Bandung"}, language="id")
    winner, loser = Lead.objects.get(pk=winner.pk), Lead.objects.get(pk=loser.pk)

    seen = selectors.compare_leads(
        winner, loser, selectors.vocabulary_of(cast.actor("rep")), may_assign=False
    )

    along = {row.key: (row.winner, row.loser) for row in seen.differences if row.key.startswith("contact.")}
    assert along == {
        "contact.language": ("", "id"),
        "contact.accounts": ("", "Firm"),
        "contact.custom.city": ("", "Bandung"),
    }
    page = Client()
    page.force_login(cast.user("rep"))
    html = page.get(reverse("leads:merge", args=[winner.pk, loser.pk])).content.decode()
    assert html.count("comes along") == 3


@pytest.fixture
def emptied(cast, two):
    """The same two; the winner has no name, no value in a field and no slot where the loser has one."""
    winner, loser = two
    crm_services.add_custom_field(actor=cast.actor("admin"), of="lead", label="Size", kind="text")
    Lead.objects.filter(pk=loser.pk).update(custom={"size": "L"})
    Contact.objects.filter(pk=winner.contact_id).update(name="")
    return winner, loser


def test_what_shall_stay_empty_stays_empty(cast, emptied):
    winner, loser = emptied
    wanted = {"name": "winner", "custom.size": "winner", "slots.budget": "winner"}

    merge = services.merge_leads(
        actor=cast.actor("rep"), winner_id=winner.pk, loser_id=loser.pk, choices=wanted
    )

    winner.refresh_from_db()
    assert (winner.custom, Contact.objects.get(pk=winner.contact_id).name) == ({}, "")
    assert [row.key for row in LeadSlot.objects.filter(lead=winner)] == ["need"]
    assert "Santoso" not in winner.name_line

    # and undone, each has what it had
    services.part_leads(actor=cast.actor("rep"), winner_id=winner.pk, merge_id=merge.pk)
    names = [Contact.objects.get(pk=Lead.objects.get(pk=lead.pk).contact_id).name for lead in (winner, loser)]
    assert names == ["", "B. Santoso"]
    assert Lead.objects.get(pk=loser.pk).custom == {"size": "L"}


def test_the_empty_side_of_the_other_can_be_chosen_too(cast, emptied):
    loser, winner = emptied  # the other way round
    wanted = {"name": "loser", "custom.size": "loser", "slots.budget": "loser"}

    merge = services.merge_leads(
        actor=cast.actor("rep"), winner_id=winner.pk, loser_id=loser.pk, choices=wanted
    )

    winner.refresh_from_db()
    assert (winner.custom, Contact.objects.get(pk=winner.contact_id).name) == ({}, "")
    assert [row.key for row in LeadSlot.objects.filter(lead=winner)] == ["need"]

    services.part_leads(actor=cast.actor("rep"), winner_id=winner.pk, merge_id=merge.pk)
    winner.refresh_from_db()
    assert (winner.custom, Contact.objects.get(pk=winner.contact_id).name) == ({"size": "L"}, "B. Santoso")
    assert LeadSlot.objects.get(lead=winner, key="budget").value == "5 juta"


def test_without_a_choice_the_others_value_fills_what_is_empty(cast, emptied):
    winner, loser = emptied

    merge = services.merge_leads(actor=cast.actor("rep"), winner_id=winner.pk, loser_id=loser.pk)

    winner.refresh_from_db()
    assert (winner.custom, Contact.objects.get(pk=winner.contact_id).name) == ({"size": "L"}, "B. Santoso")
    assert {row.key for row in LeadSlot.objects.filter(lead=winner)} == {"need", "budget"}

    services.part_leads(actor=cast.actor("rep"), winner_id=winner.pk, merge_id=merge.pk)
    winner.refresh_from_db()
    assert (winner.custom, Contact.objects.get(pk=winner.contact_id).name) == ({}, "")


def test_programs_find_merge_and_part(cast, two):
    winner, loser = two
    client = Client(headers={"Authorization": f"Bearer {api_key(cast, 'rep')}"})
    address = f"/api/v1/leads/{winner.pk}/"

    def post(what, body):
        return client.post(f"{address}{what}/", body, content_type="application/json")

    merged = post("merge", {"loser": str(loser.pk), "choices": {"source": "loser"}})
    moved = client.get(f"/api/v1/leads/{loser.pk}/")
    listed = client.get(f"{address}duplicates/").json()
    parted = post("part", {"merge": listed["merges"][0]["id"]})

    assert (merged.status_code, merged.json()["source"]) == (200, "fair")
    assert (moved.status_code, moved["Location"]) == (301, f"http://testserver{address}")
    assert listed["merges"][0]["loser"] == str(loser.pk)
    assert (parted.status_code, parted.json()["source"]) == (200, "whatsapp")
    assert post("tell_apart", {"other": str(loser.pk)}).status_code == 204
