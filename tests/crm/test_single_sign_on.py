"""Signing in with Google or Microsoft: members and the invited come in, nobody else; only when configured."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from django.test import Client

from crm import services
from crm.models import Invitation, Membership, User
from tests.config.test_settings import run
from tests.proofs import signed_in


class Provider(BaseHTTPRequestHandler):
    """Google and Microsoft in small: a token for every code, and whom it stands for."""

    person: dict[str, object] = {}
    asked: list[dict[str, list[str]]] = []

    def do_POST(self):
        """A code becomes a token."""
        length = int(self.headers["Content-Length"])
        self.asked.append(parse_qs(self.rfile.read(length).decode()))
        self._say({"access_token": "test-only-token", "token_type": "Bearer", "expires_in": 60})

    def do_GET(self):
        """Who the token stands for."""
        assert self.headers["Authorization"] == "Bearer test-only-token"
        self._say(self.person)

    def _say(self, words):
        body = json.dumps(words).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def provider():
    """The loopback provider's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    Provider.asked = []
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def google(provider, monkeypatch, settings):
    """Google, configured, played by the loopback provider."""
    settings.SOCIALACCOUNT_PROVIDERS = {
        "google": {
            "APPS": [{"client_id": "ours", "secret": "test-only-secret", "key": ""}],
            "OAUTH_PKCE_ENABLED": True,
        }
    }
    monkeypatch.setattr(GoogleOAuth2Adapter, "access_token_url", f"{provider}/token")
    monkeypatch.setattr(GoogleOAuth2Adapter, "identity_url", f"{provider}/userinfo")
    return "google"


@pytest.fixture
def microsoft(provider, settings):
    """Microsoft with a directory of one's own, played by the loopback provider."""
    app = {
        "client_id": "ours",
        "secret": "test-only-secret",
        "settings": {"tenant": "warung", "login_url": provider, "graph_url": provider},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"microsoft": {"APPS": [app], "VERIFIED_EMAIL": True}}
    return "microsoft"


def come_by(which, /, **person):
    """Press the button, be somebody there, come back; the browser and the answer."""
    Provider.person = person
    browser = Client()
    left = browser.post(f"/accounts/{which}/login/")
    state = parse_qs(urlsplit(left.headers["Location"]).query)["state"][0]
    return browser, browser.get(
        f"/accounts/{which}/login/callback/", {"code": "test-only-code", "state": state}
    )


def is_in(browser):
    """Does a page of ours open?"""
    return browser.get("/alerts/").status_code == 200


def rep_at_google(**changes):
    """What Google says of the rep."""
    return {"id": "g-1", "email": "rep@warung.test", "verified_email": True, "name": "Rina", **changes}


def test_a_member_comes_in_and_is_known_again(house, google):
    browser, answer = come_by(google, **rep_at_google())
    again, _ = come_by(google, **rep_at_google(email="moved@elsewhere.test"))

    assert answer.headers["Location"] == "/"
    assert (is_in(browser), is_in(again)) == (True, True)
    assert SocialAccount.objects.get().user == house.user("rep")
    assert house.user("rep").check_password("three blind mice run")  # their password stays
    assert not SocialToken.objects.exists()
    assert "code_verifier" in Provider.asked[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "nobody@elsewhere.test"}, "is not a member here"),
        ({"verified_email": False}, "does not vouch"),
    ],
)
def test_strangers_and_unverified_addresses_stay_out(house, google, changes, said):
    browser, answer = come_by(google, **rep_at_google(**changes))

    assert (answer.status_code, said in answer.content.decode()) == (403, True)
    assert not is_in(browser)
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 4


def test_the_invited_join_by_it(house, google):
    services.invite_member(actor=house.actor("admin"), email="sari@example.test", role_key="rep")

    browser, _ = come_by(google, id="g-2", email="Sari@example.test", verified_email=True, name="Sari Dewi")

    member = Membership.objects.get(user__email="sari@example.test")
    assert (member.role.key, member.user.name, member.user.has_usable_password()) == (
        "rep",
        "Sari Dewi",
        False,
    )
    assert Invitation.objects.get().accepted_by == member.user
    assert is_in(browser)


def test_who_was_switched_off_stays_out(house, google):
    User.objects.filter(email="rep@warung.test").update(is_active=False)

    browser, answer = come_by(google, **rep_at_google())

    assert answer.status_code == 403
    assert not is_in(browser)


def test_a_second_factor_is_asked_here_too(house, google):
    from tests.crm.test_second_factor import pair

    pair(house, "rep")

    browser, answer = come_by(google, **rep_at_google())

    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(browser)


def test_microsofts_own_directory_vouches(house, microsoft):
    browser, _ = come_by(microsoft, id="m-1", mail="rep@warung.test", displayName="Rina")

    assert is_in(browser)
    assert SocialAccount.objects.get().provider == "microsoft"


def test_nobody_hangs_another_address_on_their_account(house, google):
    browser = signed_in(house.user("rep"))
    Provider.person = rep_at_google(id="g-9", email="other@elsewhere.test")
    left = browser.post("/accounts/google/login/?process=connect")
    state = parse_qs(urlsplit(left.headers["Location"]).query)["state"][0]

    answer = browser.get("/accounts/google/login/callback/", {"code": "test-only-code", "state": state})

    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_an_answer_nobody_asked_for_is_refused(house, google):
    Provider.person = rep_at_google()
    browser = Client()

    browser.get("/accounts/google/login/callback/", {"code": "test-only-code", "state": "made-up"})

    assert not is_in(browser)
    assert Provider.asked == []


def test_the_buttons_show_only_what_is_configured(house, google):
    page = Client().get("/accounts/login/").content.decode()

    assert 'data-testid="provider-google"' in page
    assert "provider-microsoft" not in page


def test_without_configuration_there_is_no_button_and_no_way(house):
    assert "provider-" not in Client().get("/accounts/login/").content.decode()
    for name in ("google", "microsoft"):
        assert Client(raise_request_exception=False).post(f"/accounts/{name}/login/").status_code == 404, name


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, "[]"),
        ({"GOOGLE_OAUTH_CLIENT_ID": "x"}, "[]"),
        ({"GOOGLE_OAUTH_CLIENT_ID": "x", "GOOGLE_OAUTH_CLIENT_SECRET": "y"}, "['google']"),
        ({"MICROSOFT_OAUTH_CLIENT_ID": "x", "MICROSOFT_OAUTH_CLIENT_SECRET": "y"}, "[]"),
        ({"MICROSOFT_OAUTH_CLIENT_ID": "x", "MICROSOFT_OAUTH_TENANT": "common"}, "[]"),
        (
            {"MICROSOFT_OAUTH_CLIENT_ID": "x", "MICROSOFT_OAUTH_TENANT": "warung.onmicrosoft.com"},
            "['microsoft']",
        ),
    ],
)
def test_a_directory_anybody_could_open_vouches_for_nobody(environment, found):
    done = run(
        "-c", "from django.conf import settings as s; print(list(s.SOCIALACCOUNT_PROVIDERS))", **environment
    )

    assert done.stdout.strip() == found, done.stderr
