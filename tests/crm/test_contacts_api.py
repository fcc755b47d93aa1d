"""/api/v1/contacts/ from outside."""

import pytest

from crm import services
from crm.models import Contact, EventRecord

URL = "/api/v1/contacts/"
JSON = "application/json"


def test_a_contact_is_made_read_changed_and_found(house):
    api = house.api("rep")

    # made
    given = {"name": "Budi", "tags": ["vip"], "identities": [{"kind": "phone", "value": "+62 811-0000-900"}]}
    made = api.post(URL, given, content_type=JSON)
    body = made.json()
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    assert body.keys() == {
        "id", "name", "language", "owner", "identities", "accounts", "tags", "custom", "version", "created_at",
    }  # fmt: skip
    assert (body["name"], body["tags"], body["version"]) == ("Budi", ["vip"], 1)
    assert body["identities"] == [{"kind": "phone", "value": "628110000900", "former_since": None}]
    assert body["accounts"] == []

    # read, alone and in the list
    assert api.get(f"{URL}{body['id']}/").json() == body
    assert api.get(URL).json() == {"results": [body], "next": None, "previous": None}

    # changed
    owner = str(house.user("rep").pk)
    changed = api.patch(
        f"{URL}{body['id']}/",
        {"name": "Budi S", "owner": owner},
        content_type=JSON,
        headers={"If-Match": '"1"'},
    )
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert changed.json() == {**body, "name": "Budi S", "owner": owner, "version": 2}

    # found
    for text in ("budi s", "0811 0000 900", "+62(811)0000900", "62811"):
        assert [c["id"] for c in api.get(URL, {"search": text}).json()["results"]] == [body["id"]], text
    assert api.get(URL, {"search": "0812"}).json()["results"] == []
    assert len(api.get(URL, {"tag": "vip", "owner": owner}).json()["results"]) == 1
    assert api.get(URL, {"tag": "nobody"}).json()["results"] == []

    # and its history says who
    newest, oldest = api.get(f"{URL}{body['id']}/history/").json()["results"]
    assert newest["who"] == {"kind": "api_client", "id": owner, "label": "Rep (tests)"}
    assert (newest["what"], newest["from_where"]) == ("changed", "api")
    assert newest["changes"] == [
        {"field": "name", "old": "Budi", "new": "Budi S"},
        {"field": "owner", "old": None, "new": owner},
    ]
    assert oldest["what"] == "created"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "n" * 201}, "name"),
        ({"identities": [{"kind": "pigeon", "value": "1"}]}, "identities"),
        ({"identities": [{"kind": "phone", "value": "no digits"}]}, "identities"),
        ({"tags": "vip"}, "tags"),
        ({"tags": [1, None]}, "tags"),
        ({"name": "nul\0"}, "name"),
        ({"name": "\ud800"}, "name"),
        ([], "non_field_errors"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(house, given, field):
    answer = house.api("rep").post(URL, given, content_type=JSON)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["errors"]) == [field]
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"identities": []}, {"version": 9}, {"workspace": "x"}, {"name": "X", "is_staff": True}]
)
def test_what_cant_be_changed_is_refused_by_name(house, changes):
    contact = house.contact("Budi")

    answer = house.api("rep").patch(f"{URL}{contact.pk}/", changes, content_type=JSON)

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(changes) - {"name"}
    contact.refresh_from_db()
    assert (contact.name, contact.version) == ("Budi", 1)


@pytest.fixture
def fields(house):
    """The workspace has added two fields to its contacts, one of which nobody may leave out."""
    for label, kind, is_required in (("Shoe size", "number", False), ("District", "text", True)):
        services.add_custom_field(
            actor=house.actor("admin"), of="contact", label=label, kind=kind, is_required=is_required
        )


def test_a_new_contact_has_the_values_of_ones_own_fields(house, fields):
    given = {"name": "Budi", "custom": {"shoe_size": "42", "district": " Bandung "}}

    made = house.api("rep").post(URL, given, content_type=JSON)

    assert made.status_code == 201
    assert made.json()["custom"] == {"shoe_size": 42, "district": "Bandung"}
    assert Contact.objects.get().custom == {"shoe_size": 42, "district": "Bandung"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"custom": {"district": "Bandung", "hat_size": "L"}}, "custom.hat_size"),
        ({"custom": {"district": "Bandung", "shoe_size": "large"}}, "custom.shoe_size"),
        ({"custom": {"shoe_size": 42}}, "custom.district"),
        ({}, "custom.district"),
        ({"custom": {"district": "Bandung"}, "owner": None}, "owner"),
    ],
)
def test_what_a_new_contact_cant_have_is_refused_by_name(house, fields, given, field):
    answer = house.api("rep").post(URL, {"name": "Budi", **given}, content_type=JSON)

    assert (answer.status_code, list(answer.json().get("errors", []))) == (400, [field])
    assert not Contact.objects.exists()


@pytest.mark.parametrize("size", ["1" * 5000, "0000000019999"])
def test_no_page_is_larger_than_the_largest(house, size):
    answer = house.api("rep").get(URL, {"page_size": size})

    assert (answer.status_code, list(answer.json().get("errors", []))) == (400, ["page_size"])


@pytest.mark.parametrize("ordering", ["--name", "---created_at", "-", "owner"])
def test_an_order_that_is_none_is_refused_by_name(house, ordering):
    answer = house.api("rep").get(URL, {"ordering": ordering})

    assert (answer.status_code, list(answer.json().get("errors", []))) == (400, ["ordering"])


@pytest.mark.parametrize(("version", "status"), [('"7"', 412), ("seven", 400), ('"1"', 200), ("*", 200)])
def test_if_match(house, version, status):
    contact = house.contact("Budi")

    answer = house.api("rep").patch(
        f"{URL}{contact.pk}/", {"name": "B"}, content_type=JSON, headers={"If-Match": version}
    )

    assert answer.status_code == status
    contact.refresh_from_db()
    assert contact.name == ("B" if status == 200 else "Budi")
    if status == 412:
        assert answer.json()["code"] == "version_conflict"


def test_a_stranger_finds_nothing_and_changes_nothing(house, strangers):
    contact = house.contact("Budi", "15550100")
    api = strangers.api("admin")
    missing = api.get(f"{URL}00000000-0000-4000-8000-000000000000/")

    for answer in (
        api.get(f"{URL}{contact.pk}/"),
        api.get(f"{URL}{contact.pk}/history/"),
        api.patch(f"{URL}{contact.pk}/", {"name": "X"}, content_type=JSON),
    ):
        assert (answer.status_code, answer.json()) == (404, missing.json())
    assert api.get(URL).json()["results"] == []
    assert api.get(URL, {"search": "15550100"}).json()["results"] == []
    contact.refresh_from_db()
    assert contact.name == "Budi"


def test_a_viewer_reads_and_writes_not(house):
    contact = house.contact("Budi")
    api = house.api("viewer")

    assert api.get(f"{URL}{contact.pk}/").status_code == 200
    refused = api.patch(f"{URL}{contact.pk}/", {"name": "X"}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert api.post(URL, {"name": "X"}, content_type=JSON).status_code == 403
    assert list(Contact.objects.values_list("name", flat=True)) == ["Budi"]


def test_the_number_of_queries_does_not_grow_with_the_rows(house, django_assert_max_num_queries):
    api = house.api("rep")
    api.get(URL)
    for n in range(30):
        house.contact(f"Contact {n}", f"1555{n:04d}")

    with django_assert_max_num_queries(6):
        assert len(api.get(URL).json()["results"]) == 30


def test_a_known_identity_is_refused(house):
    house.contact("Budi", "15550100")

    given = {"name": "Twin", "identities": [{"kind": "wa_id", "value": "1 555 0100"}]}
    answer = house.api("rep").post(URL, given, content_type=JSON)

    assert (answer.status_code, list(answer.json().get("errors", []))) == (400, ["identities"])
    assert Contact.objects.count() == 1
    assert EventRecord.objects.filter(name="crm.contact_created").count() == 1
