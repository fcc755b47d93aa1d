"""Coming in and going out: sign-in, its limits, forgotten passwords, workspaces, the demo's people."""

import re
import time
from io import StringIO

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import Client, override_settings

from crm import checks, selectors, services
from crm.models import Membership, PasswordReset, User
from tests.crm.people import PASSWORD, House

LOGIN = "/accounts/login/"
WRONG = "The email address and/or password you specified are not correct."


def sign_in(browser, email, password=PASSWORD, **more):
    """Fill the form in."""
    return browser.post(LOGIN, {"login": email, "password": password}, **more)


def is_in(browser):
    """Does the browser hold a session?"""
    return "_auth_user_id" in browser.session


def test_a_member_comes_in_by_address_and_password_and_goes_out(house, browser):
    answer = sign_in(browser, "Rep@Warung.test")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(browser)
    assert browser.get("/alerts/").status_code == 200

    answer = browser.post("/accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not is_in(browser)
    assert browser.get("/alerts/")["Location"] == "/accounts/login/?next=/alerts/"


def test_after_sign_in_one_is_where_one_wanted_to_go(house, browser):
    answer = browser.post(LOGIN, {"login": "rep@warung.test", "password": PASSWORD, "next": "/alerts/"})

    assert answer["Location"] == "/alerts/"


def test_sign_in_leads_nowhere_else(house, browser):
    answer = browser.post(
        LOGIN, {"login": "rep@warung.test", "password": PASSWORD, "next": "https://elsewhere.example/"}
    )

    assert answer["Location"] == "/"


@pytest.mark.parametrize("email", ["rep@warung.test", "nobody@warung.test"])
def test_a_wrong_password_and_an_unknown_address_look_the_same(house, browser, email):
    answer = sign_in(browser, email, "wrong")

    assert answer.status_code == 200
    assert WRONG in answer.content.decode()
    assert not is_in(browser)


def test_who_was_switched_off_stays_out(house, browser):
    User.objects.filter(email="rep@warung.test").update(is_active=False)

    sign_in(browser, "rep@warung.test")

    assert not is_in(browser)


def test_guessing_is_stopped(house, browser):
    for _ in range(5):
        assert WRONG in sign_in(browser, "rep@warung.test", "wrong").content.decode()

    # then even the right password has to wait, for this address only
    answer = sign_in(browser, "rep@warung.test")
    assert "Too many failed tries from here. Try again in 5 minutes" in answer.content.decode()
    assert not is_in(browser)
    sign_in(browser, "admin@warung.test")
    assert is_in(browser)


def test_a_forgotten_password_is_set_anew_by_mail(house, browser):
    answer = browser.post("/accounts/password/reset/", {"email": "rep@warung.test"})
    assert answer["Location"] == "/accounts/password/reset/done/"
    assert services.mail_password_resets() == 1
    assert services.mail_password_resets() == 0
    assert mail.outbox[0].to == ["rep@warung.test"]
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link is not None

    page = browser.get(link[1], follow=True)
    words = {"password1": "four blind mice ran", "password2": "four blind mice ran"}
    done = browser.post(page.redirect_chain[-1][0], words)

    assert done.status_code == 302
    assert house.user("rep").check_password("four blind mice ran")
    again = Client().get(link[1], follow=True)
    assert "form" not in again.context or again.context.get("token_fail")
    sign_in(browser, "rep@warung.test", "four blind mice ran")
    assert is_in(browser)


def test_a_new_password_must_be_long(house, browser):
    browser.post("/accounts/password/reset/", {"email": "rep@warung.test"})
    services.mail_password_resets()
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link is not None
    page = browser.get(link[1], follow=True)

    answer = browser.post(page.redirect_chain[-1][0], {"password1": "short one", "password2": "short one"})

    assert "at least 12 characters" in answer.content.decode()
    assert house.user("rep").check_password(PASSWORD)


@pytest.mark.parametrize("is_away", [False, True])
def test_known_and_unknown_addresses_are_answered_alike(house, browser, monkeypatch, is_away):
    """Whatever the mail server does: nobody is looked up or mailed before a worker takes the wish."""
    with monkeypatch.context() as away:
        if is_away:
            away.setattr("django.core.mail.message.EmailMessage.send", _away)
        for email in ("nobody@elsewhere.test", "rep@warung.test"):
            answer = browser.post("/accounts/password/reset/", {"email": email})
            assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
        assert mail.outbox == []
        assert services.mail_password_resets() == (0 if is_away else 1)

    with time_machine.travel(
        time.time() + 120
    ):  # who is unknown gets none, also later; who was not reached does
        assert services.mail_password_resets() == (1 if is_away else 0)
    assert [sent.to for sent in mail.outbox] == [["rep@warung.test"]]
    assert not PasswordReset.objects.exists()


def test_a_mail_server_that_is_gone_is_not_asked_for_ever(house, browser, monkeypatch):
    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", _away)
    browser.post("/accounts/password/reset/", {"email": "rep@warung.test"})
    for days in range(1, 9):
        with time_machine.travel(time.time() + days * 86400):
            services.mail_password_resets()
    assert not PasswordReset.objects.exists()


def test_a_mail_server_that_says_nothing_is_left_soon():
    assert 0 < settings.EMAIL_TIMEOUT <= 15


def _away(*_, **__):
    raise ConnectionRefusedError


def test_nobody_signs_up(house, browser):
    page = browser.get("/accounts/signup/")
    words = {
        "email": "new@warung.test",
        "password1": "four blind mice ran",
        "password2": "four blind mice ran",
    }
    browser.post("/accounts/signup/", words)

    assert page.status_code == 200
    assert 'name="password1"' not in page.content.decode()
    assert not User.objects.filter(email="new@warung.test").exists()


@override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True)
def test_cookies_are_closed_to_scripts_and_other_sites(house, browser):
    sign_in(browser, "rep@warung.test", secure=True)

    cookie = browser.cookies["sessionid"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")


def test_forms_need_their_token(house):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(house.user("rep"))

    assert browser.post("/alerts/read/").status_code == 403


def test_a_member_of_no_workspace_is_told_so(house, browser):
    Membership.objects.filter(user=house.user("rep")).update(is_active=False)
    browser.force_login(house.user("rep"))

    for path in ("/", "/alerts/", "/leads/", "/inbox/"):
        answer = browser.get(path)
        assert answer.status_code == 403, path
        assert "You don&#x27;t belong to a workspace yet" in answer.content.decode()
        assert "/accounts/logout/" in answer.content.decode()
    assert browser.post("/accounts/logout/").status_code == 302


def test_who_works_in_two_workspaces_chooses(house, strangers, browser):
    # given a rep of one who is a viewer of another
    services.add_member(actor=strangers.system, email="rep@warung.test", role_key="viewer")
    house.contact("Budi")
    strangers.contact("Greta")
    browser.force_login(house.user("rep"))
    assert names(browser) == ["Budi"]

    # when they choose the other
    answer = browser.post(f"/workspaces/{strangers.workspace.pk}/choose/")

    # then pages and API are about the other
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert names(browser) == ["Greta"]
    assert browser.get("/").context["workspace"] == strangers.workspace
    assert browser.get("/").context["workspaces"]() == [house.workspace, strangers.workspace]


def names(browser):
    """Of the contacts the browser's user sees."""
    return [c["name"] for c in browser.get("/api/v1/contacts/").json()["results"]]


def test_a_strangers_workspace_cant_be_chosen(house, strangers):
    browser = house.browser("rep")

    answer = browser.post(f"/workspaces/{strangers.workspace.pk}/choose/")

    assert answer.status_code == 404
    assert "workspace" not in browser.session
    assert browser.get("/").context["workspace"] == house.workspace
    assert browser.get(f"/workspaces/{house.workspace.pk}/choose/").status_code == 405


def test_a_workspace_one_left_is_not_entered_by_an_old_choice(house, strangers):
    services.add_member(actor=strangers.system, email="rep@warung.test", role_key="viewer")
    browser = house.browser("rep")
    browser.post(f"/workspaces/{strangers.workspace.pk}/choose/")

    Membership.objects.filter(user=house.user("rep"), workspace=strangers.workspace).update(is_active=False)

    assert browser.get("/").context["workspace"] == house.workspace


@pytest.fixture
def demo(db) -> House:
    """The demo workspace with its known people."""
    workspace = services.create_workspace(slug="demo", name="Demo")
    house = House(workspace, services_actor(workspace))
    house.add("admin", "admin")
    return house


def services_actor(workspace):
    """The product itself, there."""
    from crm.core.actors import system_actor

    return system_actor(workspace.pk, via="command")


@override_settings(DEMO=True)
def test_in_the_demo_its_people_come_in_and_are_shown(demo, browser):
    page = browser.get(LOGIN)
    assert page.context["demo_sign_ins"] == [
        {"email": "admin@demo.test", "password": "demo", "role": "Admin"}
    ]

    sign_in(browser, "admin@demo.test")

    assert is_in(browser)
    assert selectors.find_api_key(demo.key("admin")) is not None


@override_settings(DEMO=False)
def test_outside_the_demo_its_people_stay_out(demo, browser):
    key = demo.key("admin")

    answer = sign_in(browser, "admin@demo.test")

    assert WRONG in answer.content.decode()
    assert not is_in(browser)
    assert not browser.get(LOGIN).context["demo_sign_ins"]
    assert selectors.find_api_key(key) is None


def test_a_session_of_the_demo_ends_with_the_demo(demo, browser):
    with override_settings(DEMO=True):
        sign_in(browser, "admin@demo.test")
        assert browser.get("/alerts/").status_code == 200

    with override_settings(DEMO=False):
        assert browser.get("/alerts/").status_code == 302


def test_production_refuses_to_start_with_the_demos_people(demo, browser):
    with override_settings(DEMO=True):
        assert checks.check_demo_people_are_gone(None, databases=["default"]) == []
        assert browser.get("/health/ready").status_code == 200

    with override_settings(DEMO=False):
        assert [c.id for c in checks.check_demo_people_are_gone(None, databases=["default"])] == ["crm.E002"]
        answer = browser.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json() == {"status": "the demo's users are here and DEMO is off: manage.py close_demo"}

        # when their accounts are closed
        out = StringIO()
        call_command("close_demo", stdout=out)
        assert out.getvalue() == "1 demo accounts closed\n"

        # then it may start
        assert checks.check_demo_people_are_gone(None, databases=["default"]) == []
        assert browser.get("/health/ready").status_code == 200


def test_nobody_takes_another_address_for_their_own(house):
    browser = house.browser("rep")

    answer = browser.post("/accounts/email/", {"email": "sari@example.test", "action_add": ""})

    assert answer.headers["Location"] == "/settings/you/"
    assert house.user("rep").email == "rep@warung.test"
    assert not EmailAddress.objects.exists()
