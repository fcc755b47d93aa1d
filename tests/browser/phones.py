"""A customer's phone, used by hand on the loopback world's page."""

import json
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

PERSONAS = Path("simulator/personas")


class Phone:
    """One persona's phone in a browser window. A fresh person: it starts over first."""

    def __init__(self, page: Page, sim_url, persona):
        """Opens the phone; `number` are the digits of the new person."""
        self.page, self.persona = page, persona
        self.lines = json.loads((PERSONAS / f"{persona}.json").read_text())["lines"]
        page.goto(f"{sim_url}/phone/{persona}")
        expect(page.get_by_test_id("link")).to_have_attribute("data-state", "live")
        page.get_by_test_id(f"phone-{persona}-start-over").click()
        expect(self.bubbles).to_have_count(0)
        self.number = page.request.get(f"{sim_url}/phone/{persona}/thread").json()["wa_id"]

    @property
    def bubbles(self) -> Locator:
        """All of them."""
        return self.page.get_by_test_id("bubble")

    @property
    def received(self) -> Locator:
        """What came from the business."""
        return self.page.locator("[data-testid=bubble][data-direction=out]")

    def answers(self):
        """The words of what came from the business."""
        return self.received.locator(".text").all_inner_texts()

    def say(self, line):
        """Type it and press Enter."""
        box = self.page.get_by_test_id(f"phone-{self.persona}-input")
        box.press_sequentially(line)
        box.press("Enter")
        expect(self.bubbles.filter(has_text=line).last).to_be_visible()

    def ask(self, line, within=10.0):
        """Say it and wait for the first answer to appear; returns the words of everything new by then."""
        before = self.received.count()
        self.say(line)
        expect(self.received.nth(before)).to_be_visible(timeout=within * 1000)
        return self.answers()[before:]
