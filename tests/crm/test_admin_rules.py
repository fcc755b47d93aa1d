"""Master data in the Django admin: no door past the services' rules, nor past their way back."""

import pytest
from django.urls import reverse

from conversations import services as conversations
from conversations.models import CannedReply, Label
from crm import services
from crm.models import Contact, CustomField, EventRecord, Identity, Tag, Team
from leads import services as leads
from leads.models import Slot
from tests.crm.test_admin import url


@pytest.fixture
def things(house):
    """One of each thing that is put out of use instead of deleted."""
    admin = house.actor("admin")
    leads.set_up_leads(actor=house.system)
    contact = house.contact("Budi", "628111")
    services.tag_contact(actor=admin, contact_id=contact.pk, add=["vip"])
    return [
        Tag.objects.get(),
        leads.add_slot(actor=admin, key="shoe_size", label="Shoe size", kind="number"),
        conversations.create_label(actor=admin, name="Urgent"),
        conversations.write_canned_reply(actor=admin, shortcut="hi", text="Hello"),
        services.add_custom_field(actor=admin, of="contact", label="Size", kind="text"),
    ]


def test_what_others_point_at_is_not_deleted(house, things):
    browser = house.browser("admin")

    for row in things:
        answer = browser.post(url(type(row), "delete", row.pk), {"post": "yes"})
        many = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
        browser.post(url(type(row)), many)

        assert answer.status_code == 403, row
        assert type(row).objects.filter(pk=row.pk).exists(), row
    assert {type(row) for row in things} == {Tag, Slot, Label, CannedReply, CustomField}


def slot_form(row, **changes):
    """What the form of a slot sends."""
    given = {
        "label": row.label,
        "key": row.key,
        "kind": row.kind,
        "options": "",
        "position": 9,
        "is_active": "on",
    }
    return given | changes


def test_a_slot_keeps_its_key_and_kind_and_its_changes_are_told(house, things):
    # given a slot that leads may hold values of
    row, browser = things[1], house.browser("admin")

    # when its label is changed, and with it what must stay
    answer = browser.post(url(Slot, "change", row.pk), slot_form(row, label="Size", key="size", kind="text"))

    # then only the label is another one, and the audit tells of it
    assert answer.status_code == 302, answer.context["errors"]
    row.refresh_from_db()
    assert (row.label, row.key, row.kind, row.is_required) == ("Size", "shoe_size", "number", False)
    told = EventRecord.objects.filter(name="leads.slot_settings_changed").latest("sequence")
    assert (told.payload["called"], told.via) == ("Size", "admin")


def test_a_new_slot_goes_by_the_same_rules(house, things):
    browser = house.browser("admin")
    new = {
        "label": "Colour",
        "key": "colour",
        "kind": "choice",
        "options": "",
        "position": 3,
        "is_active": "on",
    }

    refused = browser.post(url(Slot, "add"), new)
    added = browser.post(url(Slot, "add"), new | {"options": "red,blue"})

    assert "options" in refused.context["adminform"].form.errors
    assert added.status_code == 302, added.context["errors"]
    row = Slot.objects.get(key="colour")
    assert (row.options, row.position, row.is_active) == (["red", "blue"], 3, True)


def test_a_team_with_people_stays_and_an_empty_one_can_be_put_back(house):
    admin, browser = house.actor("admin"), house.browser("admin")
    full = services.save_team(actor=admin, name="Java", membership_ids=[house.members["rep"].pk])
    empty = services.save_team(actor=admin, name="Bali", membership_ids=[])

    for row in (full, empty):
        browser.post(reverse("admin:crm_team_delete", args=[row.pk]), {"post": "yes"})
    browser.post(url(Team, "change", full.pk), {"name": "Sumatra"})

    full.refresh_from_db()
    assert (full.name, full.memberships.count()) == ("Sumatra", 1)
    assert not Team.objects.filter(pk=empty.pk).exists()
    assert services.put_team_back(actor=admin, team_id=empty.pk).name == "Bali"
    assert EventRecord.objects.filter(name="crm.team_changed", via="admin").count() == 2


def contact_form(value, **changes):
    """What the form of a contact with one new number sends."""
    given = {
        "name": "Budi", "language": "", "owner": "", "tags": "", "identities-TOTAL_FORMS": 1,
        "identities-INITIAL_FORMS": 0, "identities-0-kind": "phone", "identities-0-value": value,
        "identities-0-shown_as": "", "identities-0-scope": "",
    }  # fmt: skip
    return given | changes


def test_a_number_is_kept_as_it_will_come_in(house):
    answer = house.browser("admin").post(url(Contact, "add"), contact_form("+62 811-0000-900"))

    assert answer.status_code == 302, answer.context["errors"]
    row = Identity.objects.get()
    assert (row.value, row.shown_as) == ("628110000900", "+62 811-0000-900")
    known = services.recognise_contact(
        actor=house.system, knowns=[services.Known("wa_id", "628110000900")], name="B"
    )
    assert [known] == list(Contact.objects.all())


@pytest.mark.parametrize("value", ["none", "+62 811"])
def test_no_number_and_somebody_elses_are_refused(house, value):
    actor, known = house.system, services.Known("wa_id", "62811")
    services.recognise_contact(actor=actor, knowns=[known], name="Citra")

    answer = house.browser("admin").post(url(Contact, "add"), contact_form(value))

    assert answer.status_code == 200
    assert answer.context["errors"]
    assert [row.name for row in Contact.objects.all()] == ["Citra"]


def test_another_name_of_a_contact_is_told_and_words_become_tags(house):
    contact = house.contact("Budi", "628111", owner="rep")
    rep = house.user("rep").pk
    given = contact_form("") | {"name": "Budiman", "tags": "vip", "owner": rep, "identities-TOTAL_FORMS": 0}

    answer = house.browser("admin").post(url(Contact, "change", contact.pk), given)

    assert answer.status_code == 302, answer.context["errors"]
    contact.refresh_from_db()
    assert (contact.name, contact.tags, contact.owner_id) == ("Budiman", ["vip"], rep)
    told = EventRecord.objects.filter(name="crm.contact_changed").latest("sequence")
    assert (told.payload["fields"], told.via) == (["name", "tags"], "admin")
    assert Tag.objects.get().name == "vip"
