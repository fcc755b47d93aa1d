"""Every screen and every state of it, for docs/user/screens.md: how each is come to.

A screen is a name, a sentence, and what to do in a window to see it. What a screen needs of the demo is made by
tests/browser/furniture.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import expect

ADMIN, REP, VIEWER = "admin@demo.test", "rep@demo.test", "viewer@demo.test"
NEWCOMER = "admin@fresh.test"  # of a workspace in which nothing has happened yet
NOBODY = ""


@dataclass(frozen=True)
class Screen:
    """One picture, in two windows. `address` may name rows: "/leads/{lead_id}/"."""

    name: str
    says: str
    address: str
    person: str = ADMIN
    steps: Callable[[Any], None] | None = None


def press(test_id):
    """A step: press what has this test id, or the menu's head in it."""

    def step(page):
        target = page.get_by_test_id(test_id).filter(visible=True).first
        menu = target.locator("summary")
        (menu if menu.count() else target).click()
        page.wait_for_function("() => !document.querySelector('.htmx-request')")

    return step


def palette(words=""):
    """A step: the palette, with these words in it and what they found."""

    def step(page):
        page.keyboard.press("Control+k")
        expect(page.get_by_test_id("palette-input")).to_be_focused()
        if words:
            with page.expect_response("**/palette/search/**"):
                page.get_by_test_id("palette-input").fill(words)
            shown = "[data-testid=palette-list] [role=option], [data-testid=palette-none]:not([hidden])"
            expect(page.locator(shown).first).to_be_visible()

    return step


def pick_rows(page):
    """A step: two conversations are picked."""
    if page.viewport_size["width"] < 720:
        page.get_by_test_id("start-picking").click()
    for place in range(2):
        row = page.locator("#conversation-list .row-item").nth(place)
        row.hover()
        row.get_by_role("checkbox").check()


def pick_leads(page):
    """A step: two leads are chosen."""
    for place in range(2):
        page.locator("[data-bulk-target=pick]").nth(place).check()
    expect(page.get_by_test_id("bulk-bar")).to_be_visible()


def peek(page):
    """A step: a look into a lead without leaving the list."""
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.get_by_test_id("peek").locator("h2")).to_be_visible()


def wrong_password(page):
    """A step: a sign-in that is refused."""
    page.locator("[name=login]").fill("somebody@example.com")
    page.locator("[name=password]").fill("not this one")
    page.get_by_test_id("sign-in").click()
    expect(page.locator("#content")).to_contain_text("not correct")


def send_empty(page):
    """A step: a form that is sent as it stands, past the browser's own checks."""
    page.locator("#content form[method=post]").last.evaluate(
        "(form) => { form.noValidate = true; form.requestSubmit(); }"
    )
    expect(page.locator("[data-invalid]").first).to_be_visible()


def lose_the_server(page):
    """A step: the network goes while one works."""
    page.context.set_offline(True)
    page.get_by_test_id("conversation-row").first.click()
    expect(page.get_by_test_id("toast").last).to_be_visible()


def hold_the_cards(page):
    """A step: the card beside the thread is still on its way."""
    page.route("**/leads/panel/**", lambda route: None)
    page.reload()
    expect(page.locator(".context .skeleton").first).to_be_attached()


SCREENS = [
    # Before signing in
    Screen("landing", "What strangers see", "/", NOBODY),
    Screen("sign-in", "Signing in", "/accounts/login/", NOBODY),
    Screen("sign-in-refused", "A password that is not right", "/accounts/login/", NOBODY, wrong_password),
    Screen("invitation", "Behind the link of an invitation", "/invitations/{token}/", NOBODY),
    Screen("api", "The API in words", "/api/v1/docs/", NOBODY),
    # Today
    Screen("today", "Today: what wants you, most to lose first", "/"),
    Screen("today-empty", "Today on the first day", "/", NEWCOMER),
    Screen("alerts", "The bell", "/", ADMIN, press("bell")),
    Screen("alerts-empty", "The bell when nothing rang", "/", NEWCOMER, press("bell")),
    # Inbox
    Screen("inbox", "The inbox", "/inbox/?folder=all"),
    Screen("inbox-empty", "The inbox before anybody wrote", "/inbox/", NEWCOMER),
    Screen("inbox-nothing-found", "A search that finds nothing", "/inbox/?folder=all&q=zeppelin"),
    Screen("inbox-picked", "Two conversations picked", "/inbox/?folder=all", ADMIN, pick_rows),
    Screen("thread", "A conversation", "/inbox/?open={id}"),
    Screen("thread-note", "A note for colleagues", "/inbox/?open={id}", ADMIN, press("tab-note")),
    Screen(
        "thread-locked",
        "After the 24 hours: the reply is locked, with the reason",
        "/inbox/?folder=all&open={locked}",
    ),
    Screen("thread-loading", "A card that is still on its way", "/inbox/?open={id}", ADMIN, hold_the_cards),
    Screen("thread-viewer", "A conversation for somebody who may only read", "/inbox/?open={id}", VIEWER),
    Screen("offline", "The server can't be reached", "/inbox/?folder=all", ADMIN, lose_the_server),
    # Leads
    Screen("leads", "All leads", "/leads/?view=all"),
    Screen("leads-empty", "Leads before there are any", "/leads/", NEWCOMER),
    Screen("leads-nothing-found", "A filter that leaves nothing", "/leads/?view=all&q=zeppelin"),
    Screen("leads-filter", "Building a filter", "/leads/?view=all", ADMIN, press("filter-menu")),
    Screen("leads-unreadable", "A filter that can't be followed", "/leads/?filter=%7B%22all%22%3A7%7D"),
    Screen("leads-grouped", "Grouped by status", "/leads/?view=all&group=status"),
    Screen("leads-chosen", "Two leads chosen", "/leads/?view=all", ADMIN, pick_leads),
    Screen("leads-peek", "A look into a lead", "/leads/?view=all", ADMIN, peek),
    Screen("bulk-change", "What came of a bulk change", "/leads/jobs/{job_id}/"),
    Screen("lead", "A lead", "/leads/{told}/"),
    Screen("lead-double", "A lead that may be there twice", "/leads/{lead_id}/"),
    Screen("merge", "Before two leads become one", "/leads/{lead_id}/merge/{other_id}/"),
    Screen("contact", "A contact", "/contacts/{contact_id}/"),
    # Everywhere
    Screen("palette", "Find anything, do anything", "/leads/{told}/", ADMIN, palette()),
    Screen("palette-found", "The palette finds", "/", ADMIN, palette("bud")),
    Screen("palette-nothing", "The palette finds nothing", "/", ADMIN, palette("zeppelin")),
    Screen("keys", "All keys, by ?", "/inbox/", ADMIN, lambda page: page.keyboard.press("?")),
    Screen("no-permission", "A page one's role does not open", "/settings/keys/", VIEWER),
    Screen("not-found", "An address that leads nowhere", "/leads/00000000-0000-4000-8000-000000000000/"),
    Screen("styleguide", "The parts everything is built of", "/styleguide/"),
    # Settings
    Screen("settings", "Settings", "/settings/"),
    Screen("settings-rep", "Settings of a rep", "/settings/", REP),
    Screen("settings-you", "You", "/settings/you/"),
    Screen("settings-alerts", "How you are told", "/settings/alerts/"),
    Screen("settings-team", "Your team", "/settings/team/"),
    Screen("settings-member", "A member", "/settings/team/{membership_id}/"),
    Screen("settings-invite", "Inviting somebody", "/settings/team/invite/"),
    Screen(
        "settings-invite-refused", "A form that is not right", "/settings/team/invite/", ADMIN, send_empty
    ),
    Screen("settings-channels", "Channels", "/settings/channels/"),
    Screen("settings-replies", "Replies kept ready", "/settings/canned-replies/"),
    Screen("settings-reply", "One of them", "/settings/canned-replies/{canned_reply_id}/"),
    Screen("settings-fields", "Fields and tags", "/settings/fields/"),
    Screen("settings-field", "A field", "/settings/fields/{field_id}/"),
    Screen("settings-keys", "Keys of programs", "/settings/keys/"),
    Screen("settings-new-key", "A new key", "/settings/keys/new/"),
    Screen("settings-letters", "What could not be read", "/settings/dead-letters/"),
    Screen("settings-letter", "One of those", "/settings/dead-letters/{letter}/"),
]
