"""Judgement about messages: pure, with the time given."""

import random
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from crm.core.told import said

TEXT_LIMIT = 4096  # characters of a WhatsApp text
WINDOW_MARGIN = timedelta(minutes=2)  # a message on its way when the window closes would fail
RANK = {"queued": 0, "unknown": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}
MAX_ATTEMPTS = 8
MAX_WAIT = 3600.0  # seconds
BREAKS_AFTER = 5  # failures of the provider in a row: from then on one message tries, the others wait
RETRY_SHARE, RETRIES_ALWAYS = 0.1, 10  # of what a channel tried in the last minute
BOT_PATIENCE = timedelta(minutes=15)  # a bot's answer that is later than this is worse than none
UNKNOWN_AT_MOST = timedelta(minutes=15)  # then a person looks
RETRY_NOT_WITHIN = {"131049": timedelta(hours=24)}  # the provider would only refuse again


@dataclass(frozen=True)
class Verdict:
    """Whether something may be sent now, and until when (None: as long as you like); else a code and a sentence."""

    ok: bool
    code: str = ""
    reason: str = ""
    until: datetime | None = None


CLOSED_BY_PROVIDER = "131047"  # WhatsApp found the 24 hours over, whatever we had counted

NOT_NOW = {
    "conversation_closed": gettext_noop(
        "This conversation is closed. A new message of the customer opens a new one."
    ),
    "no_recipient": gettext_noop("There is no address to reply to yet: the customer has to write first."),
    "channel_off": gettext_noop(
        "This channel is switched off: nothing goes out. An admin can switch it on in Settings."
    ),
    "channel_paused": gettext_noop(
        "Sending on this channel is paused until it is mended. An admin finds the reason in Settings."
    ),
    "never_written": gettext_noop("The customer hasn't written yet: WhatsApp only allows templates."),
    "window_closed": gettext_noop(
        "More than 24 hours have passed since the customer wrote: WhatsApp only allows templates now."
    ),
}


def can_send(
    *,
    now: datetime,
    status: str,
    window_expires_at: datetime | None,
    has_window: bool,
    is_template: bool,
    has_recipient: bool = True,
    is_off: bool = False,
    is_paused: bool = False,
) -> Verdict:
    """One answer for composer, agent, API and worker. The window counts by the provider's clock."""
    needs_window = has_window and not is_template
    closes_at = window_expires_at - WINDOW_MARGIN if window_expires_at else None
    refusals = {
        "conversation_closed": status == "closed",
        "no_recipient": not has_recipient,
        "channel_off": is_off,
        "channel_paused": is_paused,
        "never_written": needs_window and closes_at is None,
        "window_closed": needs_window and closes_at is not None and now >= closes_at,
    }
    for why, is_so in refusals.items():
        if is_so:
            code = "window_closed" if why == "never_written" else why
            return Verdict(False, code, _(NOT_NOW[why]))
    return Verdict(True, until=closes_at if needs_window else None)


def next_status(current: str, told: str) -> str:
    """The status to show after a receipt: never back; a failure only counts before delivery."""
    if told == "failed":
        return "failed" if current in {"queued", "unknown", "sent"} else current
    if current == "failed":
        return told if RANK[told] > RANK["sent"] else current
    if current == "cancelled":
        return told  # it went out all the same: show what is true
    return told if RANK[told] > RANK[current] else current


def wait_before_retry(attempt: int, retry_after: float | None, *, is_pair: bool = False) -> timedelta:
    """Full jitter over a wait that grows fourfold: seconds at first, eight attempts in about two hours. What the
    provider asks for counts more; its limit for one person wants 4^n seconds."""
    if is_pair:
        return timedelta(seconds=max(min(MAX_WAIT, 4.0 ** max(1, attempt)), retry_after or 0.0))
    spread = random.uniform(0.0, min(MAX_WAIT, 2.0 * 4.0**attempt))  # noqa: S311  jitter, not a secret
    return timedelta(seconds=max(spread, retry_after or 0.0))


def wait_before_fetching(attempt: int) -> timedelta:
    """Between tries for a file that its provider keeps for days: seconds at first, six hours at most, with jitter."""
    return timedelta(seconds=random.uniform(0.5, 1.0) * min(6 * 3600.0, 5.0 * 3.0 ** min(attempt, 10)))  # noqa: S311


def wait_of_slow_account(retry_after: float | None) -> timedelta:
    """How long a whole account is left alone that was too fast for its provider."""
    return timedelta(seconds=max(random.uniform(1.0, 5.0), retry_after or 0.0))  # noqa: S311  jitter


def wait_of_broken_account(failures: int) -> timedelta:
    """How long a provider that does not work is left alone: 10, 20, 40 seconds, five minutes at most."""
    return timedelta(seconds=min(300.0, 10.0 * 2.0 ** (failures - BREAKS_AFTER)))


def wait_for_budget() -> timedelta:
    """When to look again whether a retry may go: not all at the same moment."""
    return timedelta(seconds=random.uniform(5.0, 15.0))  # noqa: S311  jitter, not a secret


def may_retry(*, tried: int, retried: int) -> bool:
    """Retries are a tenth of a channel's traffic at most, so that they never become a storm of their own."""
    return retried < max(RETRIES_ALWAYS, tried * RETRY_SHARE)


def pair_wait(now: datetime, full_at: datetime | None, *, burst: int, seconds: float) -> timedelta:
    """How long until one more message to this person is allowed. The bucket's level is the time it will be full."""
    missing = (full_at or now) - now
    return max(timedelta(0), missing - timedelta(seconds=(burst - 1) * seconds))


def pair_full_after_one_more(now: datetime, full_at: datetime | None, *, seconds: float) -> datetime:
    """When the bucket of this person is full again, after one more message."""
    return max(now, full_at or now) + timedelta(seconds=seconds)


def is_safe_to_repeat(author_kind: str) -> bool:
    """May a message whose outcome nobody knows go out once more by itself? The bot's words and alerts to colleagues
    do no harm twice; a person's words and anything to many customers are for a person to decide."""
    return author_kind in {"agent", "system"}


def wait_before_trying_account(paused_for: timedelta) -> timedelta:
    """A broken account is tried again after as long as it has been broken: a minute at least, an hour at most."""
    return min(max(paused_for, timedelta(minutes=1)), timedelta(hours=1))


def queue_of(address: str) -> str:
    """The key of whoever writes from this address (a user id, a number): what has it is worked off in order."""
    return f"from:{address}"


def snippet(text: str, limit: int = 160) -> str:
    """One line for lists."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


UNREADABLE_BODY, UNREADABLE_PART = "unreadable_body", "unreadable_part"
NO_ADAPTER, UNKNOWN_ACCOUNT = "no_adapter", "unknown_account"
BROKE, STOPPED_WORKER = "broke_each_time", "stopped_worker"


def why_given_up(error: str) -> str:
    """The reason of what was tried too often: it broke with an error, or it took its worker along each time."""
    return BROKE if error else STOPPED_WORKER


def wait_before_reading(attempt: int, at_most: float = 300.0) -> timedelta:
    """2, 4, 8 ... seconds between two tries to read a delivery or an item, `at_most` so many."""
    return timedelta(seconds=min(at_most, 2**attempt))


UNUSABLE = {  # status of a template -> what to tell who wants to send it
    "PAUSED": gettext_noop(
        "WhatsApp has paused this template because customers complained. Use another one meanwhile."
    ),
    "DISABLED": gettext_noop("WhatsApp has disabled this template. Use another one."),
    "REJECTED": gettext_noop("WhatsApp has rejected this template. Change it and hand it in again."),
    "PENDING": gettext_noop("WhatsApp has not approved this template yet."),
    "IN_APPEAL": gettext_noop("WhatsApp has not approved this template yet: the appeal is open."),
    "DELETED": gettext_noop("This template was deleted."),
    "PENDING_DELETION": gettext_noop("This template is being deleted."),
    "ARCHIVED": gettext_noop("This template was archived."),
    "LIMIT_EXCEEDED": gettext_noop("There are more templates than WhatsApp allows: this one can't be used."),
}


def can_use_template(
    status: str, reason: str, *, has_opted_out: bool = False, held_until: datetime | None = None
) -> Verdict:
    """Whether a template in this state may be sent to somebody; a state of the future may be tried."""
    if told := UNUSABLE.get(status.upper()):
        return Verdict(False, "template_unusable", f"{_(told)} ({reason})" if reason else _(told))
    if has_opted_out:
        return Verdict(False, "opted_out", _("The customer wants no offers. Answer what they ask instead."))
    if held_until:
        when = f"{held_until:%Y-%m-%d %H:%M} UTC"
        return Verdict(
            False,
            "held_back",
            _("WhatsApp takes no offers for this customer before %(when)s. Try again then.") % {"when": when},
        )
    return Verdict(True)


OPT_OUT = re.compile(
    r"\b(stop|unsubscribe|opt[ _-]?out|berhenti|baja|no (more|mas) (promos?|offers?|ofertas?)|dejar de recibir)\b"
)


def is_opt_out(payload: str, title: str) -> bool:
    """Whether a button of a template says "no more offers": by what we named it, else by what it says."""
    said = f"{payload.replace('_', ' ')} | {title}".lower().replace("á", "a")
    return OPT_OUT.search(said) is not None


LANES = ("inbound", "person", "bot", "receipts", "bulk")
URGENCY = {"inbound": 0, "person": 0, "bot": 0, "receipts": 1, "bulk": 2}
ITEM_LANES = {"receipt": "receipts", "notice": "receipts", "other": "receipts"}
AUTHOR_LANES = {"person": "person", "agent": "bot", "system": "bot"}


@dataclass(frozen=True)
class Unit:
    """A piece of work that is due: items of a channel, or messages to one person."""

    lane: str
    workspace_id: UUID
    channel_id: UUID
    key: str  # of the items, or the conversation's id
    fresh: tuple[str, ...] = ()  # keys of items that nobody has tried, which may be done together

    @property
    def is_sending(self) -> bool:
        """Messages to send; else items that came in."""
        return self.lane in {"person", "bot", "bulk"}


class Turns:
    """Whose turn it is. What people wait for comes first; among it the workspace that has waited longest, and in a
    workspace what came in, people's words and the bot's in turn: a flood of one must not keep a rep's words waiting.
    Each fourth time it is the turn of whoever has waited longest in any lane, so that nothing starves."""

    def __init__(self) -> None:
        self._count = 0
        self._workspaces: dict[UUID, int] = {}
        self._lanes: dict[tuple[UUID, str], int] = {}

    def choose(self, units: Collection[Unit]) -> Unit | None:
        """The unit to do next; None when there is none."""
        if not units:
            return None
        self._count += 1
        unit = min(units, key=self._neglected if self._count % 4 == 0 else self._urgent)
        self._workspaces[unit.workspace_id] = self._lanes[unit.workspace_id, unit.lane] = self._count
        return unit

    def _urgent(self, unit: Unit) -> tuple[int, int, int, int]:
        return URGENCY[unit.lane], self._workspaces.get(unit.workspace_id, 0), *self._neglected(unit)

    def _neglected(self, unit: Unit) -> tuple[int, int]:
        return self._lanes.get((unit.workspace_id, unit.lane), 0), LANES.index(unit.lane)


SILENT_FOR, LATE_FROM = 3 * 86_400.0, 60.0  # seconds
FEW_ERRORS = 3  # fewer in an hour say nothing yet
# of one customer and not of the channel: not reachable, window closed, held back, opted out, too many to one person
ONE_CUSTOMERS = {
    "131026", "131047", "131049", "131050", "131056", "window_closed", "opted_out", "no_recipient",
}  # fmt: skip


@dataclass(frozen=True)
class ChannelSigns:
    """What is known of a channel right now; ages in seconds, counts of the last hour."""

    is_active: bool = True
    paused_because: str = ""
    is_broken: bool = False
    is_throttled: bool = False
    check_error: str = ""
    since_inbound: float | None = None
    oldest_unread: float = 0.0
    oldest_queued: float = 0.0
    sends: int = 0
    errors: int = 0
    dead: int = 0
    problem: str = ""
    warning: str = ""

    @property
    def error_rate(self) -> float:
        """Which share of the last hour's messages met an error."""
        return self.errors / self.sends if self.sends else 0.0


@dataclass(frozen=True)
class ChannelHealth:
    """A colour, and why in sentences, the gravest first: (colour, sentence)."""

    colour: str
    reasons: tuple[tuple[str, str], ...] = ()


def health_of(signs: ChannelSigns) -> ChannelHealth:
    """Red: messages are not getting through. Amber: look soon. Off: switched off. Green: all is well."""
    if not signs.is_active:
        return ChannelHealth(
            "off", (("off", _("This channel is switched off: nothing comes in or goes out.")),)
        )
    reasons = tuple([("red", text) for text in _red(signs)] + [("amber", text) for text in _amber(signs)])
    return ChannelHealth(reasons[0][0] if reasons else "green", reasons)


def _red(signs: ChannelSigns) -> list[str]:
    wait = _minutes(signs.oldest_unread)
    told = {
        _("Sending is paused: %(paused_because)s") % {"paused_because": said(signs.paused_because)}: bool(
            signs.paused_because
        ),
        _("The provider refused the account: %(check_error)s") % {"check_error": signs.check_error}: bool(
            signs.check_error
        ),
        _("The provider keeps failing: sending waits, and one message tries now and then."): signs.is_broken,
        _("Something that came in has waited %(wait)s to be read.") % {"wait": wait}: signs.oldest_unread
        > LATE_FROM,
        _("%(errors)s of %(sends)s messages of the last hour met an error.")
        % {"errors": signs.errors, "sends": signs.sends}: _is_share(signs, 0.5),
        _("The provider reports a problem: %(problem)s") % {"problem": signs.problem}: bool(signs.problem),
    }
    return [sentence for sentence, is_so in told.items() if is_so]


def _amber(signs: ChannelSigns) -> list[str]:
    is_held = bool(signs.paused_because) or signs.is_broken
    told = {
        _("The provider wants it slower for a while."): signs.is_throttled,
        _("A message has waited %(minutes)s to be sent.")
        % {"minutes": _minutes(signs.oldest_queued)}: signs.oldest_queued > LATE_FROM and not is_held,
        _("%(errors)s of %(sends)s messages of the last hour met an error.")
        % {"errors": signs.errors, "sends": signs.sends}: _is_share(signs, 0.1) and not _is_share(signs, 0.5),
        ngettext("A dead letter waits for somebody.", "%(n)d dead letters wait for somebody.", signs.dead)
        % {"n": signs.dead}: (signs.dead > 0),
        _("The provider warns: %(warning)s") % {"warning": signs.warning}: bool(signs.warning),
        _("Nothing has come in for three days. Is the webhook still set?"): (signs.since_inbound or 0)
        > SILENT_FOR,
    }
    return [sentence for sentence, is_so in told.items() if is_so]


def _is_share(signs: ChannelSigns, share: float) -> bool:
    return signs.errors >= FEW_ERRORS and signs.error_rate >= share


def _minutes(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes <= 1:
        return _("over a minute")
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


CLOSES_SOON = timedelta(hours=2)  # of a window: then one should answer before anything else
WAITS_LONG, WAITS_TOO_LONG = timedelta(hours=1), timedelta(hours=4)  # a customer, for a person
SNOOZE_AT_MOST = timedelta(days=366)


def why_not_snooze(now: datetime, until: datetime) -> str:
    """Why nothing can be snoozed until then; empty when it can."""
    if until <= now:
        return _("Choose a time to come.")
    if until > now + SNOOZE_AT_MOST:
        return _("Choose a time within a year.")
    return ""


def snooze_times(now: datetime) -> list[tuple[str, datetime]]:
    """What people mean by later: in three hours (by day), tomorrow at nine, next Monday at nine. `now` is on
    the clock of whoever asks."""
    nine = now.replace(hour=9, minute=0, second=0, microsecond=0)
    later = (now + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    times = [("later", later)] if later.date() == now.date() and later.hour <= 20 else []
    tomorrow, monday = nine + timedelta(days=1), nine + timedelta(days=7 - now.weekday())
    times.append(("tomorrow", tomorrow))
    return times if monday == tomorrow else [*times, ("next_week", monday)]


def waiting_tone(waited: timedelta) -> str:
    """How a wait is coloured: an hour is long, four are too long."""
    if waited >= WAITS_TOO_LONG:
        return "bad"
    return "warm" if waited >= WAITS_LONG else "neutral"
