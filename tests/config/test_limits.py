"""Who asks more often than anybody needs to waits; providers, probes and readers don't."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from crm.core import limits
from crm.core.clients import client_address, network_of
from tests.conversations.hooks import post

pytestmark = pytest.mark.django_db
NEVER = 0.0001  # tokens a second: none within a test


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch):
    """Each test has buckets of its own in the run's Redis."""
    here = uuid.uuid4().hex
    monkeypatch.setattr(limits, "PREFIX", f"crm:limit:{here}")
    monkeypatch.setattr(limits, "_rests_until", 0.0)


@pytest.fixture
def allow(settings):
    """So many requests at once in each of these buckets."""

    def at_once(**buckets):
        settings.RATE_LIMITS = {name: (float(number), NEVER) for name, number in buckets.items()}

    return at_once


def turned_away(bucket):
    return REGISTRY.get_sample_value("crm_rate_limited_total", {"bucket": bucket}) or 0.0


def statuses(ask, times):
    return [ask().status_code for _ in range(times)]


def test_a_program_waits_and_others_do_not(allow, owner, admin):
    allow(api_caller=2)
    before = turned_away("api_caller")

    assert statuses(lambda: owner.api.get("leads/"), 3) == [200, 200, 429]
    assert admin.api.get("leads/").status_code == 200

    answer = owner.api.get("leads/")
    assert (answer["Content-Type"], answer.json()["code"]) == ("application/problem+json", "too_fast")
    assert int(answer["Retry-After"]) > 0
    assert turned_away("api_caller") == before + 2


def test_changing_the_key_does_not_help_an_address(allow):
    allow(api_address=2)
    calls = (Client(headers={"Authorization": f"Bearer made-up-{n}"}).get("/api/v1/leads/") for n in range(3))

    assert [answer.status_code for answer in calls] == [401, 401, 429]


def test_pages_are_read_freely_and_changed_in_measure(allow, owner):
    allow(page_session=1, page_address=100)

    assert statuses(lambda: owner.page.get("/inbox/"), 4) == [200] * 4
    assert statuses(lambda: owner.page.post("/alerts/read/"), 2) == [302, 429]
    answer = owner.page.post("/alerts/read/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Reswap"], answer.content) == (429, "none", b"")
    assert "Wait a moment" in json.loads(answer["HX-Trigger"])["toast"]["text"]


def test_a_stranger_is_told_on_a_page(allow, anonymous):
    allow(page_address=0)

    answer = anonymous.post("/accounts/login/", {"login": "a@b.test", "password": "x"})

    assert answer.status_code == 429
    assert "Wait a moment, then repeat the last one." in answer.content.decode()
    assert answer["Content-Security-Policy"].count("'unsafe") == 0


def test_deliveries_and_probes_are_never_turned_away(allow, channel):
    allow(page_address=0, page_session=0, api_address=0, api_caller=0)

    assert [post(channel, b"{}", None).status_code for _ in range(3)] == [401] * 3
    assert Client().get("/health/live").status_code == 200


def test_reports_of_browsers_are_measured(allow):
    allow(report_address=1)

    assert statuses(
        lambda: Client().post("/csp-report/", b"{}", content_type="application/csp-report"), 2
    ) == [400, 429]


def test_many_at_once_get_no_more_than_there_is():
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: limits.take("x", "same", burst=10, per_second=NEVER), range(40)))

    assert sum(wait == 0.0 for wait in waits) == 10
    assert min(wait for wait in waits if wait) > 1000


def test_tokens_come_back():
    """A bucket of one that is filled a thousand times a second is full again by the time it is asked."""
    assert limits.take("y", "me", burst=1, per_second=NEVER) == 0.0
    assert limits.take("y", "me", burst=1, per_second=NEVER) > 0.0
    assert limits.take("y", "me", burst=1, per_second=1_000_000.0) == 0.0


def test_while_redis_is_away_everybody_may_and_nobody_waits_for_it(settings, allow, owner, caplog):
    allow(api_caller=0, api_address=0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert statuses(lambda: owner.api.get("leads/"), 3) == [200] * 3
    # Then it was asked once, and left alone for a while
    assert [r.message for r in caplog.records].count(
        "limits are off for a moment: Redis does not answer"
    ) == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "", "10.0.0.9"),
        (0, "6.6.6.6", "10.0.0.9"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 198.51.100.1", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, "<script>", "unknown"),
    ],
)
def test_only_what_our_proxies_wrote_is_believed(proxies, forwarded, found):
    meta = {"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": forwarded}

    assert client_address(meta, proxies) == found


def test_an_ipv6_customer_is_one_caller():
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert network_of("203.0.113.7") == "203.0.113.7"


def test_a_made_up_forwarding_gives_no_new_bucket(allow):
    allow(api_address=2)
    ask = (Client(headers={"X-Forwarded-For": f"203.0.113.{n}"}).get("/api/v1/leads/") for n in range(3))

    assert [answer.status_code for answer in ask] == [401, 401, 429]


def test_behind_a_proxy_each_caller_has_their_own(allow, settings):
    settings.TRUSTED_PROXIES = 1
    allow(api_address=1)

    def ask(address):
        return Client(headers={"X-Forwarded-For": f"6.6.6.6, {address}"}).get("/api/v1/leads/").status_code

    assert [ask("203.0.113.7"), ask("203.0.113.7"), ask("203.0.113.8")] == [401, 429, 401]
