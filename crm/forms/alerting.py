"""How somebody wants to be told, as typed."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _


class HoursForm(forms.Form):
    """The hour of the daily mail, and the hours without any."""

    digest_at = forms.TimeField(
        label=_("The daily mail goes out at"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_from = forms.TimeField(
        label=_("No mail from"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_until = forms.TimeField(
        label=_("until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    time_zone = forms.CharField(
        label=_("On the clock of"),
        required=False,
        max_length=60,
        help_text=_("Empty: your own time zone, as under You."),
    )

    def clean_time_zone(self) -> str:
        """One that exists."""
        zone = str(self.cleaned_data["time_zone"])
        if zone and zone not in available_timezones():
            raise forms.ValidationError(_("Write it as Region/City, for example Asia/Jakarta."))
        return zone

    def clean(self) -> dict[str, Any]:
        """Quiet hours have two ends."""
        given = dict(super().clean() or {})
        if bool(given.get("quiet_from")) != bool(given.get("quiet_until")):
            self.add_error("quiet_until", _("Quiet hours need both ends, or neither."))
        return given


def choices_in(
    given: Mapping[str, str], rows: Iterable[tuple[Any, bool, str]]
) -> dict[str, tuple[bool, str]]:
    """What was chosen of each kind; what was not sent, or is no choice, stays as it was."""
    return {
        str(kind): (f"app-{kind}" in given, _mail(given.get(f"mail-{kind}", mail), mail))
        for kind, _app, mail in rows
    }


def _mail(given: str, before: str) -> str:
    return given if given in {"now", "digest", "off"} else before
