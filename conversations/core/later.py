"""When something may be sent later. Pure."""

from datetime import datetime, timedelta

LATER_AT_MOST = timedelta(days=90)
BROADCAST_AT_MOST = 10_000  # contacts of one broadcast


def why_not_later(now: datetime, due_at: datetime) -> str:
    """Why nothing can be sent at that time; empty when it can."""
    if due_at <= now:
        return "Choose a time to come."
    if due_at > now + LATER_AT_MOST:
        return "Choose a time within 90 days."
    return ""


def why_held(*, holds_on_answer: bool, last_inbound: int, after: int) -> str:
    """Why a message whose time has come stays here after all; empty when it goes out."""
    return "The contact has written meanwhile." if holds_on_answer and last_inbound > after else ""
