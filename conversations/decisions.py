"""Judgement about messages: pure, with the time given."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

TEXT_LIMIT = 4096  # characters of a WhatsApp text
WINDOW_MARGIN = timedelta(minutes=1)  # a message on its way when the window closes would fail
RANK = {"queued": 0, "unknown": 0, "sent": 1, "delivered": 2, "read": 3}
MAX_ATTEMPTS = 8
BASE_WAIT, MAX_WAIT = 2.0, 600.0  # seconds


@dataclass(frozen=True)
class Verdict:
    """Whether something may be sent now; else a code and a sentence for people."""

    ok: bool
    code: str = ""
    reason: str = ""


def can_send(
    *, now: datetime, status: str, window_expires_at: datetime | None, has_window: bool, is_template: bool
) -> Verdict:
    """One answer for composer, agent and API. The window counts by the provider's clock."""
    if status == "closed":
        return Verdict(False, "conversation_closed", "This conversation is closed.")
    if is_template or not has_window:
        return Verdict(True)
    if window_expires_at is None:
        return Verdict(
            False, "window_closed", "The customer hasn't written yet: WhatsApp only allows templates."
        )
    if now >= window_expires_at - WINDOW_MARGIN:
        return Verdict(
            False,
            "window_closed",
            "More than 24 hours have passed since the customer wrote: WhatsApp only allows templates now.",
        )
    return Verdict(True)


def next_status(current: str, told: str) -> str:
    """The status to show after a receipt: never back; a failure only counts before delivery."""
    if told == "failed":
        return "failed" if current in {"queued", "unknown", "sent"} else current
    if current == "failed":
        return told if RANK[told] > RANK["sent"] else current
    if current == "cancelled":
        return told  # it went out all the same: show what is true
    return told if RANK[told] > RANK[current] else current


def wait_before_retry(attempt: int, retry_after: float | None, code: str) -> timedelta:
    """Full jitter over an exponential wait; the provider's own wish counts more; a pair limit waits 4^n seconds."""
    if code == "131056":
        return timedelta(seconds=min(MAX_WAIT, 4.0 ** max(1, attempt)))
    spread = random.uniform(0.5, min(MAX_WAIT, BASE_WAIT * 2**attempt))  # noqa: S311  jitter, not a secret
    return timedelta(seconds=max(spread, retry_after or 0.0))


def snippet(text: str, limit: int = 160) -> str:
    """One line for lists."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def wait_before_reading(attempt: int) -> timedelta:
    """2, 4, 8 ... seconds between two tries to read a delivery or an item, 5 minutes at most."""
    return timedelta(seconds=min(300, 2**attempt))
