"""What every answer says to a browser: by kind of page, and over https."""

import json
import subprocess
import sys

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from config.launcher.paths import ROOT
from tests.config.test_settings import GOOD
from tests.conversations.hooks import post

pytestmark = pytest.mark.django_db

STRICT = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self' ws://127.0.0.1:8000",
    "object-src": "'none'",
    "frame-src": "'none'",
    "worker-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "report-uri": "/csp-report/",
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(answer):
    """The content policy by directive."""
    parts = (part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    return {part[0]: part[1] if len(part) > 1 else "" for part in parts}


@pytest.fixture
def _known_site(settings):
    """The address of the tests' house, whatever port the machine's environment names."""
    directives = {
        **settings.CONTENT_SECURITY_POLICY["DIRECTIVES"],
        "connect-src": ["'self'", "ws://127.0.0.1:8000"],
    }
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}


PLACES = {
    "page": "/leads/",
    "fragment": "/alerts/badge/",
    "sign-in": "/accounts/login/",
    "api": "/api/v1/leads/",
    "api docs": "/api/v1/docs/",
    "schema": "/api/v1/schema/",
    "error": "/nothing/here/",
    "api error": "/api/v1/nothing/",
    "static": "/static/icon.svg",
    "admin's error": "/admin/nothing/here/",
    "health": "/health/live",
}


@pytest.mark.parametrize("path", PLACES.values(), ids=PLACES)
@pytest.mark.usefixtures("_known_site")
def test_every_kind_of_answer_is_strict(admin, path):
    answer = admin.page.get(path)
    answer.close()  # a static file is read from disk

    assert policy(answer) == STRICT
    assert {name: answer[name] for name in EVERYWHERE} == EVERYWHERE
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.usefixtures("_known_site")
def test_the_admin_may_do_what_its_theme_needs_and_no_more(admin):
    said = policy(admin.page.get("/admin/"))

    # Then scripts are still never inline, and styles are the only ones that may be
    assert said == STRICT | {
        "script-src": "'self' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
    }


def test_a_delivery_is_answered_without_cookies_and_unsniffed(channel):
    answer = post(channel, b"{}", None)

    assert answer.status_code == 401
    assert answer.headers == {
        "x-content-type-options": "nosniff",
        "content-type": "text/plain",
        "content-length": str(len(answer.content)),
    }


def test_cookies_are_kept_from_scripts_and_other_sites(admin):
    browser = Client()
    browser.get("/accounts/login/")
    browser.post("/accounts/login/", {"login": admin.user.email, "password": "secret"})

    session, form = browser.cookies["sessionid"], browser.cookies["csrftoken"]

    assert (session["httponly"], session["samesite"], session["path"]) == (True, "Lax", "/")
    assert (form["httponly"], form["samesite"], form["path"]) == (True, "Strict", "/")


def test_over_https_cookies_are_bound_to_this_host():
    words = (
        "import django; django.setup(); from django.conf import settings as s;"
        "from django.test import Client; from csp.utils import build_policy; import json;"
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN,"
        "Client().get('/health/live', secure=True, headers={'host': 'crm.example.com'})['Strict-Transport-Security'],"
        "sorted(p for p in build_policy().split('; ') if 'upgrade' in p or 'wss' in p)]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", words],
        cwd=ROOT,
        env=GOOD,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout, done.stderr
    assert json.loads(done.stdout) == [
        "__Host-sessionid",
        "__Host-csrftoken",
        "/",
        None,
        "max-age=31536000; includeSubDomains; preload",
        ["connect-src 'self' wss://crm.example.com", "upgrade-insecure-requests"],
    ]


def stopped(directive):
    """How many reports of a directive were counted."""
    return REGISTRY.get_sample_value("crm_csp_reports_total", {"directive": directive}) or 0.0


OLD = {
    "csp-report": {
        "document-uri": "http://127.0.0.1:8000/inbox/?q=secret-words",
        "effective-directive": "script-src-elem",
        "blocked-uri": "http://evil.example/x.js?stolen=secret-words",
        "script-sample": "secret-words",
    }
}
NEW = [
    {
        "type": "csp-violation",
        "body": {
            "documentURL": "http://127.0.0.1:8000/inbox/?q=secret-words",
            "effectiveDirective": "script-src-elem",
            "blockedURL": "http://evil.example/x.js?stolen=secret-words",
            "sample": "secret-words",
        },
    }
]


@pytest.mark.parametrize("report", [OLD, NEW], ids=["report-uri", "report-to"])
def test_a_report_is_counted_and_logged_without_anybodys_words(report, caplog):
    before = stopped("script-src-elem")

    answer = Client(enforce_csrf_checks=True).post(
        "/csp-report/", json.dumps(report), content_type="application/csp-report"
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert stopped("script-src-elem") == before + 1
    [line] = [r for r in caplog.records if r.name == "crm.views.reports"]
    assert (line.directive, line.blocked, line.page) == ("script-src-elem", "http://evil.example", "/inbox/")
    assert "secret-words" not in str(vars(line))


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[1]", "nonsense", "[" * 5000, '{"csp-report": 1}', '"x"', json.dumps(OLD) + " " * 17_000],
)
def test_what_is_no_report_is_refused_and_not_counted(body):
    before = stopped("script-src-elem")

    answer = Client().post("/csp-report/", body, content_type="application/csp-report")

    assert answer.status_code == 400
    assert stopped("script-src-elem") == before


def test_a_made_up_directive_makes_no_new_figure():
    before = stopped("other")
    report = {"csp-report": {"effective-directive": "made-up", "blocked-uri": "http://[bad"}}

    answer = Client().post("/csp-report/", json.dumps(report), content_type="application/csp-report")

    assert answer.status_code == 204
    assert (stopped("other"), stopped("made-up")) == (before + 1, 0.0)
