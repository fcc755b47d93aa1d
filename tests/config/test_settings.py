"""Production settings: clean by Django's own checks, and no insecure default outside the demo."""

import secrets
import subprocess
import sys

import pytest

from config.launcher.paths import ROOT

GOOD = {
    "DJANGO_SETTINGS_MODULE": "config.settings.base",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "SITE_URL": "https://crm.example.com",
    "ALLOWED_HOSTS": "crm.example.com",
}


def run(*words, **changes):
    """A fresh process with a production-like environment."""
    env = {k: v for k, v in {**GOOD, **changes}.items() if v}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def check(**changes):
    """`check --deploy`, warnings are failures."""
    return run("-m", "django", "check", "--deploy", "--fail-level", "WARNING", **changes)


def test_production_is_clean():
    done = check()

    assert (done.returncode, "no issues" in done.stdout + done.stderr) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"MODEL_TIMEOUT": "25"}, "MODEL_TIMEOUT must not be more"),
        ({"MODEL_TIMEOUT": "20", "CLAIM_LEASE": "25"}, "MODEL_TIMEOUT must not be more"),
        ({"DEBUG": "1"}, "security.W018"),
        ({"DEMO": "1"}, "crm.E001"),
        ({"SITE_URL": "http://crm.example.com"}, "security.W012"),
    ],
)
def test_what_is_unwise_is_said(changes, said):
    done = check(**changes)

    assert done.returncode != 0
    assert said in done.stderr


def test_over_https_cookies_and_headers_are_strict():
    words = (
        "from django.conf import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_HSTS_SECONDS, s.X_FRAME_OPTIONS, s.ALLOWED_HOSTS, s.DEMO)"
    )

    done = run("-c", words)

    assert done.stdout.strip() == "False True True 31536000 DENY ['crm.example.com'] False", done.stderr


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({}, "30.0 60.0 300.0"),
        ({"CLAIM_LEASE": "6", "UNKNOWN_WAIT": "8", "READ_RETRY_AT_MOST": "4"}, "6.0 8.0 4.0"),
    ],
)
def test_waits_are_patient_unless_somebody_says_otherwise(changes, waits):
    words = (
        "from datetime import timedelta as t; import django; django.setup();"
        " from conversations.services import claiming, endings; from django.conf import settings as s;"
        " print(claiming.LEASE / t(seconds=1), endings.UNKNOWN_WAIT / t(seconds=1), s.READ_RETRY_AT_MOST)"
    )

    done = run("-c", words, **changes)

    assert done.stdout.split() == waits.split(), done.stderr
