"""A lead's page by hand: note, next step, doubles merged and parted, at a desk and on a phone."""

import secrets
import time

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desk
from tests.journeys.world import new_number, until

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHIFTS = """
() => { window.shifted = 0; new PerformanceObserver((seen) => {
  for (const shift of seen.getEntries()) window.shifted += shift.value;
}).observe({ type: "layout-shift", buffered: true }); }
"""
SWIPE_LEFT = """
(page) => {
  const at = (clientX) => [new Touch({ identifier: 1, target: page, clientX, clientY: 400 })];
  page.dispatchEvent(new TouchEvent("touchstart", { bubbles: true, touches: at(300), changedTouches: at(300) }));
  page.dispatchEvent(new TouchEvent("touchend", { bubbles: true, touches: [], changedTouches: at(60) }));
}
"""


@pytest.fixture
def doubles(program):
    """Two leads whose names are much alike, and like nobody else's."""
    surname = "".join(secrets.choice("bdfgklmnprst") + secrets.choice("aeiou") for _ in range(5)).title()
    made = []
    for name in (f"Wulan {surname}", f"Wulan {surname}h"):
        identity = {"kind": "wa_id", "value": new_number().lstrip("+")}
        answer = program.post("leads/", {"name": name, "identities": [identity], "source": "fair"})
        assert answer.status_code == 201, answer.text
        made.append({"id": answer.json()["id"], "name": name})
    return made


def test_a_rep_notes_plans_and_finishes(stack, doubles, page):
    desk = Desk(page, stack.url)
    desk.go(f"/leads/{doubles[0]['id']}/")
    timeline = page.get_by_test_id("timeline")

    page.keyboard.press("n")
    page.keyboard.type("Prefers to be called after nine")
    page.keyboard.press("Control+Enter")
    expect(timeline).to_contain_text("Prefers to be called after nine")
    timeline.get_by_test_id("note-delete").click()
    expect(timeline.get_by_test_id("note")).to_have_count(0)
    page.get_by_test_id("toast").filter(has_text="Note deleted").get_by_role("button", name="Undo").click()
    expect(timeline.get_by_test_id("note")).to_have_count(1)

    card = page.get_by_test_id("next-card")
    expect(card).to_contain_text("None planned.")
    card.locator("summary").click()
    page.get_by_test_id("next-step-text").fill("Send the price list")
    page.get_by_test_id("next-step-on").fill("2020-01-02")
    page.get_by_test_id("next-step-save").click()
    expect(card).to_contain_text("Send the price list")
    expect(card).to_have_attribute("data-late", "")
    page.get_by_test_id("next-step-done").click()
    expect(card).to_contain_text("None planned.")
    expect(timeline).to_contain_text("did the next step")
    assert desk.is_the_same_page()


def test_doubles_are_compared_merged_and_parted(stack, program, doubles, page):
    first, second = (each["id"] for each in doubles)
    names = [each["name"] for each in doubles]
    desk = Desk(page, stack.url)
    desk.go(f"/leads/{first}/")

    page.get_by_test_id("compare").click()
    page.get_by_test_id("difference-name").get_by_role("radio").nth(1).check()
    page.get_by_test_id("merge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(names[1])
    assert program.client.get(f"leads/{second}/").headers["Location"].endswith(f"/api/v1/leads/{first}/")
    page.goto(f"{stack.url}/leads/{second}/")
    expect(page).to_have_url(f"{stack.url}/leads/{first}/")

    page.get_by_test_id("part").click()
    expect(page.get_by_test_id("duplicate")).to_have_count(1)
    assert [program.get(f"leads/{each}/")["name"] for each in (first, second)] == names
    page.get_by_test_id("not-the-same").click()
    expect(page.get_by_test_id("duplicate")).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("now-panel")).to_be_visible()
    until(lambda: program.get(f"leads/{first}/duplicates/")["results"] == [])


def test_the_keys_walk_through_the_list_one_came_from(stack, doubles, page):
    desk = Desk(page, stack.url)
    desk.go("/leads/?q=wulan&sort=-created_at")
    page.get_by_test_id("lead-row").first.get_by_role("link").first.click()
    expect(page.get_by_test_id("place")).to_contain_text("1 of")
    here = page.url

    page.keyboard.press("]")
    page.wait_for_url(lambda url: url != here)
    expect(page.get_by_test_id("place")).to_contain_text("2 of")
    page.keyboard.press("[")
    expect(page.get_by_test_id("place")).to_contain_text("1 of")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_its_parts_are_a_swipe_apart(stack, doubles, new_page, scheme):
    page = new_page(width=390, height=844, color_scheme=scheme, has_touch=True, is_mobile=True)
    desk = Desk(page, stack.url)
    desk.go(f"/leads/{doubles[0]['id']}/")
    now, timeline = page.get_by_test_id("now-panel"), page.get_by_test_id("timeline")

    expect(now).to_be_visible()
    expect(timeline).to_be_hidden()
    page.get_by_test_id("lead").evaluate(SWIPE_LEFT)
    expect(timeline).to_be_visible()
    expect(now).to_be_hidden()
    page.get_by_role("button", name="Fields").tap()
    expect(page.get_by_test_id("identities")).to_be_visible()
    assert page.evaluate(SIDEWAYS) == 0
    page.goto(f"{stack.url}/leads/{doubles[0]['id']}/merge/{doubles[1]['id']}/")
    expect(page.get_by_test_id("merge-form")).to_be_visible()
    assert page.evaluate(SIDEWAYS) == 0


def test_nothing_moves_while_the_page_loads_on_a_phone(stack, doubles, new_page):
    page = new_page(width=390, height=844, is_mobile=True, has_touch=True)
    page.add_init_script(f"({SHIFTS})()")
    desk = Desk(page, stack.url)

    def late(route):
        """A slow line: the page is painted before its script is there."""
        time.sleep(1)
        route.continue_()

    page.route("**/main*.js", late)

    for path in ("/inbox/", "/leads/", f"/leads/{doubles[0]['id']}/"):
        desk.go(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shifted") < 0.1, path  # what Lighthouse calls good
