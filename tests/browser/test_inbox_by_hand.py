"""The inbox without a mouse, and on a phone's screen, light and dark."""

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desk
from tests.journeys.world import new_number, until

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "document.activeElement.dataset.conversationId ?? ''"
# What a finger in the middle of the screen would touch.
IS_IN_FRONT = "(pane) => document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest(pane) != null"
# How light the page is, 0 to 255, as it is painted: the layers' colours drawn on one pixel.
LIGHTNESS = """
() => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  const thread = document.querySelector("[data-testid=thread]");
  const layers = [document.documentElement, document.body, thread].map((each) => getComputedStyle(each));
  for (const layer of ["white", ...layers.map((each) => each.backgroundColor)]) {
    pen.fillStyle = layer;
    pen.fillRect(0, 0, 1, 1);
  }
  return Math.max(...pen.getImageData(0, 0, 1, 1).data.slice(0, 3));
}
"""


@pytest.fixture
def two_customers(world, program):
    """Two people who have written and been answered: their numbers, the later one first."""
    numbers = [new_number(), new_number()]
    for name, number in zip(("Kay", "Jay"), numbers, strict=True):
        world.say(number, f"Hello, I'm {name} and we have a bakery", name=name)
        until(lambda number=number: program.answered(number))
    return numbers[::-1]


def test_a_reply_without_a_mouse(stack, world, program, two_customers, page):
    desk = Desk(page, stack.url)
    desk.go("/inbox/")
    talks = [program.conversation(number)["id"] for number in two_customers]
    keys = page.keyboard

    # J and K walk, Enter opens.
    walked = []
    for key in ("j", "j", "k"):
        keys.press(key)
        walked.append(page.evaluate(FOCUSED))
    assert walked == [talks[0], talks[1], talks[0]]
    keys.press("Enter")
    expect(desk.thread).to_have_attribute("data-conversation-id", talks[0])

    # R writes, letters are letters there, Enter sends.
    keys.press("r")
    expect(page.get_by_test_id("composer-input")).to_be_focused()
    keys.type("Just a jolly reply, kindly typed")
    keys.press("Enter")

    until(lambda: world.texts_to(two_customers[0])[-1] == "Just a jolly reply, kindly typed")
    expect(page.get_by_test_id("composer-input")).to_have_value("")
    expect(desk.owner).to_have_attribute("data-owner", "person")
    # Escape leaves the box, G gives back, ? shows the keys and Escape puts them away.
    keys.press("Escape")
    keys.press("g")
    expect(desk.owner).to_have_attribute("data-owner", "agent")
    keys.press("?")
    expect(page.get_by_test_id("help-sheet")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_test_id("help-sheet")).to_be_hidden()
    assert desk.is_the_same_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_goes_from_the_list_to_the_thread_to_the_panel_and_back(
    stack, program, two_customers, new_page, scheme
):
    page = new_page(width=390, height=844, color_scheme=scheme, has_touch=True, is_mobile=True)
    desk = Desk(page, stack.url)
    talk = program.conversation(two_customers[0])["id"]

    def shows(pane):
        page.wait_for_function(IS_IN_FRONT, arg=f"[data-testid={pane}]")
        assert page.evaluate(SIDEWAYS) == 0

    desk.go("/inbox/")
    shows("inbox-list")
    desk.row(talk).tap()
    shows("messages")
    assert (page.evaluate(LIGHTNESS) > 128) is (scheme == "light")
    page.get_by_test_id("show-panel").tap()
    shows("context-panel")
    page.get_by_role("button", name="Back to the conversation").tap()
    shows("messages")
    page.get_by_test_id("back").tap()
    shows("inbox-list")
    assert desk.is_the_same_page()


def test_no_page_scrolls_sideways(stack, two_customers, page):
    desk, found = Desk(page, stack.url), {}

    for path in ("/", "/inbox/", "/leads/"):
        desk.go(path)
        for width in (390, 768, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            found[path, width] = page.evaluate(SIDEWAYS)

    assert set(found.values()) == {0}, found
