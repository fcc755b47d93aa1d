"""What admins may type about custom fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import FieldKind, FieldOwner


class FieldChangeForm(forms.Form):
    """What can be changed about a field."""

    label = forms.CharField(label=_("Name"), max_length=80, help_text=_("What people read."))
    options = forms.CharField(
        label=_("Options"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For a field with options: one on each line."),
    )
    help = forms.CharField(
        label=_("Help"), required=False, max_length=200, help_text=_("A sentence shown beside the field.")
    )
    position = forms.IntegerField(label=_("Place"), required=False, min_value=0, max_value=1000)
    is_required = forms.BooleanField(label=_("Required"), required=False)

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        data["options"] = [line.strip() for line in data["options"].splitlines() if line.strip()]
        if data["position"] is None:
            del data["position"]
        return data


class NewFieldForm(FieldChangeForm):
    """A new field."""

    of = forms.ChoiceField(label=_("Of"), choices=FieldOwner.choices)
    kind = forms.ChoiceField(label=_("Holds"), choices=FieldKind.choices)
    field_order = ("of", "label", "kind", "options", "help", "is_required")
    position = None  # type: ignore[assignment]

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        return {**data, "options": [line.strip() for line in data["options"].splitlines() if line.strip()]}
