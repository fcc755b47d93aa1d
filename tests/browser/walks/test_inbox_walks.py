"""Tasks of the inbox, each with a mouse, with the keyboard alone, and with a thumb on a phone."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.hands import HANDS
from tests.browser.walks.crowd import gather
from tests.browser.walks.walker import Walker
from tests.journeys.world import until

pytestmark = pytest.mark.browser

NEEDED = {"triage": 10, "answer": 3, "hand over": 1, "snooze": 1}


@pytest.fixture(scope="module")
def crowd(world, program):
    """The customers of each walk with each hand."""
    mark = secrets.token_hex(3)
    groups = {f"{task} {hand} {mark}": many for task, many in NEEDED.items() for hand in HANDS}
    people = gather(world, program, groups)
    return {tuple(group.rsplit(" ", 2)[:2]): (group, found) for group, found in people.items()}


@pytest.fixture(params=HANDS)
def walker(request, stack, new_page):
    """A manager who uses the product in one of the three ways."""
    return Walker(new_page, stack.url, request.param, "manager@demo.test")


def test_ten_conversations_are_triaged(walker, crowd, program):
    words, ten = crowd["triage", walker.way]
    walker.go("/inbox/?folder=all")
    walker.look_for(words, rows=10)

    walker.pick_conversations(4)
    walker.press("bulk-close", key="e")
    walker.expect_rows(6)
    walker.pick_conversations(3)
    walker.press("bulk-assign", key="a")
    walker.press("assign-me")
    expect(walker.page.get_by_test_id("owner").filter(has_text="Marco")).to_have_count(3)
    walker.pick_conversations(6)
    walker.press("bulk-snooze", key="s")
    walker.press(walker.page.get_by_test_id("snooze-time").first)
    walker.expect_rows(0)

    found = [program.conversations(one.number)[0] for one in ten]
    assert sorted(each["status"] for each in found) == ["closed"] * 4 + ["snoozed"] * 6
    assert [each["owner_kind"] for each in found].count("person") == 3


def test_three_customers_are_answered(walker, crowd, world):
    words, three = crowd["answer", walker.way]
    walker.go("/inbox/?folder=all")
    walker.look_for(words, rows=3)

    for one in three:
        walker.open_conversation(one.name)
        walker.reply(f"Good day {one.name}, Marco here.")
        walker.back_to_list()

    for one in three:
        until(lambda one=one: world.texts_to(one.number)[-1] == f"Good day {one.name}, Marco here.")


def test_a_conversation_is_taken_over_and_given_back(walker, crowd, world, program):
    words, [one] = crowd["hand over", walker.way]
    walker.go("/inbox/?folder=all")
    walker.look_for(words, rows=1)
    walker.open_conversation(one.name)
    owner = walker.page.get_by_test_id("owner-bar")
    expect(owner).to_have_attribute("data-owner", "agent")

    walker.press("take-over", key="t")
    expect(owner).to_have_attribute("data-owner", "person")
    expect(owner).to_contain_text("Marco Ruiz")
    before = len(world.texts_to(one.number))
    world.say(one.number, "Is anybody there?")
    expect(walker.page.get_by_test_id("message").filter(has_text="Is anybody there?")).to_be_visible()
    assert len(world.texts_to(one.number)) == before

    walker.press("give-back", key="g")
    expect(owner).to_have_attribute("data-owner", "agent")
    assert program.conversations(one.number)[0]["owner_kind"] == "agent"


def test_a_conversation_is_put_off_and_woken(walker, crowd, program):
    words, [one] = crowd["snooze", walker.way]
    walker.go("/inbox/?folder=all")
    walker.look_for(words, rows=1)

    walker.pick_conversations(1)
    walker.press("bulk-snooze", key="s")
    walker.press(walker.page.get_by_test_id("snooze-time").first)
    walker.expect_rows(0)
    assert program.conversations(one.number)[0]["status"] == "snoozed"

    walker.press(walker.page.get_by_test_id("more-folders").locator("summary"))
    walker.press(walker.page.get_by_test_id("more-folders").get_by_role("link", name="Snoozed"))
    expect(walker.conversation(one.name).get_by_test_id("snoozed")).to_be_visible()
    walker.pick_conversation(one.name)
    walker.press("bulk-wake")
    expect(walker.conversation(one.name)).to_have_count(0)
    walker.press("folder-all")
    expect(walker.conversation(one.name)).to_be_visible()
    assert program.conversations(one.number)[0]["status"] == "open"
