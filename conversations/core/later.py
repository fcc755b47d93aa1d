"""When something may be sent later. Pure."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

LATER_AT_MOST = timedelta(days=90)
BROADCAST_AT_MOST = 10_000  # contacts of one broadcast


def why_not_later(now: datetime, due_at: datetime) -> str:
    """Why nothing can be sent at that time; empty when it can."""
    if due_at <= now:
        return _("Choose a time to come.")
    if due_at > now + LATER_AT_MOST:
        return _("Choose a time within 90 days.")
    return ""


def why_held(*, holds_on_answer: bool, last_inbound: int, after: int) -> str:
    """Why a message whose time has come stays here after all; empty when it goes out."""
    return (
        gettext_noop("The contact has written meanwhile.") if holds_on_answer and last_inbound > after else ""
    )
