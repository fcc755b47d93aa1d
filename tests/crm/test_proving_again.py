"""Delicate things ask once more who one is; what was asked for then goes on."""

import pytest

from crm.models import ApiKey, Invitation, Membership, Role
from tests.crm.people import PASSWORD
from tests.proofs import signed_in

LONG_AGO = 301  # seconds
AGAIN = "/accounts/reauthenticate/"


@pytest.fixture
def admin(house):
    """The admin's browser, signed in a while ago."""
    return signed_in(house.user("admin"), ago=LONG_AGO)


def delicate(house):
    """Address and form of each delicate change."""
    rep = house.members["rep"].pk
    house.key("rep")
    key = ApiKey.objects.get().pk
    role = Role.objects.get(workspace=house.workspace, key="rep").pk
    return [
        ("/settings/keys/new/", {"name": "BI", "everything": "on", "days": "30"}),
        (f"/settings/keys/{key}/revoke/", {}),
        ("/settings/team/invite/", {"email": "sari@example.test", "role": "rep"}),
        (f"/settings/team/{rep}/", {"role": "viewer"}),
        (f"/settings/team/{rep}/active/", {"is_active": "0"}),
        (f"/settings/team/{rep}/sign-out/", {}),
        (f"/settings/team/{rep}/phone/", {}),
        ("/settings/you/sessions/end-others/", {}),
        ("/accounts/2fa/totp/activate/", {"code": "123456"}),
        ("/accounts/2fa/webauthn/add/", {}),
        (f"/admin/crm/membership/{rep}/change/", {}),
        (f"/admin/crm/role/{role}/change/", {}),
        ("/admin/crm/role/add/", {}),
        (f"/admin/crm/user/{house.user('rep').pk}/change/", {}),
        ("/admin/crm/apikey/", {"action": "revoke", "_selected_action": str(key)}),
    ]


def test_each_delicate_change_asks_first_and_changes_nothing(house, admin):
    for address, form in delicate(house):
        answer = admin.post(address, form)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith(AGAIN), address

    assert ApiKey.objects.get().revoked_at is None
    assert not Invitation.objects.exists()
    member = Membership.objects.get(pk=house.members["rep"].pk)
    assert (member.role.key, member.is_active) == ("rep", True)


def test_a_right_password_lets_the_change_go_on_and_holds_for_minutes(house, admin):
    asked = admin.post("/settings/team/invite/", {"email": "sari@example.test", "role": "rep"})

    admin.post(asked.headers["Location"], {"password": PASSWORD, "next": "/settings/team/invite/"})

    assert Invitation.objects.get().email == "sari@example.test"
    answer = admin.post("/settings/team/invite/", {"email": "tono@example.test", "role": "rep"})
    assert answer.headers["Location"] == "/settings/team/"
    assert Invitation.objects.count() == 2


def test_a_wrong_password_changes_nothing_and_ten_are_enough(house, admin):
    asked = admin.post("/settings/team/invite/", {"email": "sari@example.test", "role": "rep"})

    answers = [admin.post(asked.headers["Location"], {"password": "wrong"}) for _ in range(11)]

    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert not Invitation.objects.exists()


def test_who_signed_in_minutes_ago_is_not_asked(house):
    browser = signed_in(house.user("admin"), ago=LONG_AGO - 60)

    browser.post("/settings/team/invite/", {"email": "sari@example.test", "role": "rep"})

    assert Invitation.objects.count() == 1
