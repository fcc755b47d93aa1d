"""Today in words: all of it is built from the rows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import panels, selectors
from crm.core.doors import actor_of

INBOX, LEADS = "/inbox/", "/leads/"
# Where the rest of a kind is found, upstairs: pages go by address.
PLACES = {
    "window": f"{INBOX}?folder=waiting",
    "reply": f"{INBOX}?folder=mine",
    "unowned": f"{INBOX}?folder=unassigned",
    "failed": f"{INBOX}?folder=failed",
    "answer": f"{LEADS}?view=needs-me",
    "qualified": f"{LEADS}?view=needs-me",
    "step": f"{LEADS}?view=mine",
}
LATER = 12  # rows of later this week


def today_of(request: Any) -> dict[str, Any]:
    """What the start page shows."""
    actor, zone = actor_of(request), ZoneInfo(request.workspace.time_zone)
    day = panels.today(actor, zone)
    here = timezone.now().astimezone(zone).date()
    cleared = selectors.cleared_on(actor, here - timedelta(days=1), zone)
    return {
        "queue": day.queue,
        "summary": _line(day.kinds) if len(day.kinds) > 1 else "",
        "more": sum(day.more.values()),
        "more_parts": [
            {"text": in_words(kind, n), "url": PLACES.get(kind, INBOX)} for kind, n in day.more.items()
        ],
        "later": _shortened(day.later),
        "cleared": [_done(kind, number) for kind, number in cleared.items()],
    }


def _shortened(later: list[Any]) -> list[Any]:
    """The days of this week, with at most so many rows in all."""
    left, shown = LATER, []
    for on, rows in later:
        if left > 0:
            shown.append((on, rows[:left]))
        left -= len(rows)
    return shown


def _line(kinds: Mapping[str, int]) -> str:
    """ "3 answers, 1 window about to close and 2 next steps" as one sentence."""
    parts = [in_words(kind, number) for kind, number in kinds.items()]
    return _("%(first)s and %(last)s.") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def in_words(kind: str, n: int) -> str:
    """How many of a kind there are."""
    words = {
        "window": ngettext("%(n)d window about to close", "%(n)d windows about to close", n),
        "reply": ngettext("%(n)d answer", "%(n)d answers", n),
        "answer": ngettext("%(n)d answer to a qualified lead", "%(n)d answers to qualified leads", n),
        "unowned": ngettext("%(n)d conversation nobody has", "%(n)d conversations nobody has", n),
        "failed": ngettext(
            "%(n)d message that could not be sent", "%(n)d messages that could not be sent", n
        ),
        "qualified": ngettext("%(n)d qualified lead nobody has", "%(n)d qualified leads nobody has", n),
        "step": ngettext("%(n)d next step", "%(n)d next steps", n),
    }
    return words.get(kind, ngettext("%(n)d other", "%(n)d others", n)) % {"n": n}


def _done(kind: str, n: int) -> str:
    """What was finished, and how often."""
    words = {
        "answered": ngettext("answered %(n)d customer", "answered %(n)d customers", n),
        "stepped": ngettext("finished %(n)d next step", "finished %(n)d next steps", n),
        "decided": ngettext("decided %(n)d lead", "decided %(n)d leads", n),
        "closed": ngettext("closed %(n)d conversation", "closed %(n)d conversations", n),
    }
    return words[kind] % {"n": n}
