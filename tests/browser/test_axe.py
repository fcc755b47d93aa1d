"""Every page, light and dark, wide and on a phone: nothing that shuts somebody out, nothing in the console."""

import json
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.browser.axe import BY_SIGHT, findings
from tests.browser.desks import Desk
from tests.browser.furniture import FURNISH
from tests.browser.places import find_pages
from tests.browser.screens import prove_again
from tests.browser.test_content_policy import WATCH

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEADINGS = "[...document.querySelectorAll('h1')].filter((one) => one.checkVisibility()).length"
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"
WIDE, SMALL = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Look:
    """Somebody who looks at pages one after the other, closely, and notes what is wrong."""

    def __init__(self, page, url):
        """In this window, of this house."""
        self.page, self.url, self.place = page, url, ""
        self.found: list[str] = []
        self.links: set[str] = set()
        page.add_init_script(WATCH)
        page.on("console", lambda line: self.note(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.note(str(error)))

    def note(self, *troubles):
        """Keep it, with where it was."""
        self.found += [f"{self.place}: {trouble}" for trouble in troubles]

    def at(self, address):
        """Open a page and look."""
        self.place = address
        self.page.set_viewport_size(WIDE)
        self.page.goto(self.url + address)
        if "reauthenticate" not in address:
            prove_again(self.page)
        self.page.wait_for_function(
            "() => document.readyState === 'complete' && !document.querySelector('.htmx-request')"
        )
        headings = self.page.evaluate(HEADINGS)
        if headings != 1:
            self.note(f"{headings} main headings")
        self.here(address)
        self.note(*self.page.evaluate("window.stopped"))
        self.links |= {urlsplit(link).path for link in self.page.evaluate(LINKS) if link.startswith(self.url)}

    def follow(self, pattern):
        """Look where a link that was seen leads, if it leads there; says whether one did."""
        address = next((path for path in sorted(self.links) if route_of(path) == pattern), None)
        if address:
            self.at(address)
        return address is not None

    def here(self, place):
        """Look at what is open: all rules once for each width, those of sight again in the dark."""
        for size in (WIDE, SMALL):
            self.page.set_viewport_size(size)
            for scheme, rules in (("light", ()), ("dark", BY_SIGHT)):
                self.place = f"{place} {size['width']} {scheme}"
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.note(*findings(self.page, rules))
        if self.page.evaluate(SIDEWAYS) > 0:
            self.note("scrolls sideways")


def route_of(path):
    """The line of the URL table that answers there."""
    try:
        return resolve(path).route
    except Resolver404:
        return ""


@pytest.fixture(scope="module")
def rows(stack):
    """A row of each kind, by the names of the URL table's parameters."""
    return json.loads(stack.manage("shell", "-v", "0", "-c", FURNISH).splitlines()[-1])


def test_every_page_can_be_used_by_everybody(stack, rows, new_page):
    page = new_page()
    Desk(page, stack.url, "admin@demo.test")
    found = find_pages(page.context, stack.url, rows)
    look = Look(page, stack.url)

    for address in found.pages:
        look.at(address)
    look.at(f"/inbox/?open={rows['id']}")
    nowhere = [pattern for pattern in found.unknown if not look.follow(pattern)]

    assert nowhere == [], "give them a row in tests/browser/furniture.py"
    assert look.found == [], "\n".join(look.found)
    assert len(found.pages) > 30


def test_every_page_before_signing_in_can_be_used_by_everybody(stack, rows, new_page):
    page = new_page()
    found = find_pages(page.context, stack.url, rows)
    look = Look(page, stack.url)

    for address in found.pages:
        look.at(address)

    assert look.found == [], "\n".join(look.found)
    assert "/accounts/login/" in found.pages
