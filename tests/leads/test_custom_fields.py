"""Fields of the workspace's own: made by admins, checked in one place, everywhere at once, and taken back."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from crm import services as crm_services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import Contact, CustomField, User
from leads import selectors, services
from leads.models import Lead
from tests.factories.leads import api_key, make_contact, make_lead


def add(cast, label, kind="text", of="lead", **given):
    return crm_services.add_custom_field(actor=cast.actor("admin"), of=of, label=label, kind=kind, **given)


def signed_in(cast, role="rep"):
    client = Client()
    client.force_login(cast.user(role))
    return client


def program(cast, role="admin"):
    return Client(headers={"Authorization": f"Bearer {api_key(cast, role)}"})


def test_a_field_gets_a_key_and_a_place(cast):
    first, second = add(cast, "T-shirt größe"), add(cast, "Seats", "number")

    assert (first.key, first.position, second.key, second.position) == ("t_shirt_grosse", 1, "seats", 2)
    assert first.history.get().actor_label == "Admin"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": " "}, "label"),
        ({"label": "數"}, "key"),
        ({"key": "two__parts"}, "key"),
        ({"kind": "colour"}, "kind"),
        ({"of": "dog"}, "of"),
        ({"kind": "choice"}, "options"),
        ({"help": "x" * 201}, "help"),
        ({"label": "Seats"}, "label"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused_by_name(cast, given, field):
    add(cast, "Seats")

    with pytest.raises(InvalidInputError) as refused:
        crm_services.add_custom_field(
            actor=cast.actor("admin"), **{"of": "lead", "label": "Size", "kind": "text", **given}
        )

    assert list(refused.value.fields) == [field]
    assert CustomField.objects.count() == 1


def test_only_those_who_manage_settings_make_and_change_fields(cast, strangers):
    field = add(cast, "Seats")

    for actor in (cast.actor("manager"), cast.actor("rep")):
        with pytest.raises(NotAllowedError):
            crm_services.add_custom_field(actor=actor, of="lead", label="Size", kind="text")
        with pytest.raises(NotAllowedError):
            crm_services.change_custom_field(actor=actor, field_id=field.pk, changes={"label": "X"})
    with pytest.raises(NotFoundError):
        crm_services.change_custom_field(
            actor=strangers.actor("admin"), field_id=field.pk, changes={"label": "X"}
        )

    assert list(CustomField.objects.values_list("label", flat=True)) == ["Seats"]


def test_a_lead_keeps_values_and_its_history_tells_them_field_by_field(cast):
    add(cast, "Seats", "number")
    add(cast, "Size", "choice", options=["S", "M"])
    lead, rep = make_lead(cast), cast.actor("rep")

    services.change_lead(actor=rep, lead_id=lead.pk, changes={"custom": {"seats": "4", "size": "m"}})
    services.change_lead(actor=rep, lead_id=lead.pk, changes={"custom": {"seats": ""}})

    lead.refresh_from_db()
    assert lead.custom == {"size": "M"}
    changes = [e["changes"] for e in selectors.lead_history(lead) if e["changes"]][:2]
    assert changes == [
        [{"field": "custom.seats", "old": 4, "new": None}],
        [
            {"field": "custom.seats", "old": None, "new": 4},
            {"field": "custom.size", "old": None, "new": "M"},
        ],
    ]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"seats": "many"}, {"custom.seats": ["Write a number, e.g. 12.5."]}),
        ({"hat": "x"}, {"custom.hat": ["There is no such field. Choose from: seats, need_by."]}),
        ({"need_by": ""}, {"custom.need_by": ["Need by is required."]}),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name_and_nothing_changes(cast, given, fields):
    add(cast, "Seats", "number")
    add(cast, "Need by", "date", is_required=True)
    lead = make_lead(cast, custom={"need_by": "2026-12-01"})

    with pytest.raises(InvalidInputError) as refused:
        services.change_lead(actor=cast.actor("rep"), lead_id=lead.pk, changes={"custom": given})

    assert refused.value.fields == fields
    assert Lead.objects.get().custom == {"need_by": "2026-12-01"}


def test_whoever_adds_a_lead_fills_in_what_is_required_and_a_message_need_not(cast):
    add(cast, "Seats", "number", is_required=True)
    contact = make_contact(cast)

    with pytest.raises(InvalidInputError) as refused:
        services.create_lead(actor=cast.actor("rep"), contact_id=contact.pk)
    assert (refused.value.fields, Lead.objects.count()) == ({"custom.seats": ["Seats is required."]}, 0)

    lead = services.capture_lead(actor=cast.system, contact_id=contact.pk, source="whatsapp")
    assert lead.custom == {}


def test_a_field_that_is_switched_off_is_nowhere_and_its_values_come_back_with_it(cast):
    field = add(cast, "Seats", "number")
    lead = make_lead(cast, custom={"seats": 4})
    client = signed_in(cast, "admin")

    client.post(reverse("crm:field_active", args=[field.pk]), {"is_active": "0"})
    assert "Seats is switched off. Its values are kept." in client.get("/settings/fields/").content.decode()
    assert "Seats" not in client.get(f"/leads/{lead.pk}/").content.decode()
    with pytest.raises(InvalidInputError):
        services.change_lead(actor=cast.actor("rep"), lead_id=lead.pk, changes={"custom": {"seats": 5}})

    client.post(reverse("crm:field_active", args=[field.pk]), {"is_active": "1"})
    assert 'value="4"' in client.get(f"/leads/{lead.pk}/").content.decode()
    assert Lead.objects.get().custom == {"seats": 4}


@pytest.mark.parametrize("of", ["lead", "contact"])
def test_a_rep_writes_a_field_on_the_page_and_takes_it_back(cast, of):
    add(cast, "Size", "choice", of=of, options=["S", "M"])
    lead = make_lead(cast)
    client, name = signed_in(cast), "leads:custom" if of == "lead" else "leads:contact_custom"

    def held():
        row = Lead.objects.select_related("contact").get()
        return row.custom if of == "lead" else row.contact.custom

    answer = client.post(
        reverse(name, args=[lead.pk, "size"]), {"value": "m"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, held()) == (200, {"size": "M"})

    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo_url"]
    assert client.post(undo, headers={"HX-Request": "true"}).status_code == 200
    assert held() == {}


def test_restoring_takes_back_one_change_and_leaves_what_came_after(cast):
    add(cast, "Seats", "number")
    lead, rep, manager = make_lead(cast), cast.actor("rep"), cast.actor("manager")
    services.tag_lead(actor=rep, lead_id=lead.pk, add=["old"])
    services.change_lead(
        actor=rep,
        lead_id=lead.pk,
        changes={"next_step": "Call", "tags": ["new"], "custom": {"seats": 4}, "source": "fair"},
    )
    change_id = selectors.latest_change(lead.pk)
    assert change_id is not None
    services.change_lead(actor=manager, lead_id=lead.pk, changes={"source": "ad", "tags": ["new", "later"]})

    services.restore_change(actor=rep, lead_id=lead.pk, change_id=change_id)

    lead.refresh_from_db()
    assert (lead.next_step, lead.custom, lead.source) == ("", {}, "whatsapp")
    assert lead.tags == ["later", "old"]
    with pytest.raises(NotAllowedError):
        services.restore_change(actor=cast.actor("viewer"), lead_id=lead.pk, change_id=change_id)
    with pytest.raises(NotFoundError):
        services.restore_change(actor=rep, lead_id=make_lead(cast).pk, change_id=change_id)


def test_programs_make_fields_write_them_and_filter_by_them(cast):
    client = program(cast)

    def send(method, url, body):
        return getattr(client, method)(url, body, content_type="application/json")

    made = send(
        "post",
        "/api/v1/custom-fields/",
        {"of": "lead", "label": "Size", "kind": "choice", "options": ["S", "M"]},
    )
    send("post", "/api/v1/custom-fields/", {"of": "lead", "label": "Seats", "kind": "number"})
    send("post", "/api/v1/custom-fields/", {"of": "contact", "label": "Site", "kind": "url"})
    leads = [make_lead(cast, f"Lead {n}") for n in range(3)]
    for lead, seats in zip(leads, (2, 10, None), strict=True):
        changed = send("patch", f"/api/v1/leads/{lead.pk}/", {"custom": {"seats": seats, "size": "s"}})
    contact = leads[0].contact_id
    send("patch", f"/api/v1/contacts/{contact}/", {"custom": {"site": "https://a.test"}})

    def found(query, of="leads"):
        answer = client.get(f"/api/v1/{of}/?{query}")
        assert answer.status_code == 200
        return [row["id"] for row in answer.json()["results"]]

    first, second, third = (str(lead.pk) for lead in leads)
    assert (made.status_code, made.json()["key"], changed.json()["custom"]) == (201, "size", {"size": "S"})
    assert found("custom.seats=10") == [second]
    assert found("custom.seats__gte=3") == [second]
    assert found("custom.seats__lte=3") == [first]
    assert found("custom.seats__empty=yes") == [third]
    assert found("custom.size=S&ordering=created_at") == [first, second, third]
    assert found("custom.site__contains=A.TEST", "contacts") == [str(contact)]
    wrong = client.get("/api/v1/leads/?custom.hat=x&custom.seats=many&custom.size__gte=S")
    assert (wrong.status_code, sorted(wrong.json()["errors"])) == (
        400,
        ["custom.hat", "custom.seats", "custom.size__gte"],
    )
    off = send("patch", f"/api/v1/custom-fields/{made.json()['id']}/", {"is_active": False})
    assert (off.status_code, off.json()["is_active"]) == (200, False)


def test_admins_add_and_change_fields_on_the_settings_page(cast):
    client = signed_in(cast, "admin")

    sent = {"of": "lead", "label": "Size", "kind": "choice", "options": "S\nM", "is_required": "on"}
    assert client.post(reverse("crm:new_field"), sent)["Location"] == reverse("crm:fields")
    field = CustomField.objects.get()
    wrong = client.post(reverse("crm:new_field"), {**sent, "options": ""})
    client.post(reverse("crm:field", args=[field.pk]), {"label": "Shirt", "options": "S\nM\nL"})

    field.refresh_from_db()
    assert (field.label, field.key, field.options, field.is_required) == (
        "Shirt",
        "size",
        ["S", "M", "L"],
        False,
    )
    assert "Write at least one option." in wrong.content.decode()
    assert "Shirt" in client.get(reverse("crm:fields")).content.decode()
    assert signed_in(cast, "rep").get(reverse("crm:fields")).status_code == 403


def test_fields_of_another_workspace_are_not_there(cast, strangers):
    add(strangers, "Secret")
    lead = make_lead(cast)

    assert dict(selectors.own_fields(cast.actor("rep"))) == {}
    assert program(cast).get("/api/v1/custom-fields/").json()["results"] == []
    with pytest.raises(InvalidInputError):
        services.change_lead(actor=cast.actor("rep"), lead_id=lead.pk, changes={"custom": {"secret": "x"}})
    assert (Lead.objects.get().custom, Contact.objects.filter(custom={}).count()) == ({}, 1)


def test_a_number_in_a_field_is_written_as_it_is_read_back(cast):
    """Spanish shows 12,5; what stands in the field goes back to us, and we read 12.5."""
    add(cast, "Seats", "number")
    lead = make_lead(cast, custom={"seats": 12.5})
    User.objects.update(language="es")

    page = signed_in(cast, "admin").get(reverse("leads:detail", args=[lead.pk])).content.decode()

    assert 'value="12.5"' in page
    assert 'value="12,5"' not in page
