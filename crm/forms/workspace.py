"""What admins may type about the workspace itself."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class WorkspaceForm(forms.Form):
    """Its name, language and clock."""

    name = forms.CharField(
        label=_("Name of the business"), max_length=120, help_text=_("Your team reads it; new agents say it.")
    )
    language = forms.ChoiceField(
        label=_("Default language"),
        choices=settings.LANGUAGES,
        help_text=_("Of mails to people who chose none. New agents begin with it."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        help_text=_("Region/City, for example Asia/Jakarta. Days, snoozes and daily mails go by it."),
    )


def time_zones() -> list[str]:
    """The time zones to choose from."""
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
