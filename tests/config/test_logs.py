"""Logs are structured: each line of a request carries its id, and what was said beside the sentence."""

import json
import re
import subprocess
import sys

from config.launcher.paths import ROOT

WORDS = """
import logging, django
django.setup()
from django.test import RequestFactory
from django.http import HttpResponse
from django_structlog.middlewares import RequestMiddleware

def view(request):
    logging.getLogger("crm.sample").warning("nudge lost: %s is away", "the broker", extra={"task": "crm.sample"})
    try:
        raise ValueError("out of tune")
    except ValueError:
        logging.getLogger("crm.sample").exception("reaction failed")
    return HttpResponse()

class Nobody:
    pk = None

request = RequestFactory().get("/leads/")
request.user = Nobody()
RequestMiddleware(view)(request)
"""


def said(as_json):
    """What a process writes to its log."""
    env = {"DJANGO_SETTINGS_MODULE": "config.settings.base", "SECRET_KEY": "x" * 50, "LOG_JSON": as_json}
    done = subprocess.run(
        [sys.executable, "-c", WORDS],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_each_line_is_json_with_the_request_id():
    warning, fault = (json.loads(line) for line in said("1").splitlines() if "crm.sample" in line)

    assert warning["event"] == "nudge lost: the broker is away"
    assert warning["request_id"] == fault["request_id"]
    assert len(warning["request_id"]) == 36
    assert (warning["level"], warning["logger"], warning["task"]) == ("warning", "crm.sample", "crm.sample")
    assert "ValueError: out of tune" in fault["exception"]


def test_people_read_the_same_in_lines():
    text = said("0")

    assert "nudge lost: the broker is away" in text
    assert re.search(r"request_id=[0-9a-f-]{36}", text)
    assert "ValueError: out of tune" in text
