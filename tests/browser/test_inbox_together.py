"""Two at one conversation: words found in it, a colleague who types, and the bot that gets it back with a digest."""

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
    world.say(number, "Hello, I'm Lia and we have a florist in Malang", name="Lia")
    until(lambda: program.answered(number))
    return number


def test_two_at_one_conversation(stack, program, customer, new_page):
    rep, manager = Desk(new_page(), stack.url), Desk(new_page(), stack.url, "manager@demo.test")
    talk = program.conversation(customer)["id"]
    rep.go(f"/inbox/?open={talk}")
    page, keys = rep.page, rep.page.keyboard

    # F looks for words in the thread, lights the message up, and Escape ends it.
    keys.press("f")
    page.get_by_test_id("find-words").press_sequentially("florist")
    expect(page.get_by_test_id("find-count")).to_have_text(re.compile(r"^1 of [1-9]$"))
    expect(page.locator("[data-lit]")).to_contain_text(re.compile("florist", re.IGNORECASE))
    keys.press("Escape")
    expect(page.get_by_test_id("find-bar")).to_be_hidden()

    # A colleague comes, and types: the first press of Enter warns, the second sends.
    rep.reply("Let me help you")
    manager.go(f"/inbox/?open={talk}")
    expect(page.get_by_test_id("presence").locator("li")).to_have_count(1)
    theirs = manager.page.get_by_test_id("composer-input")
    theirs.press_sequentially("Me too")
    expect(page.get_by_test_id("typing")).to_contain_text("is typing")
    box = page.get_by_test_id("composer-input")
    box.fill("We deliver on Fridays")
    box.press("Enter")
    expect(page.get_by_test_id("typing")).to_have_attribute("data-held", "")
    expect(box).to_have_value("We deliver on Fridays")
    box.press("Enter")
    expect(rep.bubble("We deliver on Fridays")).to_have_count(1)

    # They leave, and are gone here: said by their wire, else known by its silence (SILENT in presence_controller.js).
    theirs.fill("")
    manager.go("/leads/")
    expect(page.get_by_test_id("presence").locator("li")).to_have_count(0, timeout=60_000)

    # G gives it back: the thread says what the bot was told.
    box.press("Escape")
    keys.press("g")
    line = page.locator("li[data-testid=give-back]")
    expect(line).to_contain_text(re.compile("the bot was told of 2 messages"))
    line.locator("summary").click()
    expect(line).to_contain_text("We deliver on Fridays")
