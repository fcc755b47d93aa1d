"""The pictures of docs/user, taken anew: `python -m tests.browser.screenshots [URL SIM_URL]`.

Without addresses it starts a house of its own in a temporary folder; with them it plays the story in that running
demo (`make up`). The customer is Maya; Budi and Camila have written before her.
"""

import contextlib
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.desks import Desk
from tests.browser.phones import Phone
from tests.browser.pictures import small_png
from tests.browsers import ARGUMENTS, find_chromium
from tests.stack import running_stack

PICTURES = Path("docs/user/pictures")
LARGEST = 200_000  # bytes: a picture must not make the repository heavy
WIDE, SMALL = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@contextlib.contextmanager
def addresses(given):
    """Of the running demo, or of a house started for this: product, loopback world."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder)) as stack:
        yield stack.url, stack.sim_url


def take(page, name, folder=PICTURES):
    """One picture, once fonts and swaps have settled."""
    page.evaluate("document.fonts.ready")
    path = folder / f"{name}.png"
    taken = page.screenshot(animations="disabled", caret="hide")
    blank = page.context.browser.new_page()  # our own pages forbid what the shrinking needs
    path.write_bytes(small_png(blank, taken))
    blank.close()
    assert path.stat().st_size < LARGEST, f"{path} is too heavy: {path.stat().st_size} bytes"
    print(path, path.stat().st_size)


def window(browser, size, **options):
    """A page in a private window of this size."""
    return browser.new_context(viewport=size, **options).new_page()


def talk(phone, lines):
    """Say these lines, each after the answer to the one before."""
    for line in phone.lines[:lines]:
        phone.ask(line, within=30)


def tell_the_story(browser, url, sim_url):
    """Everybody writes, Maya last; the pictures are taken on the way."""
    for persona, lines in (("budi", 2), ("camila", 3)):
        talk(Phone(window(browser, SMALL), sim_url, persona), lines)
    phone = Phone(window(browser, SMALL), sim_url, "maya")
    talk(phone, 3)
    desk = Desk(window(browser, WIDE), url)
    desk.go("/inbox/")
    desk.page.get_by_test_id("conversation-row").first.click()
    expect(desk.slot("need").locator("q")).to_be_visible()
    desk.slot("business_type").locator(".slot-value").hover()
    take(desk.page, "agent-answers-1440")
    phone.ask(phone.lines[3], within=30)
    expect(desk.owner).to_have_attribute("data-owner", "person")
    take(phone.page, "phone-390")
    return desk, phone


def show_what_the_rep_does(desk, phone):
    """The alert, the reply, the lead."""
    page = desk.page
    page.get_by_test_id("bell").locator("summary").click()
    expect(page.get_by_test_id("alert").first).to_be_visible()
    take(page, "alert-1440")
    page.keyboard.press("Escape")
    desk.reply("Hi Maya, this is Rina. I can show you how other bakeries do it. Shall I call you tomorrow?")
    expect(phone.received.last).to_contain_text("this is Rina")
    expect(desk.thread.locator("[data-author=person] [data-status=read]").first).to_be_visible()
    page.mouse.move(0, 0)
    take(page, "rep-replies-1440")
    page.goto(f"{desk.url}/leads/")
    take(page, "leads-1440")
    page.get_by_test_id("lead-row").first.locator("a").first.click()
    expect(page.get_by_test_id("lead")).to_be_visible()
    take(page, "lead-1440")
    page.goto(f"{desk.url}/")
    take(page, "today-1440")


def show_on_a_phone(browser, desk):
    """The same on 390 pixels, and the inbox in the dark."""
    state = desk.page.context.storage_state()
    small = window(browser, SMALL, storage_state=state, is_mobile=True, has_touch=True)
    small.goto(f"{desk.url}/inbox/")
    take(small, "inbox-390")
    small.get_by_test_id("conversation-row").first.tap()
    expect(small.get_by_test_id("messages")).to_be_in_viewport()
    take(small, "thread-390")
    small.get_by_test_id("show-panel").tap()
    expect(small.get_by_test_id("slot-need").locator("q")).to_be_visible()
    take(small, "panel-390")
    dark = window(browser, WIDE, storage_state=state, color_scheme="dark")
    dark.goto(f"{desk.url}/inbox/")
    dark.get_by_test_id("conversation-row").first.click()
    expect(dark.get_by_test_id("slot-need").locator("q")).to_be_visible()
    take(dark, "dark-1440")


def main():
    """Take them all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with addresses(sys.argv[1:]) as (url, sim_url), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=ARGUMENTS)
        desk, phone = tell_the_story(browser, url, sim_url)
        show_what_the_rep_does(desk, phone)
        show_on_a_phone(browser, desk)
        browser.close()


if __name__ == "__main__":
    main()
