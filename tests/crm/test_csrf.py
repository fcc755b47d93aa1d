"""No form of ours does anything without its token, at whatever address."""

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.proofs import prove
from tests.walls.routes import routes

# Called by programs, which have no cookie to abuse; each says who calls in its own way.
WITHOUT = (
    "api/",
    "hooks/",
    "csp-report/",
    "health/",
    "metrics",
    "alerts/unsubscribe/",
)  # mail programs press that
NUMBERS = {"uuid": "00000000-0000-0000-0000-000000000001", "int": "1"}


def address(pattern):
    """Any concrete address of a route; the token is asked for before the row."""
    filled = re.sub(r"<(\w+):\w+>", lambda kind: NUMBERS.get(kind[1], "x"), pattern)
    filled = re.sub(r"<\w+>", "x", filled)
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)", "x", filled).replace("^", "").replace("$", "").replace("\\", "")


def leads_somewhere(route):
    """Whether our filling has hit the route's pattern."""
    try:
        resolve(address(route.pattern))
    except Resolver404:
        return False
    return True


@pytest.fixture
def forged(house):
    """The admin's browser, led by another site's page: with the cookie, without the token."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(house.user("admin"))
    session = browser.session
    prove(session, house.user("admin"))
    session.save()
    return browser


def test_every_unsafe_request_needs_the_token(forged):
    walked, found = 0, []
    for route in routes():
        if route.pattern.startswith(WITHOUT):
            continue
        if not leads_somewhere(route):
            continue
        answer = forged.post(address(route.pattern))  # the token is asked for before the method is looked at
        walked += 1
        if answer.status_code != 403:
            found.append(f"{route.pattern}: {answer.status_code}")

    assert found == []
    assert walked > 100


def test_the_api_needs_it_too_when_a_browser_calls(forged, house):
    answer = forged.post("/api/v1/contacts/", {"name": "Forged"}, content_type="application/json")

    assert (answer.status_code, "CSRF" in answer.json()["detail"]) == (403, True)
    assert not house.browser("admin").get("/api/v1/contacts/").json()["results"]
