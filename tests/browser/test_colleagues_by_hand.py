"""Two colleagues at one conversation: a note that rings a bell, a reply kept ready, a failure that is mended."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desk
from tests.journeys.world import new_number, until

pytestmark = pytest.mark.browser


@pytest.fixture
def customer(world, program):
    """Somebody who has written and been answered: their number."""
    number = new_number()
    world.say(number, "Hello, I'm Kay and we have a bakery", name="Kay")
    until(lambda: program.answered(number))
    return number


def test_colleagues_at_one_conversation(stack, world, program, customer, new_page):
    rep, manager = Desk(new_page(), stack.url), Desk(new_page(), stack.url, "manager@demo.test")
    talk = program.conversation(customer)["id"]
    rep.go(f"/inbox/?open={talk}")
    manager.go("/leads/")
    rang = manager.alerts()
    page, keys = rep.page, rep.page.keyboard

    # N writes a note, @ offers colleagues, Enter takes the first and then leaves the note.
    keys.press("n")
    note = page.get_by_test_id("note-input")
    expect(note).to_be_focused()
    keys.type("Please look, @mana")
    expect(page.get_by_test_id("offer")).to_have_count(1)
    keys.press("Enter")
    keys.press("Enter")
    expect(page.get_by_test_id("note")).to_contain_text("Please look, @")
    expect(note).to_have_value("")

    # The manager's bell rings where they are; the customer hears nothing of it.
    expect(manager.page.get_by_test_id("alert-badge")).to_have_text(str(rang + 1))
    assert not [text for text in world.texts_to(customer) if "Please look" in text]

    # A draft survives a reload.
    keys.press("Escape")
    keys.press("r")
    keys.type("Half a th")
    with page.expect_response("**/draft/"):
        pass
    rep.go(f"/inbox/?open={talk}")
    box = page.get_by_test_id("composer-input")
    expect(box).to_have_value("Half a th")
    box.fill("")

    # A reply kept ready stands behind the slash, filled in.
    program.post(
        "canned-replies/", {"shortcut": f"hi{customer[-4:]}", "text": "Hello {{contact.first_name}}!"}
    )
    box.press_sequentially(f"/hi{customer[-4:]}")
    expect(page.get_by_test_id("offer")).to_have_count(1)
    keys.press("Enter")
    expect(box).to_have_value("Hello Kay!")

    # The provider refuses it; Retry sends it once, and it is delivered.
    stack.sim("/_sim/faults", {"match": {"to": customer}, "times": 1, "status": 400, "json": REFUSED})
    keys.press("Enter")
    bubble = rep.bubble("Hello Kay!")
    expect(bubble.get_by_test_id("attempts")).to_contain_text("Tried once")
    bubble.get_by_test_id("retry").click()
    expect(bubble.locator(".ticks")).to_have_attribute("data-status", re.compile("delivered|read"))
    assert world.texts_to(customer).count("Hello Kay!") == 1


REFUSED = {
    "error": {"code": 131026, "message": "Message undeliverable", "error_data": {"details": "Undeliverable"}}
}
