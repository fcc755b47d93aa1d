"""The list of leads without a mouse: a filter, a view of it, an owner for two leads, taken back; and on a phone."""

import json
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desk
from tests.journeys.program import Program

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def tagged(program):
    """Three leads nobody owns, found by a tag of their own."""
    tag = f"walk-{uuid4().hex[:8]}"
    for number, name in enumerate(("Ana", "Bea", "Cleo")):
        known = [{"kind": "email", "value": f"{name.lower()}-{tag}@example.test"}]
        given = {"name": name, "identities": known, "tags": [tag], "source": f"s{number}"}
        answer = program.post("leads/", given)
        assert answer.status_code == 201, answer.text
    return tag


def listed(tag):
    """The address of these leads, by name."""
    tree = {"all": [{"field": "tags", "op": "any_of", "value": [tag]}]}
    return f"/leads/?filter={quote(json.dumps(tree))}&sort=name"


def names(page):
    return page.locator("[data-testid=lead-row] strong").all_inner_texts()


def test_filter_save_assign_and_undo_without_a_mouse(stack, tagged, page):
    desk = Desk(page, stack.url, "manager@demo.test")
    desk.go(listed(tagged))
    keys = page.keyboard
    assert names(page) == ["Ana", "Bea", "Cleo"]

    # F opens the filter: one condition more, Enter shows what is left.
    keys.press("f")
    editor = page.get_by_test_id("filter-editor")
    expect(editor.locator(".condition")).to_have_count(1)
    editor.get_by_role("button", name="+ Condition").press("Enter")
    row = editor.locator(".condition").nth(1)
    row.locator("[data-part=field]").select_option("source")
    row.locator("[data-part=op]").select_option("none_of")
    row.locator("[data-part=value]").fill("s2")
    page.get_by_test_id("filter-apply").press("Enter")
    page.wait_for_url("**filter=*none_of*")
    assert names(page) == ["Ana", "Bea"]

    # V keeps it under a name.
    keys.press("v")
    page.get_by_test_id("view-name").fill(f"Walk {tagged}")
    keys.press("Enter")
    page.wait_for_url("**view=*")
    expect(page.get_by_test_id("view-tabs").locator("[aria-current]")).to_have_text(f"Walk {tagged}")
    expect(page.get_by_test_id("view-cancel")).to_have_count(0)
    assert names(page) == ["Ana", "Bea"]

    # J walks, X chooses, A assigns both.
    expect(page.locator("[data-live-state=on]").first).to_be_attached()
    for key in ("j", "x", "j", "x"):
        keys.press(key)
    expect(page.get_by_test_id("bulk-count")).to_have_text("2")
    keys.press("a")
    page.get_by_test_id("bulk-assign-rep@demo.test").press("Enter")
    toast = page.get_by_test_id("toast").filter(has_text="2 leads changed")
    expect(toast).to_be_visible()
    expect(page.locator("[data-testid=lead-row] [data-cell=owner] .none")).to_have_count(0)

    # The toast takes it back.
    toast.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator("[data-testid=lead-row] [data-cell=owner] .none")).to_have_count(2)


def test_a_name_is_edited_where_it_stands_and_space_looks_into_a_lead(stack, tagged, page):
    desk = Desk(page, stack.url, "manager@demo.test")
    desk.go(listed(tagged))
    keys = page.keyboard
    keys.press("j")

    # E edits; Escape leaves everything as it was, Enter saves.
    keys.press("e")
    box = page.locator(".cell-editor input[name=value]")
    expect(box).to_be_focused()
    box.fill("Somebody else")
    keys.press("Escape")
    assert names(page) == ["Ana", "Bea", "Cleo"]
    keys.press("e")
    expect(box).to_be_focused()
    box.fill("Ana Maria")
    keys.press("Enter")
    expect(page.locator("[data-testid=lead-row] strong").first).to_have_text("Ana Maria")

    # Space looks into it; J goes on to the next; Escape closes.
    keys.press("Space")
    expect(page.get_by_test_id("peek").locator("h2")).to_have_text("Ana Maria")
    keys.press("j")
    expect(page.get_by_test_id("peek").locator("h2")).to_have_text("Bea")
    keys.press("Escape")
    expect(page.locator("#peek")).to_be_hidden()
    assert desk.is_the_same_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_cards_that_fit(stack, tagged, new_page, scheme):
    page = new_page(width=390, height=844, color_scheme=scheme, has_touch=True, is_mobile=True)
    desk = Desk(page, stack.url, "manager@demo.test")
    desk.go(listed(tagged))

    assert names(page) == ["Ana", "Bea", "Cleo"]
    assert page.evaluate(SIDEWAYS) == 0
    page.locator("[data-bulk-target=pick]").first.tap()
    expect(page.get_by_test_id("bulk-bar")).to_be_visible()
    page.get_by_test_id("filter-menu").locator("summary").tap()
    expect(page.get_by_test_id("filter-editor")).to_be_visible()
    assert page.evaluate(SIDEWAYS) == 0


def test_a_condition_of_a_field_that_was_switched_off_is_shown_and_removed(stack, tagged, page):
    # given a view of a field that has been switched off since
    with Program(stack, "admin@demo.test") as admin:
        made = admin.post("custom-fields/", {"of": "lead", "label": f"Size {tagged}", "kind": "text"}).json()
        gone = {"field": f"custom.{made['key']}", "op": "empty"}
        tree = {"all": [gone, {"field": "tags", "op": "any_of", "value": [tagged]}]}
        view = admin.post("saved-views/", {"name": tagged, "filter": tree, "is_shared": True}).json()["id"]
        admin.client.patch(f"custom-fields/{made['id']}/", json={"is_active": False})
    desk = Desk(page, stack.url, "manager@demo.test")
    desk.go(f"/leads/?view={view}")
    assert len(names(page)) == 3

    # then its filter can be opened and applied, and says why this one can't be changed
    page.keyboard.press("f")
    editor = page.get_by_test_id("filter-editor")
    expect(editor.locator(".condition")).to_have_count(2)
    expect(editor.locator(".condition").first).to_contain_text("is switched off")
    page.get_by_test_id("filter-apply").click()
    page.wait_for_url("**filter=*")
    assert len(names(page)) == 3

    # and it can be removed
    page.keyboard.press("f")
    editor.locator(".condition").first.get_by_role("button", name="Remove").click()
    page.get_by_test_id("filter-apply").click()
    page.wait_for_url(lambda url: "filter=" in url and "custom" not in url)
    assert len(names(page)) == 3
