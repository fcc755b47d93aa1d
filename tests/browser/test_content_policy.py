"""Every page that links lead a rep to, and every kind of page of the admin: nothing that the content policy stops,
nothing in the console. What an admin sees of the product, light and dark, tests/browser/test_axe.py looks at so.
"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desk
from tests.journeys.world import new_number, until

pytestmark = pytest.mark.browser

WATCH = """
window.stopped = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.stopped.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));
"""
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"
PAGES = ("/", "/inbox/", "/leads/", "/api/v1/docs/", "/accounts/password/change/", "/accounts/logout/")
# The theme's page of an old version breaks by itself: it asks its script for a word that the script doesn't know.
NOT_PAGES = re.compile(
    r"/history/\d+/|"
    r"/(static|media|metrics|health|hooks)|/api/v1/schema/|/admin/logout/$|\.csv$|"
    r"/settings/audit/export/|/settings/backups/(.*/)?file/"
)
# The theme's own pages, the same for every kind of row of an app.
ALIKE = re.compile(r"(?<=/admin/)(\w+)/\w+(?=/\*/(history|delete)/)")
VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+")


def shape(address):
    """Pages of one kind are one page: ids and numbers don't count, nor does what is asked of a list."""
    return ALIKE.sub(r"\1/*", VARYING.sub("*", urlsplit(address).path))


class Walk:
    """A person who follows every link once per kind of page."""

    def __init__(self, page, url, within="/"):
        self.page, self.url, self.within = page, url, within
        self.seen, self.troubles = set(), []
        page.add_init_script(WATCH)
        page.on("console", lambda line: self._note(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, text):
        self.troubles.append((urlsplit(self.page.url).path, text))

    def go(self, *paths):
        """From these pages on, wherever links lead within the house."""
        waiting = [self.url + path for path in paths]
        while waiting:
            address = waiting.pop(0)
            if shape(address) in self.seen or not self._is_ours(address):
                continue
            self.seen.add(shape(address))
            waiting += self._look(address)

    def _is_ours(self, address):
        """Within the part that is walked; the admin is a part of its own."""
        path = urlsplit(address).path
        strays = not path.startswith(self.within) or (self.within == "/" and path.startswith("/admin/"))
        return address.startswith(self.url) and not strays and not NOT_PAGES.search(path)

    def _look(self, address):
        """Open one page, let its scripts run, and give its links."""
        self.page.goto(address)
        self.page.wait_for_load_state("load")
        self.page.wait_for_function("document.readyState === 'complete'")
        self.troubles += [(urlsplit(address).path, told) for told in self.page.evaluate("window.stopped")]
        return self.page.evaluate(LINKS)


@pytest.fixture
def thread(world, program):
    """The address of a conversation with somebody who wrote, so that lists and threads hold rows."""
    number = new_number()
    world.say(number, "Hello, we are a bakery in Bandung", name="Wren")
    until(lambda: program.answered(number))
    for kind in ("image", "audio", "document"):
        world.stack.sim("/_sim/inbound", {"from": number, "type": kind})
    return f"/inbox/{program.conversation(number)['id']}/"


def test_no_page_does_what_the_policy_forbids(stack, thread, new_page):
    page = new_page(color_scheme="dark")
    Desk(page, stack.url)
    walk = Walk(page, stack.url)

    walk.go(thread, *PAGES)

    # Then the walk has been where people go, and nothing was stopped or broken
    assert walk.troubles == []
    assert {"/", "/inbox/", "/inbox/*/", "/leads/", "/leads/*/", "/api/v1/docs/"} <= walk.seen


def test_no_page_of_the_admin_does_what_its_policy_forbids(stack, thread, new_page):
    page = new_page()
    Desk(page, stack.url, "admin@demo.test")
    walk = Walk(page, stack.url, within="/admin/")

    walk.go("/admin/")

    assert walk.troubles == []
    assert len(walk.seen) > 30


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_files_of_customers_are_seen_heard_and_saved(stack, thread, new_page, scheme):
    """By the whole way: the provider's shelf, a worker, the page."""
    page = new_page(width=390, height=844, color_scheme=scheme)
    Desk(page, stack.url, "manager@demo.test").go(thread)
    files = page.get_by_test_id("media")

    for number in range(3):
        expect(files.nth(number)).to_have_attribute("data-state", "stored", timeout=30_000)

    # Then the picture is painted, the voice can be played, the document is handed out as a file
    picture = files.nth(0).locator("img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("(one) => one.complete && one.naturalWidth === 160", arg=picture.element_handle())
    length = (
        "(one) => new Promise((done) => { one.onloadedmetadata = () => done(one.duration); one.load(); })"
    )
    files.nth(1).locator("audio").evaluate("(one) => { one.preload = 'metadata'; }")
    assert files.nth(1).locator("audio").evaluate(length) > 0
    with page.expect_download() as saved:
        files.nth(2).get_by_role("link").click()
    assert saved.value.suggested_filename.endswith(".pdf")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_a_policy_that_is_broken_is_seen_stopped_and_reported(stack, browser):
    """The watch above would pass on a house without a policy. A window of its own: what is stopped here is meant."""
    page = browser.new_page()
    Walk(page, stack.url)
    page.goto(f"{stack.url}/accounts/login/")

    with page.expect_request("**/csp-report/") as sent:
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.owned = 1'}))"
        )

    assert sent.value.method == "POST"
    assert page.evaluate("window.owned === undefined")
    assert page.evaluate("window.stopped")[0].startswith("script-src-elem inline")
    page.close()
