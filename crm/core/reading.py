"""How somebody reads: in which language, on which clock, with which dates and numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

# Written after the language ("es-us"): Django then finds config/formats/es_US, and Intl in the browser does as well.
FORMATS = [
    ("us", _("Nov 21, 2026, 9:05 PM and 1,284.50")),
    ("gb", _("21 Nov 2026, 21:05 and 1,284.50")),
    ("es", _("21 Nov 2026, 21:05 and 1.284,50")),
]


@contextmanager
def as_read_by(language: str, formats: str, zone: str) -> Iterator[None]:
    """Within: gettext, dates and numbers as one person reads them. A zone that is no more is UTC."""
    tongue = f"{language}-{formats}" if formats else language
    with override(tongue), timezone.override(ZoneInfo(zone) if zone in zones() else None):
        yield


@cache
def zones() -> tuple[str, ...]:
    """The time zones somebody may live in, by name."""
    odd = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")
    places = {name for name in available_timezones() if "/" in name and not name.startswith(odd)}
    return tuple(sorted(places | {"UTC"}))
