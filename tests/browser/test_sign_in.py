"""Signing in by hand: an authenticator app, recovery codes, a passkey, and signing out everywhere."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.crm.test_second_factor import code_of

pytestmark = pytest.mark.browser
PASSWORD = "test-only three blind mice"
A_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def person(stack):
    """Somebody of their own, whom no lead of another test is handed to: address."""
    email = f"{secrets.token_hex(4)}@people.test"
    stack.manage("create_user", email, "--workspace", "demo", "--role", "viewer", "--password", PASSWORD)
    return email


@pytest.fixture
def url(stack):
    """By name: a passkey belongs to a name, never to a number."""
    return f"http://localhost:{stack.env['PORT']}"


def give_password(page, url, email):
    """The sign-in form, up to what comes after it."""
    page.goto(f"{url}/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_test_id("sign-in").click()


def sign_in(page, url, email):
    """All the way in."""
    give_password(page, url, email)
    page.wait_for_url(f"{url}/")


def sign_out(page, url):
    """By the menu."""
    page.goto(f"{url}/")
    page.get_by_test_id("user-menu").locator("summary").click()
    page.get_by_test_id("sign-out").click()
    page.wait_for_url(f"{url}/")


def pair_app(page, url):
    """The app's secret, and the recovery codes shown after it."""
    page.goto(f"{url}/settings/you/")
    page.get_by_test_id("set-up-app").click()
    secret = page.get_by_test_id("totp-secret").text_content().strip()
    page.locator("[name=code]").fill(code_of(secret))
    page.get_by_test_id("activate").click()
    codes = page.get_by_test_id("recovery-codes").locator("code")
    expect(codes).to_have_count(10)
    return secret, codes.all_text_contents()


def test_an_app_and_recovery_codes_open_after_the_password(page, url, person):
    sign_in(page, url, person)
    secret, codes = pair_app(page, url)

    # the app's code
    sign_out(page, url)
    give_password(page, url, person)
    page.get_by_test_id("code-form").locator("[name=code]").fill(code_of(secret))
    page.get_by_test_id("send-code").click()
    page.wait_for_url(f"{url}/")

    # a recovery code; then there is one less
    sign_out(page, url)
    give_password(page, url, person)
    page.get_by_test_id("code-form").locator("[name=code]").fill(codes[0])
    page.get_by_test_id("send-code").click()
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/settings/you/")
    expect(page.get_by_test_id("second-factor")).to_contain_text("9 codes left")


def test_a_passkey_signs_in_alone_and_after_a_password(page, url, person):
    sign_in(page, url, person)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": A_DEVICE})
    page.goto(f"{url}/settings/you/")
    page.get_by_test_id("add-passkey").click()
    page.locator("[name=name]").fill("Laptop")
    page.get_by_test_id("make-passkey").click()
    expect(page.get_by_test_id("recovery-codes")).to_be_visible()

    sign_out(page, url)
    page.goto(f"{url}/accounts/login/")
    page.get_by_test_id("passkey-sign-in").click()
    page.wait_for_url(f"{url}/")

    sign_out(page, url)
    give_password(page, url, person)
    page.get_by_test_id("use-passkey").click()
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/settings/you/")
    expect(page.get_by_test_id("second-factor")).to_contain_text("Laptop")


def test_without_a_passkey_the_page_says_so(page, url):
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": A_DEVICE})
    page.goto(f"{url}/accounts/login/")

    page.get_by_test_id("passkey-sign-in").click()

    expect(page.get_by_text("The passkey was not used.")).to_be_visible()


def test_signing_out_everywhere_else_ends_the_other_window(new_page, url, person):
    here, there = new_page(), new_page()
    sign_in(here, url, person)
    sign_in(there, url, person)
    there.goto(f"{url}/inbox/")
    there.wait_for_selector("[data-live-state=on]", state="attached")

    here.goto(f"{url}/settings/you/")
    expect(here.get_by_test_id("session")).to_have_count(2)
    here.get_by_test_id("end-others").click()

    expect(here.get_by_test_id("session")).to_have_count(1)
    there.wait_for_selector("[data-live-state=off]", state="attached")  # its wire closed without being asked
    there.goto(f"{url}/inbox/")
    there.wait_for_url("**/accounts/login/?next=/inbox/")
