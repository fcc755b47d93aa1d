"""API keys: scopes asked at each use, an end, shown once, revoked."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from crm import selectors, services
from crm.core.errors import InvalidInputError
from crm.models import ApiKey, EventRecord, Membership, Role


def program(house, name, *scopes):
    """A program with a key of the member, made for these scopes."""
    made = services.create_api_key(
        actor=house.actor("admin"), email=house.user(name).email, name="BI", scopes=scopes
    )
    return Client(headers={"Authorization": f"Bearer {made.secret}"})


def test_a_key_does_what_it_was_made_for_and_hears_what_it_lacks(house):
    house.contact("Budi")
    bi = program(house, "admin", "contacts.view")

    assert [c["name"] for c in bi.get("/api/v1/contacts/").json()["results"]] == ["Budi"]
    answer = bi.post("/api/v1/contacts/", {"name": "Sari"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert answer.json()["errors"] == {"scope": ["contacts.edit"]}
    assert answer.json()["detail"] == "This API key lacks the scope 'contacts.edit'. Make a key that has it."
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="contacts.edit"'
    assert bi.get("/api/v1/contacts/").json()["results"][0]["name"] == "Budi"


def test_a_key_never_may_more_than_its_member(house):
    # given a key for everything of a rep, and one with a scope the rep loses later
    house.contact("Budi")
    everything, edit = program(house, "rep", "*"), program(house, "rep", "contacts.view", "contacts.edit")
    new = {"name": "Sari"}
    assert edit.post("/api/v1/contacts/", new, content_type="application/json").status_code == 201

    viewer = Role.objects.get(workspace=house.workspace, key="viewer")
    Membership.objects.filter(pk=house.members["rep"].pk).update(role=viewer)

    for client in (everything, edit):
        answer = client.post("/api/v1/contacts/", new, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
        assert client.get("/api/v1/contacts/").status_code == 200


def test_an_unknown_key_is_told_how_to_come_in(house):
    answer = Client(headers={"Authorization": "Bearer crm_nothing"}).get("/api/v1/contacts/")

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        ([], "Choose at least one thing the key may do."),
        (["leads.fly"], "There is no scope 'leads.fly'."),
    ],
)
def test_scopes_that_mean_nothing_are_refused(house, scopes, said):
    with pytest.raises(InvalidInputError) as refused:
        services.create_api_key(actor=house.actor("admin"), email="rep@warung.test", scopes=scopes)

    assert refused.value.fields == {"scopes": [said]}
    assert not ApiKey.objects.exists()


@pytest.fixture
def petra(house):
    """Manages members, and may otherwise only see contacts."""
    may = ["members.manage", "contacts.view"]
    Role.objects.create(workspace=house.workspace, key="people", name="People", permissions=may, sight="all")
    house.add("petra", "people")
    return house.actor("petra")


@pytest.mark.parametrize("scope", ["*", "leads.edit"])
def test_nobody_gives_a_scope_they_dont_hold(house, petra, scope):
    with pytest.raises(InvalidInputError) as refused:
        services.create_api_key(actor=petra, email="petra@warung.test", scopes=[scope])

    assert refused.value.fields == {"scopes": [f"You may not give '{scope}': you don't hold it yourself."]}
    assert not ApiKey.objects.exists()
    services.create_api_key(actor=petra, email="petra@warung.test", scopes=["contacts.view"])


def test_a_key_ends_after_a_year_unless_said_sooner_and_never_later(house):
    year = timedelta(days=settings.API_KEY_DAYS)
    made = services.create_api_key(actor=house.system, email="rep@warung.test").row
    assert made.expires_at is not None
    assert abs(made.expires_at - timezone.now() - year) < timedelta(minutes=5)

    sooner = timezone.now() + timedelta(days=7)
    row = services.create_api_key(actor=house.system, email="rep@warung.test", expires_at=sooner).row
    assert row.expires_at == sooner
    for when in (timezone.now() + year + timedelta(days=1), timezone.now() - timedelta(seconds=1)):
        with pytest.raises(InvalidInputError) as refused:
            services.create_api_key(actor=house.system, email="rep@warung.test", expires_at=when)
        assert list(refused.value.fields) == ["expires_at"]

    assert ApiKey.objects.count() == 2


def test_use_is_noted_to_the_minute(house):
    secret = house.key("rep")
    Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/contacts/")
    first = ApiKey.objects.get().last_used_at
    key = selectors.find_api_key(secret)
    assert key is not None
    key.last_used_at = None  # another process has not read it yet

    services.note_key_used(key)

    assert ApiKey.objects.get().last_used_at == first is not None


@override_settings(API_KEY_DAYS=90)
def test_the_page_makes_a_key_shows_it_once_and_revokes_it(house):
    browser = house.browser("admin")
    form = browser.get("/settings/keys/new/").context["form"]
    assert [days for days, _ in form.fields["days"].choices] == [7, 30, 90]

    answer = browser.post(
        "/settings/keys/new/", {"name": "BI", "scopes": ["leads.view", "contacts.view"], "days": "30"}
    )

    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    key = selectors.find_api_key(secret)
    assert key is not None
    assert (key.name, key.scopes) == ("BI", ["contacts.view", "leads.view"])
    assert key.expires_at is not None
    assert timedelta(days=29) < key.expires_at - timezone.now() < timedelta(days=30)
    listed = browser.get("/settings/keys/").content.decode()
    assert (secret in listed, secret[:8] in listed) == (False, True)
    assert EventRecord.objects.get(name="crm.api_key_made").payload["called"] == "BI"

    browser.post(f"/settings/keys/{key.pk}/revoke/")
    assert selectors.find_api_key(secret) is None
    assert EventRecord.objects.get(name="crm.api_key_revoked").actor_label == "Admin"


def test_a_key_for_nothing_is_no_key(house):
    answer = house.browser("admin").post("/settings/keys/new/", {"name": "BI", "days": "30"})

    assert list(answer.context["form"].errors) == ["scopes"]
    assert not ApiKey.objects.exists()


def test_the_database_holds_no_key_that_opens_anything(house):
    # given a key that opens
    secret = house.key("rep")
    assert selectors.find_api_key(secret) is not None

    # then nothing that is kept of it does, in its row, its history or the news of it
    rows = [*ApiKey.objects.values_list(), *ApiKey.history.values_list(), *EventRecord.objects.values_list()]
    held = {str(value) for row in rows for value in row}
    assert len(held) > 10
    assert [value for value in held if secret in value or selectors.find_api_key(value)] == []
