"""Second factors: asked after the password, sealed at rest, usable once, required of admins."""

import base64
import hashlib
import hmac
import json
import struct
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import call_command
from django.test import Client, override_settings

from crm.core import sealing
from crm.models import User
from tests.crm.people import PASSWORD
from tests.proofs import signed_in

LOGIN = "/accounts/login/"
CODE = "/accounts/2fa/authenticate/"


def code_of(secret, ago=0.0):
    """What an authenticator app shows (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time() - ago) // 30)
    made = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = made[-1] & 15
    return f"{(struct.unpack('>I', made[place : place + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def pair(house, name):
    """Pair an app by the page; its secret."""
    browser = signed_in(house.user(name))
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    return browser, secret


def after_password(email="rep@warung.test"):
    """A browser that gave the right password and is asked for more."""
    browser = Client()
    answer = browser.post(LOGIN, {"login": email, "password": PASSWORD})
    assert answer.headers["Location"] == CODE
    return browser


def is_in(browser):
    """Does a page of ours open?"""
    return browser.get("/alerts/").status_code == 200


@pytest.fixture
def secret(house):
    """The rep's app, paired a while ago, so that its codes are fresh again."""
    with time_machine.travel(time.time() - 3600):
        return pair(house, "rep")[1]


def test_the_password_alone_opens_nothing_and_the_code_does(house, secret):
    browser = after_password()
    assert not is_in(browser)

    assert browser.post(CODE, {"code": "000000"}).status_code == 200
    assert not is_in(browser)
    browser.post(CODE, {"code": code_of(secret)})

    assert is_in(browser)


def test_a_code_opens_once_even_while_it_is_still_accepted(house, secret):
    code = code_of(secret)
    first = after_password()
    first.post(CODE, {"code": code})
    assert is_in(first)

    with time_machine.travel(
        time.time() + 31
    ):  # allauth has forgotten it, and would take it for a slow clock's
        again = after_password()
        answer = again.post(CODE, {"code": code})

    assert "Incorrect code." in answer.content.decode()
    assert not is_in(again)


def test_a_clock_may_be_half_a_minute_off_and_not_more(house, secret):
    late, too_late = after_password(), after_password()

    late.post(CODE, {"code": code_of(secret, ago=30)})
    too_late.post(CODE, {"code": code_of(secret, ago=90)})

    assert (is_in(late), is_in(too_late)) == (True, False)


def test_guessing_codes_is_stopped(house, secret):
    browser = after_password()
    for _ in range(5):
        assert "Incorrect code." in browser.post(CODE, {"code": "000000"}).content.decode()

    answer = browser.post(CODE, {"code": code_of(secret)})

    assert "Too many failed" in answer.content.decode()
    assert not is_in(browser)


def test_a_recovery_code_opens_once(house, secret):
    kept = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    first = after_password()
    first.post(CODE, {"code": kept})
    assert is_in(first)

    again = after_password()
    again.post(CODE, {"code": kept})

    assert not is_in(again)
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 9


def test_secrets_are_sealed_in_the_database(house, secret):
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in kept
    app = Authenticator.objects.get(type="totp")
    assert sealing.unseal(app.data["secret"]) == secret


def test_keys_change_by_list_and_what_was_sealed_moves_to_the_newest(house, secret):
    with override_settings(SEAL_KEYS=["test-only-new-key"]):
        app = Authenticator.objects.get(type="totp")
        assert sealing.unseal(app.data["secret"]) == secret  # the old key is still on the list
        call_command("reseal_secrets", verbosity=0)

    with override_settings(SEAL_KEYS=["test-only-new-key"], SECRET_KEY="test-only-another-secret"):
        app = Authenticator.objects.get(type="totp")
        assert sealing.unseal(app.data["secret"]) == secret
        assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 10
    with override_settings(SEAL_KEYS=[]), pytest.raises(sealing.SealBrokenError):
        sealing.unseal(app.data["secret"])


@pytest.mark.django_db(transaction=True)
def test_a_new_factor_ends_other_sessions_and_is_told_by_mail(house):
    other = signed_in(house.user("rep"))
    assert is_in(other)

    browser, _ = pair(house, "rep")

    assert (is_in(browser), is_in(other)) == (True, False)
    assert mail.outbox[-1].to == ["rep@warung.test"]


def test_removing_it_ends_other_sessions_too(house, secret):
    other, browser = signed_in(house.user("rep")), signed_in(house.user("rep"))
    for one in (other, browser):
        assert is_in(one)

    browser.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.exists()
    assert (is_in(browser), is_in(other)) == (True, False)


@override_settings(REQUIRE_MFA_FOR_ADMINS=True)
def test_an_admin_without_one_is_led_to_set_it_up(house):
    admin, rep = house.browser("admin"), house.browser("rep")

    for path in ("/", "/leads/", "/settings/team/", "/admin/"):
        assert admin.get(path).headers["Location"] == "/accounts/2fa/", path
    fragment = admin.get("/alerts/", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == "/accounts/2fa/"
    api = admin.get("/api/v1/contacts/")
    assert (api.status_code, api.json()["code"]) == (403, "second_factor_needed")
    assert admin.get("/accounts/2fa/").status_code == 200
    assert rep.get("/leads/").status_code == 200

    browser, _ = pair(house, "admin")
    assert browser.get("/settings/team/").status_code == 200
    assert browser.get("/api/v1/contacts/").status_code == 200


@override_settings(REQUIRE_MFA_FOR_ADMINS=True)
def test_an_operator_without_one_is_led_to_set_it_up(house):
    User.objects.filter(pk=house.user("rep").pk).update(is_superuser=True)
    alone = User.objects.create_superuser("root@installation.test", PASSWORD)

    for browser in (house.browser("rep"), signed_in(alone)):
        for path in ("/", "/admin/", "/admin/account/emailaddress/"):
            assert browser.get(path).headers["Location"] == "/accounts/2fa/", path
        assert browser.get("/accounts/2fa/").status_code == 200

    browser, _ = pair(house, "rep")
    assert browser.get("/leads/").status_code == 200
    assert browser.get("/admin/account/emailaddress/").status_code == 200


@override_settings(REQUIRE_MFA_FOR_ADMINS=True)
def test_recovery_codes_alone_are_no_second_factor(house):
    Authenticator.objects.create(user=house.user("admin"), type="recovery_codes", data={})

    assert house.browser("admin").get("/leads/").headers["Location"] == "/accounts/2fa/"


@pytest.mark.parametrize(
    ("environment", "is_required"),
    [({}, "True"), ({"DEMO": "1"}, "False"), ({"REQUIRE_MFA_FOR_ADMINS": "0"}, "False")],
)
def test_it_is_required_outside_the_demo_unless_said_otherwise(environment, is_required):
    from tests.config.test_settings import run

    done = run(
        "-c", "from django.conf import settings; print(settings.REQUIRE_MFA_FOR_ADMINS)", **environment
    )

    assert done.stdout.strip() == is_required, done.stderr


def test_the_sign_in_page_asks_for_passkeys_by_static_scripts_only(house):
    page = Client().get(LOGIN).content.decode()

    assert '<script src="/static/mfa/js/webauthn.js" defer></script>' in page
    assert "data-allauth-onload" in page
    asked = Client().get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"}).json()
    assert asked["request_options"]["publicKey"]["userVerification"] == "required"
