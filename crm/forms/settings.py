"""What people may type into the settings: themselves, their team, keys for programs."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actors import ANY
from crm.core.permissions import PERMISSIONS
from crm.core.reading import FORMATS, zones
from crm.core.told import said


class ProfileForm(forms.Form):
    """How one is called, and reached."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.RegexField(
        r"^\+[0-9 ()-]{6,30}$",
        label=_("Phone"),
        required=False,
        help_text=_("For alerts by WhatsApp, with country code: +62 811 0000 900"),
        error_messages={"invalid": _("Write it with its country code: +62 811 0000 900")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser says")), *settings.LANGUAGES]
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    formats = forms.ChoiceField(
        label=_("Dates and numbers"), required=False, choices=[("", _("As the language has them")), *FORMATS]
    )

    def __init__(self, *args: Any, workspace_zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = _("As the workspace: %(zone)s") % {"zone": workspace_zone}
        places = [(zone, zone.replace("_", " ")) for zone in zones()]
        self.fields["time_zone"].choices = [("", usual), *places]  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    """A member's role and teams."""

    role = forms.ChoiceField(label=_("Role"))
    teams = forms.MultipleChoiceField(label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, roles: list[Any], teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(r.key, said(r.name)) for r in roles]  # type: ignore[attr-defined]
        self.fields["teams"].choices = [(str(t.pk), t.name) for t in teams]  # type: ignore[attr-defined]
        if not self.fields["teams"].choices:  # type: ignore[attr-defined]
            del self.fields["teams"]


class InvitationForm(MemberForm):
    """Whom to ask, and as what."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ("email", "role", "teams")


class KeyForm(forms.Form):
    """A key for a program: what it is for, what it may do, how long."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=80, help_text=_("The program that will use it.")
    )
    everything = forms.BooleanField(label=_("Everything I may do"), required=False)
    scopes = forms.MultipleChoiceField(
        label=_("Only these"), required=False, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(label=_("Valid for"), coerce=int)

    def __init__(self, *args: Any, permissions: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = {k: v for k, v in PERMISSIONS.items() if {ANY, k} & permissions}
        self.fields["scopes"].choices = [(k, f"{_(v)} ({k})") for k, v in may.items()]  # type: ignore[attr-defined]
        self.fields["days"].choices = _spans()  # type: ignore[attr-defined]
        self.fields["days"].initial = _spans()[-1][0]
        if ANY not in permissions:
            del self.fields["everything"]

    def clean(self) -> dict[str, Any]:
        """A key that may do nothing is a mistake."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("everything") and not cleaned.get("scopes"):
            self.add_error("scopes", _("Choose at least one thing the key may do."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """As the service takes it."""
        data = self.cleaned_data
        until = timezone.now() + timedelta(days=data["days"], seconds=-1)
        return {
            "name": data["name"],
            "scopes": [ANY] if data.get("everything") else data["scopes"],
            "expires_at": until,
        }


def _spans() -> list[tuple[int, str]]:
    """Up to what the installation allows."""
    names = {7: _("7 days"), 30: _("30 days"), 90: _("90 days"), 180: _("180 days"), 365: _("1 year")}
    longest = settings.API_KEY_DAYS
    spans = [(days, str(name)) for days, name in names.items() if days < longest]
    return [*spans, (longest, str(names.get(longest, _("%(n)d days") % {"n": longest})))]
