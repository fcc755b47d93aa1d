"""Guessing is stopped where it comes from; nobody else is locked out; Redis may be away."""

import pytest
from django.core import mail
from django.test import Client, override_settings

from crm import services
from tests.crm.people import PASSWORD

LOGIN = "/accounts/login/"
WRONG = "The email address and/or password you specified are not correct."
STOPPED = "Too many failed tries from here. Try again in 5 minutes, or reset your password."


def try_once(email="rep@warung.test", password="wrong", ip="10.0.0.1"):
    """One try from an address, with a fresh browser; what the page says and whether one is in."""
    browser = Client(REMOTE_ADDR=ip)
    answer = browser.post(LOGIN, {"login": email, "password": password})
    said = answer.content.decode()
    return ("in" if "_auth_user_id" in browser.session else "wrong" if WRONG in said else said, answer)


def test_five_wrong_tries_of_an_account_stop_its_guesser(house):
    assert [try_once()[0] for _ in range(5)] == ["wrong"] * 5

    said, answer = try_once(password=PASSWORD)

    assert STOPPED in said
    assert answer.status_code == 200


def test_the_owner_comes_in_from_elsewhere_all_the_while(house):
    for _ in range(9):
        try_once(ip="10.0.0.66")

    assert try_once(password=PASSWORD, ip="10.0.0.2")[0] == "in"


def test_the_case_of_the_address_gives_no_more_tries(house):
    for n in range(5):
        try_once(["rep@warung.test", "REP@warung.test"][n % 2])

    assert STOPPED in try_once("Rep@Warung.test", PASSWORD)[0]


def test_one_address_that_tries_many_accounts_is_stopped(house):
    for n in range(10):
        assert try_once(f"nobody-{n}@warung.test")[0] == "wrong"

    assert "Too many failed tries from here. Try again in 1 minute," in try_once(password=PASSWORD)[0]
    assert try_once(password=PASSWORD, ip="10.0.0.2")[0] == "in"


def test_right_sign_ins_between_do_not_wipe_wrong_ones(house):
    for _ in range(4):
        try_once()
    assert try_once(password=PASSWORD)[0] == "in"
    try_once()

    assert STOPPED in try_once(password=PASSWORD)[0]


def test_a_claimed_address_is_not_believed_without_a_proxy_of_ours(house):
    for n in range(5):
        Client(REMOTE_ADDR="10.0.0.1").post(
            LOGIN, {"login": "rep@warung.test", "password": "x"}, headers={"X-Forwarded-For": f"1.2.3.{n}"}
        )

    assert STOPPED in try_once(password=PASSWORD)[0]


@override_settings(TRUSTED_PROXIES=1)
def test_behind_a_proxy_of_ours_the_address_it_saw_counts(house):
    for n in range(5):
        Client(REMOTE_ADDR="10.0.0.1").post(
            LOGIN,
            {"login": "rep@warung.test", "password": "x"},
            headers={"X-Forwarded-For": f"1.2.3.{n}, 9.9.9.9"},
        )

    stopped = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "9.9.9.9"})
    other = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "9.9.9.8"})
    right = {"login": "rep@warung.test", "password": PASSWORD}
    assert STOPPED in stopped.post(LOGIN, right).content.decode()
    assert other.post(LOGIN, right).status_code == 302


@pytest.fixture
def _redis_away(settings):
    """Nobody listens where Redis should be."""
    settings.CACHES = {
        **settings.CACHES,
        "redis": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        },
    }


@pytest.mark.usefixtures("_redis_away")
def test_without_redis_people_come_in_and_guessers_are_stopped(house):
    assert try_once("admin@warung.test", PASSWORD)[0] == "in"
    for _ in range(5):
        assert try_once()[0] == "wrong"
    assert STOPPED in try_once(password=PASSWORD)[0]


@pytest.mark.usefixtures("_redis_away")
def test_without_redis_nobody_floods_a_mailbox(house):
    answers = [Client().post("/accounts/password/reset/", {"email": "rep@warung.test"}) for _ in range(6)]

    assert [a.status_code for a in answers] == [302] * 5 + [429]
    assert services.mail_password_resets() == len(mail.outbox) == 5
