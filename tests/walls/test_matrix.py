"""The matrix: every address as everybody who must not reach the home's rows, each in a transaction that is undone.

A new route is walked as soon as it is in the URL table: without a rule for its parameter or a body for its write in
tests/walls/home.py, or a reason in OPEN, these tests fail.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from tests.walls.home import MARK, PHONE, Home, fingerprint, make_home
from tests.walls.routes import Route, routes

# Reached without signing in, on purpose; everything below these beginnings.
OPEN = {
    "accounts/": "signing in, and leaving",
    "health/": "probes of the operator",
    "metrics": "numbers of the operator, without rows",
    "invitations/": "whoever holds the link of the mail (tests/crm/test_invitations.py)",
    "alerts/unsubscribe/": "whoever holds the link of a mail (tests/crm/test_alerts.py)",
    "csp-report/": "browsers say what a page was forbidden (tests/config/test_headers.py)",
    "hooks/": "providers; every body is signed (tests/conversations/test_hook_signatures.py)",
    "api/v1/schema/": "the description of the API",
    "api/v1/docs/": "its page",
}
LANDING = ""  # the start page has a public face
# Writes everybody may make because they change only what is their own.
OWN = {
    "POST alerts/read/",
    "POST workspaces/<uuid:workspace_id>/choose/",
    "POST settings/you/sessions/end-others/",
    "POST api/v1/conversations/<uuid:pk>/read/",  # seen by somebody who can't answer: heard, and nothing changes
}
# Writes that keep a row of the caller's own among those of the workspace, whatever their role.
KEEPS = {
    "POST leads/views/",
    "POST leads/views/default/",
    "POST api/v1/saved-views/",
    "POST settings/alerts/",
    "POST settings/you/",  # the news that they are called otherwise
}
# Rows that are nobody's in particular: every member may know them.
EVERYBODYS = (
    "workspaces/",
    "api/v1/channels/<uuid:pk>/",
    "settings/canned-replies/",
    "api/v1/canned-replies/",
)
READS, WRITES = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")


@dataclass
class Walk:
    """One caller's way through the table."""

    home: Home
    call: Callable[[str, Route, str, Any], Any]
    workspace_id: object

    def answers(self) -> Iterator[tuple[str, Route, Any, bool]]:
        """(method, route, answer, did anything of the home change?) for each route and each method it offers."""
        before = fingerprint(self.workspace_id)
        for route in (offering(self.home, one) for one in guarded()):
            for method in sorted(route.methods):
                with undone():
                    answer = self.call(method, route, *request_for(self.home, method, route))
                    yield method, route, answer, fingerprint(self.workspace_id) != before


@contextmanager
def undone() -> Iterator[None]:
    """What happens in it never happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def guarded() -> list[Route]:
    """Pages and API; the admin's pages have a walk of their own, they are Django's."""
    return [one for one in routes() if not one.pattern.startswith((*OPEN, "admin/"))]


def request_for(home: Home, method: str, route: Route) -> tuple[str, Any]:
    """The concrete address, and a right body for a write."""
    body = home.body(method, route) if method in WRITES else None
    return route.address(home.values(route)), body


_offered: dict[str, frozenset[str]] = {}  # what each route answers does not change while the tests run


def offering(home: Home, route: Route) -> Route:
    """The route with the methods it answers at all, asked as somebody who may do everything there."""
    if route.pattern not in _offered:
        methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
        _offered[route.pattern] = frozenset(one for one in methods if answers_to(home, route, one))
    return Route(route.pattern, _offered[route.pattern])


def answers_to(home: Home, route: Route, method: str) -> bool:
    """Is the method not refused as such?"""
    address = route.address(home.values(route))
    with undone():
        answer = call_as(home.admin, method, route, address, None if method == "GET" else {})
    return bool(answer.status_code != 405)


def call_as(player: Any, method: str, route: Route, address: str, body: Any) -> Any:
    """The route as one of the cast: with a key for the API, as a browser else."""
    if route.is_api:
        return whole(player.api.call(method, address, body))
    if body is None:
        return whole(player.page.generic(method, address))
    return whole(getattr(player.page, method.lower())(address, body))


def whole(answer: Any) -> Any:
    """The answer with all its bytes as `whole`; a file comes in pieces, and is closed at the last."""
    if not hasattr(answer, "whole"):
        answer.whole = b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)
    return answer


@pytest.fixture
def home(owner, admin, channel, system, nudges) -> Home:
    return make_home(owner, ready(admin), channel, system)


def ready(player: Any) -> Any:
    """Their session and key are made now: what is made on the walk is undone."""
    _ = player.page, player.api
    return player


def walk_of(home: Home, player: Any) -> Walk:
    ready(player)
    return Walk(home, lambda *given: call_as(player, *given), home.conversation.workspace_id)


def seen(answer: Any) -> str:
    """Everything an answer says, headers too."""
    return f"{answer.headers} {whole(answer).whole.decode(errors='replace')}"


def leaks(home: Home, answer: Any) -> bool:
    """Does an answer hold a byte of the home's? (An id that was asked for may be said back.)"""
    said = seen(answer)
    contact_id = str(home.conversation.contact_id)
    tells_the_id = contact_id in said and contact_id not in answer.request["PATH_INFO"]
    return MARK in said or PHONE in said or tells_the_id


def report(found: list[str], walked: int) -> None:
    """All breaches at once; and the walk has gone somewhere."""
    assert not found, "\n".join(found)
    assert walked > 50


@pytest.mark.django_db
def test_somebody_who_may_is_let_in_everywhere(home):
    # The control: with these addresses and bodies the answers below are refusals, not misspelt requests.
    found, walked = [], 0
    for method, route, answer, _ in walk_of(home, home.admin).answers():
        walked += 1
        is_refused = answer.status_code in {400, 401, 403, 404} or answer.status_code >= 500
        if is_refused:
            found.append(f"{method} {route.pattern}: {answer.status_code} {seen(answer)[:300]}")
    report(found, walked)


@pytest.mark.django_db
def test_a_stranger_finds_nothing(home, stranger):
    found, walked = [], 0
    for method, route, answer, is_changed in walk_of(home, stranger).answers():
        walked += 1
        expected = {404} if route.parameters else set(range(200, 500))
        if answer.status_code not in expected or leaks(home, answer) or is_changed:
            found.append(f"{method} {route.pattern}: {answer.status_code}, changed={is_changed}")
    report(found, walked)


@pytest.mark.django_db
def test_a_rep_of_another_team_finds_nothing_of_the_owners(home, colleague):
    found, walked = [], 0
    for method, route, answer, is_changed in walk_of(home, colleague).answers():
        walked += 1
        is_about_a_row = bool(route.parameters) and not route.pattern.startswith(EVERYBODYS)
        may_write = method in WRITES and not is_about_a_row
        if (is_about_a_row and answer.status_code not in {403, 404}) or answer.status_code >= 500:
            found.append(f"{method} {route.pattern}: {answer.status_code}")
        if leaks(home, answer) or (is_changed and not may_write):
            found.append(f"{method} {route.pattern}: leaks={leaks(home, answer)}, changed={is_changed}")
    report(found, walked)


@pytest.mark.django_db
def test_a_viewer_changes_nothing(home, viewer):
    found, walked = [], 0
    for method, route, answer, is_changed in walk_of(home, viewer).answers():
        walked += 1
        if f"{method} {route.pattern}" in KEEPS:
            continue
        is_write = method in WRITES and f"{method} {route.pattern}" not in OWN
        if is_changed or answer.status_code >= 500 or (is_write and answer.status_code not in {403, 404}):
            found.append(f"{method} {route.pattern}: {answer.status_code}, changed={is_changed}")
    report(found, walked)


@pytest.mark.django_db
def test_nobody_signed_in_sees_nothing(home, anonymous):
    def call(method: str, route: Route, address: str, body: Any) -> Any:
        given = json.dumps(body, default=str) if body is not None else ""
        return anonymous.generic(method, address, given, content_type="application/json")

    found, walked = [], 0
    for method, route, answer, is_changed in Walk(home, call, home.conversation.workspace_id).answers():
        walked += 1
        to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")
        is_refused = answer.status_code == 401 if route.is_api else to_sign_in
        is_fine = is_refused or (route.pattern == LANDING and method == "GET")
        if not is_fine or leaks(home, answer) or is_changed:
            found.append(f"{method} {route.pattern}: {answer.status_code}, changed={is_changed}")
    report(found, walked)


@pytest.mark.django_db
def test_the_admin_pages_of_a_stranger_show_nothing_of_the_home(home, stranger):
    # given every row of the home that has a page in the admin, and every list
    found, walked = [], 0
    for route in (one for one in routes() if one.pattern.startswith("admin/")):
        address = admin_address(home, route)
        if address is None:
            continue
        # when somebody who is admin elsewhere asks for it, then nothing of it is shown
        with undone():
            answer = stranger.page.get(address)
        walked += 1
        is_about_a_row = "<path:object_id>" in route.pattern
        if leaks(home, answer) or answer.status_code >= 500 or (is_about_a_row and answer.status_code == 200):
            found.append(f"{address}: {answer.status_code}")
    report(found, walked)


def admin_address(home: Home, route: Route) -> str | None:
    """The concrete page; None for what is not about rows."""
    if "(?P" in route.pattern or "<path:url>" in route.pattern or route.pattern.startswith("admin/r/"):
        return None
    if "<path:object_id>" not in route.pattern:
        return None if route.parameters else "/" + route.pattern
    row = row_of(home, *route.pattern.split("/")[1:3])
    return None if row is None else "/" + route.pattern.replace("<path:object_id>", str(row))


def row_of(home: Home, app: str, model: str) -> Any:
    """The id of one of the home's rows of a model; None when it has none."""
    from django.apps import apps

    table = apps.get_model(app, model)
    names = {field.name for field in table._meta.get_fields()}
    if "workspace" not in names:
        return None
    return (
        table._default_manager.filter(workspace_id=home.conversation.workspace_id)
        .values_list("pk", flat=True)
        .first()
    )
