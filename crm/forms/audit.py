"""What somebody asks of the audit trail, in an address; what can't be read counts as not asked."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.selectors import AuditWish

AREAS = [
    ("people", _("People and access")),
    ("settings", _("Settings")),
    ("contacts", _("Contacts")),
    ("conversations", _("Conversations")),
    ("leads", _("Leads")),
    ("agents", _("Agents")),
    ("repairs", _("Dead letters")),
]
KINDS = [
    ("agent", _("Any agent")),
    ("api_client", _("Any program")),
    ("automation", _("Any automation")),
    ("contact", _("Customers")),
    ("system", _("The system")),
]


class AuditForm(forms.Form):
    """Who, what, which record, from when to when, and behind which line."""

    who = forms.ChoiceField(label=_("Who"), required=False)
    what = forms.ChoiceField(label=_("What"), required=False)
    record = forms.CharField(
        label=_("Record"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Id")}),
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, people: Iterable[tuple[str, str]], names: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        everybody = [("", _("Everybody")), (_("People"), list(people)), (_("Others"), KINDS)]
        everything = [("", _("Everything")), (_("Areas"), AREAS), (_("Kinds"), list(names))]
        self.fields["who"].choices = everybody  # type: ignore[attr-defined]
        self.fields["what"].choices = everything  # type: ignore[attr-defined]

    def wish(self) -> AuditWish:
        """As the selector takes it."""
        given = {n: v for n, v in self.cleaned_data.items() if v} if self.is_valid() else self._readable()
        for name in ("since", "until"):
            if name in given:
                given[name] = _start_of(given[name])
        return AuditWish(**given)

    def _readable(self) -> dict[str, Any]:
        return {n: v for n, v in self.cleaned_data.items() if v and n not in self.errors}


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
