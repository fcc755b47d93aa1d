"""The provider's side of a journey: what people said, what it accepted, when, and which faults are on."""

import hashlib
import hmac
import time
from datetime import datetime
from itertools import count, pairwise

import httpx

from config.launcher import children

HOOK = "/hooks/whatsapp_meta/demo-whatsapp/"
APP_SECRET = b"demo-app-secret"
REP_PHONE = "628110000900"
FRESH = count(time.time_ns() // 1000)


def until(holds, seconds=30.0, step=0.05):
    """Wait until `holds()` is truthy and return what it said; fails the test when it never is."""
    seen: list = [None]

    def look():
        seen[0] = holds()
        return seen[0]

    assert children.wait_until(look, seconds=seconds, step=step), f"not within {seconds} s, but {seen[0]!r}"
    return seen[0]


def new_number(prefix="1555"):
    """A phone number that nobody in this house has written from."""
    return f"{prefix}{next(FRESH) % 10**9:09d}"


class World:
    """The loopback world of a started house."""

    def __init__(self, stack):
        """`stack` as in tests/stack.py."""
        self.stack = stack

    def say(self, number, text, **more):
        """A person writes; returns the wamid."""
        return self.stack.sim("/_sim/inbound", {"from": number, "text": text, **more})["wamid"]

    def books(self):
        """The provider's whole account."""
        return self.stack.sim("/_sim/books")

    def sent_to(self, number):
        """What the provider accepted for this person, in order."""
        return self.stack.sim(f"/_sim/books/messages?to={number}")["messages"]

    def texts_to(self, number):
        """The words of it."""
        return [message["text"] for message in self.sent_to(number)]

    def settle(self, timeout="20s"):
        """Wait until the product has taken every webhook."""
        return self.stack.sim("/_sim/settle", {"timeout": timeout})

    def turn(self, **dials):
        """Turn dials (`sent_after=0.5`); returns all as they were before."""
        before = self.stack.sim("/_sim/settings")
        self.stack.sim("/_sim/settings", dials)
        return before

    def answer_times(self, number, before=None):
        """Seconds from each last word of this person to the answer, in order (`before`: leave out later words)."""
        said = [(row["said_at"], "said") for row in self.books()["inbound"] if row["person"] == number]
        events = sorted(said + [(row["accepted_at"], "answer") for row in self.sent_to(number)])
        kept = [event for event in events if before is None or event[0] < before]
        pairs = [(a, b) for a, b in pairwise(kept) if (a[1], b[1]) == ("said", "answer")]
        return [seconds_between(asked[0], answered[0]) for asked, answered in pairs]

    def sign(self, body):
        """The value of `X-Hub-Signature-256` for these bytes, made without the product's or the world's code."""
        return "sha256=" + hmac.new(APP_SECRET, body, hashlib.sha256).hexdigest()

    def post_hook(self, body, signature="right", path=HOOK):
        """One delivery to the product's port, byte for byte; returns the status code."""
        headers = {"Content-Type": "application/json"}
        if signature is not None:
            headers["X-Hub-Signature-256"] = self.sign(body) if signature == "right" else signature
        with httpx.Client(trust_env=False, timeout=20.0) as client:
            return client.post(self.stack.url + path, content=body, headers=headers).status_code


def seconds_between(first, second):
    """Seconds from one ISO time to another."""
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()


def twice(messages):
    """Opaque ids that the provider accepted more than once."""
    ids = [message["opaque"] for message in messages]
    return sorted({each for each in ids if ids.count(each) > 1})
