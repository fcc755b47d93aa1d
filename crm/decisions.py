"""Judgement of the ground floor: pure."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

PLAIN_KEYS = {  # their values name kinds and states, never people
    "type", "object", "field", "kind", "status", "messaging_product", "mime_type", "code", "timestamp", "event",
    "version", "sent_at", "at", "reason", "category", "origin",
}  # fmt: skip
_WORD = re.compile(r"\w")


def masked(text: str) -> str:
    """A letter's text for those who may not see contacts: its shape stays, whatever may tell of a person goes."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _dots(text)
    return json.dumps(_masked(document, ""), ensure_ascii=False)


def _masked(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _masked(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_masked(part, key) for part in value]
    if value is None or isinstance(value, bool) or key in PLAIN_KEYS:
        return value
    return _dots(str(value))


def _dots(text: str) -> str:
    return _WORD.sub("•", text)


def indented(text: str) -> str:
    """JSON on lines of its own, as people read it; anything else as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def json_fault(text: str) -> str:
    """What keeps a text from being JSON, by line and column; empty when it is."""
    try:
        json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return _("Line %(lineno)s, column %(colno)s: %(msg)s.") % {
            "lineno": error.lineno,
            "colno": error.colno,
            "msg": error.msg,
        }
    except RecursionError:
        return _("It is nested too deeply.")
    except ValueError as error:
        return f"{error}."
    return ""


def _refuse(name: str) -> Any:
    raise ValueError(_("%(name)s is not JSON") % {"name": name})


LONGEST_TEXT = 2000
LARGEST_NUMBER = 10**15
YES, NO = {"yes", "true", "1", "on"}, {"no", "false", "0", "off"}


def as_kept(kind: str, options: Sequence[str], given: Any) -> Any:
    """A value of a custom field as it is kept; None when it is empty. Raises a ValueError that says what to write."""
    if isinstance(given, str):
        given = given.strip()
    if given is None or given == "":
        return None
    return _KEEPERS[kind](given, options)


def _text(given: Any, options: Sequence[str]) -> str:
    if not isinstance(given, str):
        raise ValueError(_("Write a text."))
    if len(given) > LONGEST_TEXT:
        raise ValueError(_("At most %(most)s characters.") % {"most": LONGEST_TEXT})
    return given


def _number(given: Any, options: Sequence[str]) -> int | float:
    try:
        number = Decimal(str(given)) if isinstance(given, int | float | str) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(given, bool) or not number.is_finite():
        raise ValueError(_("Write a number, e.g. 12.5."))
    if abs(number) >= LARGEST_NUMBER:
        raise ValueError(_("This number is too large."))
    return int(number) if number == number.to_integral_value() else float(number)


def _date(given: Any, options: Sequence[str]) -> str:
    try:
        return date.fromisoformat(given if isinstance(given, str) else given.isoformat()).isoformat()
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(_("Write a date, e.g. 2026-11-30.")) from error


def _choice(given: Any, options: Sequence[str]) -> str:
    found = next((o for o in options if isinstance(given, str) and o.casefold() == given.casefold()), None)
    if found is None:
        raise ValueError(_("Choose one of: %(choices)s.") % {"choices": ", ".join(options)})
    return found


def _yes_no(given: Any, options: Sequence[str]) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).casefold()
    if word not in YES | NO:
        raise ValueError(_("Write yes or no."))
    return word in YES


def _url(given: Any, options: Sequence[str]) -> str:
    text = _text(given, options)
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        is_web = False
    if not is_web:
        raise ValueError(_("Write a web address, e.g. https://example.com."))
    return text


_KEEPERS = {
    "text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "yes_no": _yes_no,
    "url": _url,
}


@dataclass(frozen=True)
class Hours:
    """When a person wants mail: their time zone, the hour of the daily one, and hours without any (or none)."""

    zone: str
    digest_at: time
    quiet_from: time | None = None
    quiet_until: time | None = None


def mail_time(now: datetime, mail: str, hours: Hours) -> datetime | None:
    """When the mail of an alert is due: at the next daily hour, at once, or when the quiet hours end. None: never."""
    here = now.astimezone(ZoneInfo(hours.zone))
    if mail == "digest":
        return _next(here, hours.digest_at)
    if mail != "now":
        return None
    return _next(here, hours.quiet_until) if hours.quiet_until and is_quiet(here, hours) else now


def is_quiet(here: datetime, hours: Hours) -> bool:
    """Whether a local time lies in the quiet hours, which may go over midnight."""
    start, end, clock = hours.quiet_from, hours.quiet_until, here.time()
    if start is None or end is None or start == end:
        return False
    return start <= clock < end if start < end else clock >= start or clock < end


def _next(here: datetime, at: time) -> datetime:
    """The next time the clock says so, on the clock of the place: summer time or not."""
    then = here.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return then if then > here else then + timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """What wants somebody: the first few to do, how many more of each kind, and what comes later by day."""

    queue: list[dict[str, Any]]
    more: dict[str, int]
    later: list[tuple[date, list[dict[str, Any]]]]
    kinds: dict[str, int]


def arrange(rows: Iterable[Mapping[str, Any]], zone: tzinfo, most: int = 8) -> Day:
    """The rows of all floors as one day: the most urgent first, each contact once, at its most urgent place."""
    first: dict[Any, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: ("later" in row, row["rank"], row["at"])):
        first.setdefault(row["about"], {**row})
    now = [row for row in first.values() if "later" not in row]
    return Day(
        queue=now[:most],
        more=dict(Counter(row["kind"] for row in now[most:]).most_common()),
        later=_by_day([row for row in first.values() if "later" in row], zone),
        kinds=dict(Counter(row["kind"] for row in now).most_common()),
    )


def _by_day(rows: Sequence[dict[str, Any]], zone: tzinfo) -> list[tuple[date, list[dict[str, Any]]]]:
    days: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        on = row["later"].astimezone(zone).date() if isinstance(row["later"], datetime) else row["later"]
        days.setdefault(on, []).append(row)
    return sorted(days.items())
