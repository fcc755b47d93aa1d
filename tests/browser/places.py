"""Every page of the product, found by asking each address of the URL table: what answers with a whole page is one.

What needs a row is opened with those of tests/browser/furniture.py, else by a link that leads there; an address with
neither is told as unknown, unless this says why it has no page.
"""

from dataclasses import dataclass

from tests.walls.routes import routes

# No pages of ours: the theme's (its policy has a walk of its own), programs', operators', files.
NOT_OURS = ("admin/", "api/v1/", "health/", "metrics", "hooks/", "csp-report/", "media/")
OURS_NEVERTHELESS = ("api/v1/docs/",)
# Their rows are made by other people's programs, or only once somebody has gone through a device.
WITHOUT_ROWS = {
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": "addresses are confirmed by the invitation",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "behind the link of a mail",
    "settings/backups/<uuid:copy_id>/": "a copy is kept once a backup was restored, which nobody does in this house",
    "settings/backups/<uuid:copy_id>/file/": "its file",
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": "a passkey's; the form is the one of the password's page",
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": "a passkey's; the form is the one of the password's page",
}
PARAMETERS_OF = {"alerts/unsubscribe/": {"token": "mail_token"}}  # the same name, another row

NO_ROW = "00000000-0000-4000-8000-000000000000"


@dataclass
class Found:
    """What asking everywhere found: addresses of pages, and of addresses that no row was given for."""

    pages: list[str]
    unknown: list[str]


def find_pages(context, url, rows):
    """Ask every address as the person of this browser context."""
    found = Found([], [])
    for route in routes():
        if _is_ours(route.pattern) and route.pattern not in WITHOUT_ROWS:
            _ask(context, url, route, rows, found)
    return found


def _is_ours(pattern):
    return pattern in OURS_NEVERTHELESS or not pattern.startswith(NOT_OURS)


def _ask(context, url, route, rows, found):
    """A page, a part of one, or something one only posts to?"""
    values = {name: _row(route, name, rows) for name in route.parameters}
    address = route.address(values)
    answer = context.request.get(url + address, max_redirects=0)
    is_page = "text/html" in answer.headers.get("content-type", "") and "<html" in answer.text()
    if answer.status == 200 and is_page:
        found.pages.append(address)
    elif answer.status not in {200, 204, 302, 405} and _is_unknown(route, rows):
        found.unknown.append(route.pattern)
    answer.dispose()


def _row(route, name, rows):
    aliases = next((names for start, names in PARAMETERS_OF.items() if route.pattern.startswith(start)), {})
    return rows.get(aliases.get(name, name), 0 if f"<int:{name}>" in route.pattern else NO_ROW)


def _is_unknown(route, rows):
    return not set(route.parameters) <= rows.keys()
