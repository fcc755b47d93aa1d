"""A list of many pages in a real browser: only what is near is painted, everything stays in its place."""

import json
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desk

pytestmark = pytest.mark.browser

MANY = 170
SHOWN = "#lead-rows > tr:not([data-far])[data-testid=lead-row]"
# Where a row stands in the list, whatever has been scrolled.
PLACE = """
(row) => Math.round(row.getBoundingClientRect().top + document.getElementById("lead-table").scrollTop)
"""
SCROLLED = "document.getElementById('lead-table').scrollTop"


@pytest.fixture
def many(program):
    """Leads called 000, 001 ... of a source of their own."""
    source = f"long-{uuid4().hex[:8]}"
    for number in range(MANY):
        known = [{"kind": "email", "value": f"{number}-{source}@example.test"}]
        answer = program.post("leads/", {"name": f"{number:03d}", "identities": known, "source": source})
        assert answer.status_code == 201, answer.text
    return source


def test_a_long_list_paints_what_is_near_and_keeps_every_row_in_its_place(stack, many, page):
    tree = {"all": [{"field": "source", "op": "any_of", "value": [many]}]}
    desk = Desk(page, stack.url, "manager@demo.test")
    desk.go(f"/leads/?filter={quote(json.dumps(tree))}&sort=name")
    rows = page.locator("#lead-rows > tr[data-testid=lead-row]")
    first, middle = (rows.filter(has=page.get_by_text(name, exact=True)) for name in ("000", "070"))
    expect(rows).to_have_count(50)
    top = first.evaluate(PLACE)

    # Down to the end, a page at a time: the first rows are not painted any more.
    for pages in (100, 150, MANY):
        page.evaluate("document.getElementById('lead-table').scrollTo(0, 1e6)")
        expect(rows).to_have_count(pages)
    page.evaluate("document.getElementById('lead-table').scrollTo(0, 1e6)")
    expect(rows.last).to_be_in_viewport()
    expect(first).to_be_hidden()
    assert page.locator(SHOWN).count() < MANY
    height = first.evaluate("(row) => row.nextElementSibling.offsetHeight || 52")

    # All of them can be chosen, and the middle stands where it would without any of this.
    page.get_by_test_id("pick-all").check()
    expect(page.get_by_test_id("bulk-count")).to_have_text(str(MANY))
    page.evaluate(f"document.getElementById('lead-table').scrollTo(0, {70 * height})")
    expect(middle).to_be_visible()
    expect(first.locator("input[type=checkbox]")).to_be_checked()
    assert abs(middle.evaluate(PLACE) - top - 70 * height) <= 70

    # Back to the top: the first is there again, the last is not painted.
    page.evaluate("document.getElementById('lead-table').scrollTo(0, 0)")
    expect(first).to_be_in_viewport()
    expect(rows.last).to_be_hidden()
    assert first.evaluate(PLACE) == top
    assert page.evaluate(SCROLLED) == 0
