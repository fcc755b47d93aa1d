"""Every screen and every state of it, for docs/user/screens.md: how each is come to.

A screen is a name, a sentence, and what to do in a window to see it. What a screen needs of the demo is made by
tests/browser/furniture.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from json import dumps
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


def find_words(page):
    """A step: words are looked for in the thread that is open."""
    page.get_by_test_id("open-find").click()
    page.get_by_test_id("find-words").fill("e")
    expect(page.get_by_test_id("find-count")).not_to_be_empty()


def right_click(page):
    """A step: the menu of a conversation in the list."""
    page.locator("#conversation-list .row-item").first.click(button="right")


def write_for_later(page):
    """A step: a reply that is to go out tomorrow."""
    page.get_by_test_id("composer-input").fill("Good morning! Here is the offer.")
    press("later-menu")(page)


def choose_template(page):
    """A step: a template is chosen, and how many it would reach is told."""
    page.locator("[name=name]").fill("Season's greetings")
    page.get_by_test_id("broadcast-template").select_option(index=1)
    page.locator("[name=values]").fill("{{contact.first_name|friend}}")
    expect(page.get_by_test_id("audience-count")).to_be_visible()


def open_last_label(page):
    """A step: the menu of the last label, which must not be cut off by its list."""
    page.get_by_test_id("label-more").last.click()
    expect(page.get_by_test_id("remove-label").last).to_be_in_viewport()


def find_setting(words):
    """A step: type these words into the search of the settings."""

    def step(page):
        page.get_by_test_id("settings-search").filter(visible=True).first.fill(words)
        expect(
            page.locator("[data-testid=settings-found], [data-testid=settings-none]").first
        ).to_be_visible()

    return step


def bring_a_backup(change):
    """A step: download a backup, change it, and bring it back."""

    def step(page):
        file = page.request.get(page.url + "file/").json()
        change(file["parts"])
        upload = {"name": "studio-senja.json", "mimeType": "application/json", "buffer": dumps(file).encode()}
        page.get_by_test_id("backup-form").locator("input[type=file]").set_input_files(upload)
        page.get_by_test_id("bring-backup").click()
        expect(page.get_by_test_id("backup").or_(page.locator("[data-invalid]"))).to_be_visible()

    return step


def other_settings(parts):
    """A change to a backup: a label has another colour, a tag is new, an agent is gone."""
    label = parts["labels"][0]
    label["colour"] = "pink" if label["colour"] == "violet" else "violet"  # restored before, it differs again
    if all(tag["name"] != "From the fair" for tag in parts["tags"]):
        parts["tags"].append({"name": "From the fair", "colour": "green"})
    parts["agents"].pop()


def wrong_settings(parts):
    """A change to a backup that can't be restored."""
    parts["labels"][0]["colour"] = "plaid"
    parts["scoring"][0]["thresholds"]["warm_from"] = 200


def restore(page):
    """A step: what was brought counts."""
    bring_a_backup(other_settings)(page)
    page.get_by_test_id("restore-backup").click()
    expect(page.get_by_test_id("toast").last).to_be_visible()


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
    Screen(
        "thread-find",
        "Words are looked for in a conversation",
        "/inbox/?folder=all&open={id}",
        ADMIN,
        find_words,
    ),
    Screen("thread-later", "A reply for later", "/inbox/?open={filled}", ADMIN, write_for_later),
    Screen("thread-window", "A window that closes soon", "/inbox/?open={window}"),
    Screen("waiting", "What waits for its time", "/inbox/waiting/"),
    Screen("inbox-menu", "What can be done with a conversation", "/inbox/?folder=all", ADMIN, right_click),
    Screen("broadcasts", "Broadcasts: planned, under way, stopped, done", "/broadcasts/"),
    Screen("broadcasts-empty", "Before the first broadcast", "/broadcasts/", NEWCOMER),
    Screen(
        "broadcast-new",
        "A new broadcast, with how many it reaches",
        "/broadcasts/new/",
        ADMIN,
        choose_template,
    ),
    Screen("broadcast-no-template", "No template to send", "/broadcasts/new/", NEWCOMER),
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
    Screen("refused", "Something the moment does not allow", "/settings/scoring/preview/", NEWCOMER),
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
    Screen("settings-search", "A search for one setting", "/settings/", ADMIN, find_setting("hot")),
    Screen("settings-search-none", "No setting is called so", "/settings/", ADMIN, find_setting("zeppelin")),
    Screen("settings-workspace", "The workspace", "/settings/workspace/"),
    Screen("settings-one-team", "A team", "/settings/teams/{team_id}/"),
    Screen("settings-agents", "Agents", "/settings/agents/"),
    Screen("settings-agent", "An agent", "/settings/agents/{agent_id}/"),
    Screen("settings-slots", "Slots: what agents find out", "/settings/slots/"),
    Screen("settings-slot", "A slot", "/settings/slots/{slot_id}/"),
    Screen("settings-scoring", "Scoring, with a draft", "/settings/scoring/"),
    Screen("settings-scoring-preview", "What a draft would do", "/settings/scoring/preview/?all=1"),
    Screen("settings-labels", "Labels of conversations", "/settings/labels/"),
    Screen("settings-label", "What can be done with a label", "/settings/labels/", ADMIN, open_last_label),
    Screen("settings-audit", "The audit trail", "/settings/audit/"),
    Screen("settings-audit-none", "An audit filter that leaves nothing", "/settings/audit/?until=2020-01-01"),
    Screen("settings-backups", "Backup and restore", "/settings/backups/"),
    Screen(
        "settings-backup",
        "What a backup would change",
        "/settings/backups/",
        ADMIN,
        bring_a_backup(other_settings),
    ),
    Screen(
        "settings-backup-wrong",
        "A backup that can't be restored",
        "/settings/backups/",
        ADMIN,
        bring_a_backup(wrong_settings),
    ),
    Screen("settings-restored", "A backup was restored", "/settings/backups/", ADMIN, restore),
]
