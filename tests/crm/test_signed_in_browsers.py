"""Where somebody is signed in: listed, signed out one by one or all at once."""

import re
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from crm import services
from crm.services import sessions
from tests.crm.people import PASSWORD

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"
)
NEW = "four blind mice ran"


def sign_in(email, agent=CHROME, ip="10.0.0.1"):
    """A browser that came in by the form."""
    browser = Client(headers={"User-Agent": agent}, REMOTE_ADDR=ip)
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert "_auth_user_id" in browser.session
    return browser


def is_in(browser):
    """Does a page of ours open?"""
    return browser.get("/alerts/").status_code == 200


def test_the_page_lists_each_browser_and_marks_this_one(house):
    here, phone = sign_in("rep@warung.test"), sign_in("rep@warung.test", PHONE, "10.0.0.2")
    sign_in("viewer@warung.test")

    shown = here.get("/settings/you/").context["sessions"]

    assert [(s["browser"], s["system"], s["ip"], s["is_here"]) for s in shown] == [
        ("Chrome", "Linux", "10.0.0.1", True),
        ("Safari", "iPhone", "10.0.0.2", False),
    ]
    assert is_in(phone)


def test_when_a_browser_was_last_seen_is_kept_to_the_minute(house, monkeypatch):
    browser = sign_in("rep@warung.test")
    browser.get("/alerts/")
    long_ago = timezone.now() - timedelta(hours=1)
    UserSession.objects.update(last_seen_at=long_ago)

    # within the minute nothing is written, after it the place and time are
    browser.get("/alerts/", REMOTE_ADDR="10.0.0.9")
    assert UserSession.objects.get().last_seen_at == long_ago
    monkeypatch.setattr(sessions, "SEEN_EVERY", 0.0)
    browser.get("/alerts/", REMOTE_ADDR="10.0.0.9")

    seen = UserSession.objects.get()
    assert seen.ip == "10.0.0.9"
    assert timezone.now() - seen.last_seen_at < timedelta(minutes=1)


def test_one_browser_is_signed_out(house):
    here, phone = sign_in("rep@warung.test"), sign_in("rep@warung.test", PHONE)
    theirs = UserSession.objects.get(session_key=phone.session.session_key)

    here.post(f"/settings/you/sessions/{theirs.pk}/end/")

    assert (is_in(here), is_in(phone)) == (True, False)
    assert not Session.objects.filter(session_key=theirs.session_key).exists()


def test_nobody_ends_anothers_session(house):
    rep, viewer = sign_in("rep@warung.test"), sign_in("viewer@warung.test")
    theirs = UserSession.objects.get(session_key=rep.session.session_key)

    answer = viewer.post(f"/settings/you/sessions/{theirs.pk}/end/")

    assert answer.status_code == 404
    assert is_in(rep)


def test_all_others_are_signed_out_at_once(house):
    here, phone, other = (sign_in("rep@warung.test") for _ in range(3))
    stranger = sign_in("viewer@warung.test")

    here.post("/settings/you/sessions/end-others/")

    assert [is_in(b) for b in (here, phone, other, stranger)] == [True, False, False, True]


def test_a_new_password_ends_every_other_session(house):
    here, phone = sign_in("rep@warung.test"), sign_in("rep@warung.test", PHONE)

    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    answer = here.post("/accounts/password/change/", form)

    assert answer.status_code == 302
    assert (is_in(here), is_in(phone)) == (True, False)
    assert UserSession.objects.get().session_key == here.session.session_key
    assert "password" in mail.outbox[-1].subject.lower()


def test_a_reset_password_ends_every_session(house):
    phone = sign_in("rep@warung.test", PHONE)
    stranger = Client()
    stranger.post("/accounts/password/reset/", {"email": "rep@warung.test"})
    services.mail_password_resets()
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link is not None

    page = stranger.get(link[1], follow=True)
    stranger.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})

    assert house.user("rep").check_password(NEW)
    assert not is_in(phone)
    assert not UserSession.objects.exists()


def test_the_change_stands_when_the_mail_server_is_away(house, monkeypatch):
    here = sign_in("rep@warung.test")

    def away(*_, **__):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", away)
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert house.user("rep").check_password(NEW)
