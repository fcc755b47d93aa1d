"""Somebody who does a task from beginning to end, in one of three ways, waiting for what they would see."""

from playwright.sync_api import expect

from tests.browser.desks import let_in
from tests.browser.hands import HANDS, Keys, Thumb


class Walker:
    """A member of the demo workspace at a desk or on a phone."""

    def __init__(self, new_page, url, way, email):
        """`way` is one of HANDS; signed in, when it is said as whom."""
        self.url, self.way = url, way
        kind = HANDS[way]
        self.page = new_page(**kind.window)
        if email:
            let_in(self.page, url, email)
        self.hand = kind(self.page)

    @property
    def is_on_a_phone(self):
        """One pane at a time."""
        return isinstance(self.hand, Thumb)

    @property
    def types_only(self):
        """No pointer at all."""
        return isinstance(self.hand, Keys)

    def go(self, address):
        """Open a page; it is live."""
        self.page.goto(self.url + address)
        self.page.wait_for_selector("[data-live-state=on]", state="attached")

    def press(self, target, key=None):
        """A button or link, by its test id or itself."""
        target = self.page.get_by_test_id(target) if isinstance(target, str) else target
        self.hand.press(target, key)

    def write(self, box, words):
        """Into a box, by its test id or itself."""
        self.hand.write(self.page.get_by_test_id(box) if isinstance(box, str) else box, words)

    def pick(self, box):
        """One of several, or a tick."""
        self.hand.pick(box)

    def pick_lead(self, row):
        """Tick a row of the list of leads."""
        self.hand.lead(row)

    # The inbox

    @property
    def conversations(self):
        """The rows of the list."""
        return self.page.locator("#conversation-list .row-item")

    def expect_rows(self, many):
        """So many conversations are listed."""
        expect(self.conversations).to_have_count(many)

    def look_for(self, words, rows):
        """Search the list."""
        self.hand.write(self.page.get_by_test_id("inbox-search"), words)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**q=**")
        self.page.wait_for_selector("[data-live-state=on]", state="attached")
        self.expect_rows(rows)

    def pick_conversations(self, many):
        """The first of the list."""
        for place in range(many):
            self.hand.row(self.conversations.nth(place))
        expect(self.page.get_by_test_id("bulk-count")).to_have_text(str(many))

    def pick_conversation(self, name):
        """The one with this person."""
        self.hand.row(self.conversation(name))

    def conversation(self, name):
        """Its row in the list."""
        return self.conversations.filter(has_text=name)

    def open_conversation(self, name):
        """Choose it in the list."""
        row = self.conversation(name)
        self.hand.open(row.get_by_test_id("conversation-row"))
        expect(self.page.get_by_test_id("thread").get_by_role("heading", name=name)).to_be_visible()

    def reply(self, words):
        """Write it and send it; it stands in the thread."""
        box = self.page.get_by_test_id("composer-input")
        if self.types_only:
            self.page.keyboard.press("r")
            expect(box).to_be_focused()
            self.page.keyboard.type(words)
            self.page.keyboard.press("Enter")
        else:
            self.hand.write(box, words)
            self.press("send-button")
        expect(self.page.get_by_test_id("message").filter(has_text=words)).to_be_visible()
        expect(box).to_have_value("")

    def back_to_list(self):
        """On a phone, where the list is another screen; on the keyboard, out of the box."""
        if self.is_on_a_phone:
            self.press("back")
        elif self.types_only:
            self.page.keyboard.press("Escape")
