"""Scoring is changed, seen before it counts, and taken back: with a mouse, with the keyboard alone, with a thumb."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.hands import HANDS
from tests.browser.walks.walker import Walker
from tests.journeys.world import new_number, until

pytestmark = pytest.mark.browser


@pytest.fixture
def tagged(program):
    """A lead nobody scores, and the tag that it alone has: a rule about it touches no other test's leads."""
    tag = f"walk-{secrets.token_hex(4)}"
    known = [{"kind": "wa_id", "value": new_number("62813")}]
    answer = program.post("leads/", {"name": f"Wulan {tag}", "identities": known, "tags": [tag]})
    assert answer.status_code == 201, answer.text
    return answer.json(), tag


@pytest.mark.parametrize("way", HANDS)
def test_scoring_is_changed_and_its_effect_is_seen(way, stack, program, tagged, new_page):
    lead, tag = tagged

    def score():
        return program.get(f"leads/{lead['id']}/")["score"]

    walker = Walker(new_page, stack.url, way, "admin@demo.test")
    walker.go("/settings/")
    walker.press(walker.page.locator("#content a[href='/settings/scoring/']").filter(visible=True).first)
    walker.press("add-rule")
    rule = walker.page.get_by_test_id("rule").last
    for field, words in (("name", f"Is {tag}"), ("points", "40"), ("looks_for", tag), ("because", "Walked")):
        walker.write(rule.locator(f"[name$=-{field}]"), words)
    walker.hand.choose(rule.locator("[name$=-when]"), "The lead has this tag")
    walker.press("preview-scoring")

    # Nothing counts yet; what would is shown with the leads it is about.
    expect(walker.page.get_by_test_id("differences")).to_contain_text(f"Is {tag}")
    walker.press(walker.page.locator(".impact a").last)
    expect(walker.page.get_by_test_id("picked")).to_contain_text(lead["name"])
    assert score() == 0

    walker.press("publish-scoring")
    expect(walker.page.get_by_test_id("version").first).to_contain_text("Counts now")
    until(lambda: score() == 40)
    walker.press(walker.page.get_by_test_id("return-to-version").first)
    expect(walker.page.get_by_test_id("toast").last).to_contain_text("The earlier rules count again")
    until(lambda: score() == 0)
