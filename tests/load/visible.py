"""From the commit of a message to the moment an open inbox shows it, in a real browser."""

import time
from datetime import datetime
from typing import Any

from playwright.sync_api import Page, sync_playwright

from config.launcher import children
from tests.browsers import ARGUMENTS, MISSING, find_chromium
from tests.journeys.world import World
from tests.load.figures import spread
from tests.load.houses import House, sign_in
from tests.load.report import Table

MESSAGES = 60
PATIENCE = 10.0  # seconds until a message counts as never shown
WORDS = "measured message"
# Milliseconds since 1970 at which each measured message first stood in the list, by its number.
WATCH = """
    (words) => {
      window.shownAt = {};
      const look = () => {
        for (const row of document.querySelectorAll(".row-snippet")) {
          const found = row.textContent.match(new RegExp(words + " (\\\\d+)"));
          if (found) window.shownAt[found[1]] ??= Date.now();
        }
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    }
"""


def measure(house: House) -> dict[str, Any]:
    """Sixty customers write, one after another; the agent answers meanwhile, as always."""
    session = sign_in(house)
    with sync_playwright() as playwright:
        executable = find_chromium(playwright)
        if executable is None:
            raise RuntimeError(MISSING)
        browser = playwright.chromium.launch(executable_path=executable, args=[*ARGUMENTS, "--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": session, "url": house.stack.url}])
        page = context.new_page()
        page.goto(f"{house.stack.url}/inbox/")
        page.wait_for_selector("[data-live-state=on]", state="attached")
        page.evaluate(WATCH, WORDS)
        shown = _say_all(page, World(house.stack))
        browser.close()
    return _figures(shown, _committed(house))


def _say_all(page: Page, world: World) -> dict[int, float]:
    """Seconds since 1970 at which each message was shown."""
    for n in range(MESSAGES):
        world.say(f"6281177{n:06d}", f"{WORDS} {n}, halo kak")
        _wait_until_shown(page, n)
        time.sleep(0.2)  # people do not write in step with us
    return {int(n): at / 1000 for n, at in page.evaluate("window.shownAt").items()}


def _wait_until_shown(page: Page, n: int) -> None:
    """Asked from outside: the page's content policy lets nobody evaluate text inside, not even Playwright."""
    if not children.wait_until(lambda: page.evaluate("(n) => n in window.shownAt", n), seconds=PATIENCE):
        raise RuntimeError(f"message {n} was not shown within {PATIENCE} s")


def _committed(house: House) -> dict[int, datetime]:
    """When each message's row was written; its commit is a few milliseconds later."""
    rows = house.ask(
        "SELECT text, created_at FROM conversations_message WHERE direction = 'in' AND text LIKE %s",
        f"{WORDS}%",
    )
    return {int(text.split()[2].rstrip(",")): at for text, at in rows}


def _figures(shown: dict[int, float], committed: dict[int, datetime]) -> dict[str, Any]:
    if shown.keys() != committed.keys() or len(shown) != MESSAGES:
        raise RuntimeError(f"{len(committed)} messages stored, {len(shown)} shown")
    return spread([shown[n] - committed[n].timestamp() for n in committed])


def table(found: dict[str, Any]) -> Table:
    """One line."""
    row = ("row written -> shown in an open inbox", *_cells(found))
    return Table("Live", ("what", "n", "p50 ms", "p95 ms", "longest ms"), [row])


def _cells(figures: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(figures[name] for name in ("n", "p50", "p95", "longest"))
