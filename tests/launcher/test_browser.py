"""The house as a person meets it: the address `make up` prints, the sign-in it prints, a real browser."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_the_printed_sign_in_works(stack, page):
    page.goto(stack.url + "/accounts/login/")
    page.fill("input[name=login]", "rep@demo.test")
    page.fill("input[name=password]", "demo")
    page.press("input[name=password]", "Enter")

    page.wait_for_url(re.compile(re.escape(stack.url) + r"/(?!accounts/)"))
    page.goto(stack.url + "/inbox/")

    assert page.url == stack.url + "/inbox/"
    assert page.locator("h1").first.inner_text() != ""


def test_the_printed_phone_page_answers(stack, page):
    answer = page.goto(stack.sim_url + "/")

    assert answer.status == 200
    assert page.title() != ""
