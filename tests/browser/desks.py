"""A rep's desk: the product in a browser, signed in, used by hand."""

import time

from playwright.sync_api import expect

from config.settings.topics.auth import ACCOUNT_REAUTHENTICATION_TIMEOUT

# Every state of an outgoing bubble's ticks, as the page shows it, without looking again and again.
WATCH_TICKS = """
(bubble) => {
  window.shownTicks = [];
  const look = () => {
    const last = [...document.querySelectorAll("[data-testid=message][data-author=person]")].at(-1);
    const now = last?.querySelector("[data-status]")?.dataset.status;
    if (now && now !== window.shownTicks.at(-1)) window.shownTicks.push(now);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}
"""


# Who signed in longer ago is asked for the password again before keys, members and the like are touched.
GOOD_FOR = ACCOUNT_REAUTHENTICATION_TIMEOUT / 2  # seconds: the other half is for the test itself

# People of a house: since when, with which cookies.
_signed_in: dict[tuple[str, str], tuple[float, list]] = {}


def let_in(page, url, email):
    """Sign this window in: by the form, or with the cookies it gave a moment ago; signing in is another test's."""
    since, cookies = _signed_in.get((url, email), (0.0, []))
    if cookies and time.monotonic() - since < GOOD_FOR:
        page.context.add_cookies(cookies)
    else:
        _sign_in(page, url, email)
        _signed_in[url, email] = (time.monotonic(), page.context.cookies())


def _sign_in(page, url, email):
    """By hand."""
    page.goto(f"{url}/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill("demo")
    page.get_by_test_id("sign-in").click()
    page.wait_for_url(f"{url}/")


class Desk:
    """A member of the demo workspace at their browser."""

    def __init__(self, page, url, email="rep@demo.test"):
        """Signed in."""
        self.page, self.url = page, url
        let_in(page, url, email)

    def go(self, path):
        """Open a page and mark it: the mark is gone if anything ever loads it again."""
        self.page.goto(self.url + path)
        self.page.wait_for_selector("[data-live-state=on]", state="attached")
        self.page.evaluate("window.isTheSamePage = true")

    def beside(self, path):
        """A second window of the same person, at this page."""
        other = object.__new__(Desk)
        other.page, other.url = self.page.context.new_page(), self.url
        other.go(path)
        return other

    def is_the_same_page(self):
        """Has nothing loaded the page again since `go`?"""
        return self.page.evaluate("window.isTheSamePage === true")

    def row(self, conversation_id):
        """A conversation in the list."""
        return self.page.locator(f"[data-testid=conversation-row][data-conversation-id='{conversation_id}']")

    def lead_row(self, lead_id):
        """A lead in the table."""
        return self.page.locator(f"[data-testid=lead-row][data-lead-id='{lead_id}']")

    def open(self, conversation_id):
        """Choose a conversation in the list."""
        self.row(conversation_id).click()
        expect(self.thread).to_have_attribute("data-conversation-id", conversation_id)

    @property
    def thread(self):
        """The open conversation."""
        return self.page.get_by_test_id("thread")

    @property
    def owner(self):
        """The bar that says who answers."""
        return self.page.get_by_test_id("owner-bar")

    def bubble(self, text):
        """A message of the open conversation."""
        return self.thread.get_by_test_id("message").filter(has_text=text)

    def slot(self, key):
        """A fact in the panel."""
        return self.page.get_by_test_id("context-panel").get_by_test_id(f"slot-{key}")

    def alerts(self):
        """The number on the bell."""
        return int(self.page.get_by_test_id("alert-badge").text_content().strip() or 0)

    def watch_ticks(self):
        """Keep every state the ticks of our last message show, for `shown_ticks`."""
        self.page.evaluate(WATCH_TICKS)

    def shown_ticks(self):
        """In order."""
        return self.page.evaluate("window.shownTicks")

    def reply(self, text):
        """Type it in the composer and press Enter."""
        box = self.page.get_by_test_id("composer-input")
        box.press_sequentially(text)
        box.press("Enter")
        expect(self.bubble(text)).to_be_visible()

    def lit_words(self):
        """The words that are painted as evidence, and the bubble they are in."""
        words = self.page.evaluate("[...(CSS.highlights.get('evidence') ?? [])].map(String).join()")
        bubble = self.page.locator("[data-lit]")
        return words, bubble.inner_text() if bubble.count() else ""
