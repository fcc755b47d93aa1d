"""The session ends while somebody writes: nothing typed is lost, and nobody else finds it."""

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desk
from tests.journeys.world import new_number, until

pytestmark = pytest.mark.browser

WORDS = "We can deliver on Friday"
COPIES = "Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length"


@pytest.fixture
def talk(world, program):
    """Somebody has written and been answered: the conversation."""
    number = new_number()
    world.say(number, "Hello, we have a bakery")
    until(lambda: program.answered(number))
    return program.conversation(number)["id"]


def end_session(page):
    """As if it had run out: the browser is nobody's from now on."""
    page.context.clear_cookies(name="sessionid")


def sign_in_again(page, email="rep@demo.test"):
    """At the form one was sent to, and back to where one was."""
    page.wait_for_url(lambda url: "/accounts/login/?next=" in url)
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill("demo")
    page.get_by_test_id("sign-in").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def test_a_reply_waits_for_its_writer_to_sign_in_again(stack, talk, page):
    desk = Desk(page, stack.url)
    desk.go(f"/inbox/?open={talk}")
    box = page.get_by_test_id("composer-input")
    end_session(page)

    # The draft can't be kept by the server, and the reply can't be sent.
    with page.expect_response("**/accounts/login/**"):
        box.press_sequentially(WORDS)
    box.press("Enter")

    # Somebody else, at the same browser, does not find the words; their writer does.
    sign_in_again(page, "admin@demo.test")
    expect(box).to_have_value("")
    end_session(page)
    page.goto(f"{stack.url}/inbox/?open={talk}")
    sign_in_again(page)
    expect(box).to_have_value(WORDS)
    box.press("Enter")
    expect(desk.bubble(WORDS)).to_be_visible()
    expect(box).to_have_value("")


def test_a_note_of_a_lead_waits_as_well(stack, program, page):
    identity = {"kind": "wa_id", "value": new_number()}
    lead = program.post("leads/", {"name": "Wulan", "identities": [identity], "source": "fair"}).json()["id"]
    desk = Desk(page, stack.url)
    desk.go(f"/leads/{lead}/")
    box = page.get_by_test_id("note-text")
    end_session(page)

    box.fill(WORDS)
    box.press("Control+Enter")
    sign_in_again(page)

    expect(box).to_have_value(WORDS)
    box.press("Control+Enter")
    expect(page.get_by_test_id("note")).to_have_count(1)
    expect(box).to_have_value("")
    page.reload()
    expect(box).to_have_value("")


def test_of_two_copies_of_a_draft_the_newer_one_counts(stack, talk, new_page):
    here, there = new_page(), new_page()
    address = f"/inbox/?open={talk}"
    desk = Desk(here, stack.url)
    desk.go(address)
    box = here.get_by_test_id("composer-input")

    # What the server never got is there again after a reload.
    here.route("**/draft/", lambda route: route.abort())
    box.fill("an older wording")
    here.reload()
    expect(box).to_have_value("an older wording")

    # The same person writes elsewhere, later: that counts, and the older copy does not come back.
    other = Desk(there, stack.url)
    other.go(address)
    with there.expect_response("**/draft/"):
        there.get_by_test_id("composer-input").fill("a newer wording")
    here.reload()
    expect(box).to_have_value("a newer wording")
    assert here.evaluate(COPIES) == 0

    # What is typed over that is newer again, whatever the clock of this browser says.
    here.clock.set_system_time("2020-01-01T00:00:00Z")
    box.fill("the newest wording")
    here.reload()
    expect(box).to_have_value("the newest wording")
