"""Answers that come late, or never: what somebody did in the meantime counts, and nobody is left on an empty screen."""

import re
import secrets

import pytest
from playwright.sync_api import APIResponse, Response, Route, expect

from tests.browser.desks import Desk
from tests.journeys.program import Program
from tests.journeys.world import new_number, until

pytestmark = pytest.mark.browser

PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def name():
    """Nobody else's."""
    return f"Kay {secrets.token_hex(3)}"


@pytest.fixture
def two_customers(world, program, name):
    """Two people who have written and been answered: numbers and conversations."""
    numbers = [new_number(), new_number()]
    for number in numbers:
        world.say(number, "Hello, we have a bakery", name=name)
    for number in numbers:
        until(lambda number=number: program.answered(number))
    return [(number, program.conversation(number)["id"]) for number in numbers]


def test_news_of_one_conversation_do_not_take_the_screen_from_the_next(stack, world, two_customers, page):
    (number, first), (_, second) = two_customers
    desk = Desk(page, stack.url)
    desk.go("/inbox/?folder=all")
    desk.open(first)
    held: list[Route] = []
    its_news = re.compile(rf"/inbox/{first}/(\?|$)")

    def hold(route):
        held.append(route)

    page.route(its_news, hold)

    # The first one's news are asked for, and answered only when the second one is open.
    with page.expect_request(its_news):
        world.say(number, "One more thing")
    desk.open(second)
    with page.expect_response(its_news) as late:
        held[0].continue_()
    late.value.finished()
    page.evaluate(PAINTED)

    assert desk.thread.get_attribute("data-conversation-id") == second


def test_a_list_that_is_on_its_way_does_not_hold_up_what_was_closed(stack, world, two_customers, page):
    (number, first), (_, second) = two_customers
    desk = Desk(page, stack.url)
    desk.go("/inbox/?folder=all")
    held: list[Route] = []
    page.route("**/inbox/?folder=all", lambda route: route.continue_() if held else held.append(route))

    # The list is asked for because of some news, and never answered; then somebody closes a conversation.
    with page.expect_request("**/inbox/?folder=all"):
        world.say(number, "One more thing")
    desk.row(second).focus()
    page.keyboard.press("e")

    expect(desk.row(second)).to_have_count(0)
    expect(desk.row(first)).to_be_visible()


def hold_first(page, pattern):
    """The first request of this kind stays on its way until it is let go; returns what was asked, and how to let go."""
    asked: list[Route] = []

    def hold(route):
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    def let_go():
        asked[0].continue_()

    page.route(pattern, hold)
    return asked, let_go


def test_quick_closing_and_quick_undoing_lose_nothing(stack, world, program, name, two_customers, page):
    number = new_number()
    world.say(number, "Hello, we have a bakery", name=name)
    until(lambda: program.answered(number))
    desk = Desk(page, stack.url)
    desk.go(f"/inbox/?folder=all&q={name}")
    rows = page.locator("#conversation-list .row-item")
    expect(rows).to_have_count(3)

    # Three are closed before the first is answered.
    acts, let_go = hold_first(page, "**/inbox/act/")
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("e")
    until(lambda: page.evaluate(PAINTED) and acts)
    let_go()
    expect(rows).to_have_count(0)
    assert len(acts) == 3

    # All three are taken back before the first is.
    undos, let_go = hold_first(page, "**/inbox/acts/*/undo/")
    for _ in range(3):
        page.get_by_test_id("toast").get_by_role("button", name="Undo").first.click()
    until(lambda: page.evaluate(PAINTED) and undos)
    let_go()
    expect(rows).to_have_count(3)
    assert len(undos) == 3


def test_what_waits_behind_the_pill_does_not_come_back_when_all_was_closed(
    stack, world, program, name, two_customers, page
):
    number = new_number()
    world.say(number, "Hello, we have a bakery", name=name)
    until(lambda: program.answered(number))
    desk = Desk(page, stack.url)
    desk.go(f"/inbox/?folder=all&q={name}")
    rows = page.locator("#conversation-list .row-item")
    expect(rows).to_have_count(3)

    # Somebody picks all three with the keyboard; a colleague closes the first, which waits; then the others are closed.
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.get_by_test_id("bulk-count")).to_have_text("3")
    answer = program.post("acts/", {"act": "close", "conversations": [rows.first.get_attribute("data-id")]})
    assert answer.status_code == 201, answer.text
    expect(page.get_by_test_id("new-pill")).to_be_visible()
    closed: list[Response] = []  # what the list asks before all are closed stays on its way
    page.on("response", lambda response: closed.append(response) if "/inbox/act/" in response.url else None)
    page.route("**/inbox/?folder=all&q=*", lambda route: route.continue_() if closed else None)
    page.keyboard.press("e")

    expect(page.get_by_text("No conversation matches")).to_be_visible()
    expect(rows).to_have_count(0)


def test_a_phone_without_a_network_stays_on_the_list(stack, two_customers, new_page):
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    desk = Desk(page, stack.url)
    desk.go("/inbox/?folder=all")
    row = desk.row(two_customers[0][1])

    page.context.set_offline(True)
    row.tap()

    expect(page.get_by_test_id("toast")).to_contain_text("cannot be reached")
    expect(row).to_be_visible()
    expect(row).not_to_have_attribute("aria-current", "true")
    page.context.set_offline(False)
    row.tap()
    expect(desk.thread).to_have_attribute("data-conversation-id", two_customers[0][1])


@pytest.fixture
def lead(program):
    """A lead to write a note about."""
    identity = {"kind": "wa_id", "value": new_number().lstrip("+")}
    return program.post("leads/", {"name": "Wulan", "identities": [identity], "source": "fair"}).json()["id"]


def a_note(desk, lead):
    """Rina writes one on the lead's page."""
    desk.go(f"/leads/{lead}/")
    desk.page.keyboard.press("n")
    desk.page.keyboard.type("Prefers to be called after nine")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.page.get_by_test_id("note")).to_have_count(1)


def test_news_of_a_change_do_not_take_its_undo_away(stack, lead, page):
    heard: list[str] = []
    page.on("websocket", lambda wire: wire.on("framereceived", lambda frame: heard.append(str(frame))))
    desk = Desk(page, stack.url)
    a_note(desk, lead)
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/notes/**", lambda route: held.append((route, route.fetch())))

    # The note is deleted, and its news come before the answer.
    before = len(heard)
    page.get_by_test_id("note-delete").click()
    # (the driver hears of frames and requests only while it is asked something)
    until(lambda: page.evaluate(PAINTED) and held and any(lead in each for each in heard[before:]))
    page.wait_for_timeout(600)  # as long as it takes to show news, and more
    route, answer = held[0]
    route.fulfill(response=answer)

    # Then the answer is shown with its Undo, which works.
    page.unroute("**/notes/**")
    toast = page.get_by_test_id("toast").filter(has_text="Note deleted")
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_test_id("note")).to_have_count(1)


def test_what_was_asked_for_before_a_change_does_not_undo_it_on_the_screen(stack, program, lead, page):
    desk = Desk(page, stack.url)
    a_note(desk, lead)
    held: list[tuple[Route, APIResponse]] = []
    own = re.compile(rf"/leads/{lead}/$")

    def hold(route):
        if held or route.request.method != "GET":
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route(own, hold)

    # News are asked for; before they are there the note is deleted.
    program.client.patch(f"leads/{lead}/", json={"next_step": "Send the price list"})
    until(lambda: page.evaluate(PAINTED) and held)
    page.get_by_test_id("note-delete").click()
    expect(page.get_by_test_id("toast").filter(has_text="Note deleted")).to_be_visible()
    expect(page.get_by_test_id("note")).to_have_count(0)

    # Then the old answer is not shown, and what has changed meanwhile is.
    page.evaluate(
        "() => { window.mostNotes = 0; new MutationObserver(() => { window.mostNotes = Math.max(window.mostNotes, "
        "document.querySelectorAll('[data-testid=note]').length); }).observe(document.body, "
        "{ subtree: true, childList: true }); }"
    )
    route, answer = held[0]
    with page.expect_response(own):
        route.fulfill(response=answer)
    expect(page.get_by_test_id("lead")).to_contain_text("Send the price list")
    assert page.evaluate("window.mostNotes") == 0


@pytest.mark.parametrize("kind", ["text", "choice"])
def test_the_last_of_two_quick_edits_counts(stack, lead, page, kind):
    # given a field of the workspace's own
    with Program(stack, "admin@demo.test") as admin:
        options = ["Bali", "Java", "Lombok"] if kind == "choice" else []
        field = {"of": "lead", "label": f"Place {secrets.token_hex(3)}", "kind": kind, "options": options}
        key = admin.post("custom-fields/", field).json()["key"]
        desk = Desk(page, stack.url)
        desk.go(f"/leads/{lead}/")
        box = page.get_by_test_id(f"field-{key}").locator("[name=value]")
        asked, let_go = hold_first(page, "**/custom/**")

        def write(words):
            box.select_option(words) if kind == "choice" else box.fill(words)
            page.keyboard.press("Tab")

        def saved():
            return admin.get(f"leads/{lead}/")["custom"].get(key)

        # when it is changed again, and left, before the first change is answered
        write("Bali")
        until(lambda: page.evaluate(PAINTED) and asked)
        write("Java")
        let_go()

        # then the last one is saved and stays
        until(lambda: page.evaluate(PAINTED) and len(asked) == 2)
        until(lambda: page.evaluate(PAINTED) and saved() == "Java")
        expect(page.get_by_test_id("toast").filter(has_text="Saved").first).to_be_visible()
        expect(box).to_have_value("Java")

        # and Enter saves once
        if kind == "text":
            box.fill("Lombok")
            box.press("Enter")
            until(lambda: page.evaluate(PAINTED) and saved() == "Lombok")
            page.wait_for_timeout(300)
            assert len(asked) == 3
    assert desk.is_the_same_page()
