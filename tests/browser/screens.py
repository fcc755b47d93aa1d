"""A picture of every screen and state, and docs/user/screens.md: `python -m tests.browser.screens [NAME...]`.

Starts a house of its own. Each screen is taken at a desk in the light and on a phone in the dark.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.furniture import FURNISH
from tests.browser.gallery import NEWCOMER, SCREENS
from tests.browser.screenshots import PICTURES, SMALL, WIDE, take, window
from tests.browser.showroom import FILL
from tests.browsers import ARGUMENTS, find_chromium
from tests.journeys.program import Program
from tests.journeys.world import World, new_number, until
from tests.stack import running_stack

PAGE = Path("docs/user/screens.md")
WINDOWS: dict[str, dict[str, Any]] = {
    "1440": {"size": WIDE},
    "390": {"size": SMALL, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
}


class Photographer:
    """Goes to screens as whoever sees them, and keeps the cookies of each person."""

    def __init__(self, browser, stack, rows):
        """In this house, with these rows."""
        self.browser, self.url, self.rows, self.cookies = browser, stack.url, rows, {}

    def take(self, screen):
        """In each window."""
        for size, options in WINDOWS.items():
            page = window(self.browser, **options, storage_state=self.signed_in(screen.person))
            page.emulate_media(reduced_motion="reduce")
            page.goto(self.url + screen.address.format(**self.rows))
            prove_again(page)
            page.wait_for_function(
                "() => document.readyState === 'complete' && !document.querySelector('.htmx-request')"
            )
            if screen.steps:
                screen.steps(page)
            take(page, f"{screen.name}-{size}", folder=PICTURES / "screens")
            page.context.close()

    def signed_in(self, person):
        """The cookies of this person; nobody has none."""
        if person and person not in self.cookies:
            page = window(self.browser, WIDE)
            page.goto(f"{self.url}/accounts/login/")
            page.locator("[name=login]").fill(person)
            page.locator("[name=password]").fill("demo")
            page.get_by_test_id("sign-in").click()
            page.wait_for_url(f"{self.url}/")
            page.goto(f"{self.url}/leads/")  # the note of the sign-in has been read
            self.cookies[person] = page.context.storage_state()
            page.context.close()
        return self.cookies.get(person)


def prove_again(page):
    """Some pages ask for the password again, five minutes after the last time."""
    if "/reauthenticate/" in page.url:
        page.locator("[name=password]").fill("demo")
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


def furnish(stack):
    """What the screens are about: a row of each kind, and a workspace in which nothing has happened."""
    stack.manage("create_workspace", "fresh", "--name", "Fresh Start")
    stack.manage(
        "create_user",
        NEWCOMER,
        "--workspace",
        "fresh",
        "--role",
        "admin",
        "--password",
        "demo",
        "--name",
        "Nia",
    )
    rows: dict[str, Any] = {}
    for made in (FURNISH, FILL):
        rows |= json.loads(stack.manage("shell", "-v", "0", "-c", made).splitlines()[-1])
    return {**rows, "locked": somebody_of_yesterday(stack)}


def somebody_of_yesterday(stack):
    """A conversation in which only templates may be sent now."""
    world, number = World(stack), new_number()
    with Program(stack) as program:
        world.say(number, "Hello, do you make websites for florists?", name="Fleur")
        until(lambda: program.answered(number), seconds=60)
    code = f"from tests.browser.furniture import age; age('{number}')"
    return stack.manage("shell", "-v", "0", "-c", code).splitlines()[-1]


def write_page():
    """The page that shows them all."""
    parts = ["# Every screen\n\nAt a desk and on a phone, by `python -m tests.browser.screens`.\n"]
    for screen in SCREENS:
        wide, small = (f"pictures/screens/{screen.name}-{size}.png" for size in WINDOWS)
        parts.append(f"## {screen.says}\n\n![{screen.says}, at a desk]({wide})\n![On a phone]({small})\n")
    PAGE.write_text("\n".join(parts))


def main(names):
    """All of them, or those named."""
    (PICTURES / "screens").mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(Path(folder)) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=ARGUMENTS)
        photographer = Photographer(browser, stack, furnish(stack))
        for screen in SCREENS:
            if not names or screen.name in names:
                photographer.take(screen)
        browser.close()
    write_page()


if __name__ == "__main__":
    main(sys.argv[1:])
