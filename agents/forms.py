"""What people may type about agents: in the Django admin, and under Settings."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from agents.models import LANGUAGES, Agent


class AgentForm(forms.ModelForm):
    """An agent, its languages ticked."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=LANGUAGES, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


LABELS = {
    "name": _("Name"),
    "business_name": _("Speaks for"),
    "persona": _("Persona"),
    "tone": _("Tone"),
    "default_language": _("Begins in"),
    "pricing_policy": _("Asked for a price"),
    "answer_threshold": _("Acts from this confidence"),
    "clarify_threshold": _("Asks again below this confidence"),
    "max_asks_per_slot": _("Asks for a fact at most"),
    "max_misses": _("Misses in a row at most"),
    "wait_complete": _("Waits after a complete message"),
    "wait_fragment": _("Waits after a fragment"),
    "wait_at_most": _("Waits at most"),
    "is_active": _("Answers customers"),
}


class AgentSettingsForm(forms.ModelForm):
    """An agent under Settings; the service checks it once more, and keeps it."""

    languages = forms.MultipleChoiceField(
        label=_("Speaks"), choices=LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every channel of the workspace."),
    )

    class Meta:
        model = Agent
        fields = [
            "name", "business_name", "persona", "tone", "is_active", "channels", "languages", "default_language",
            "pricing_policy", "max_asks_per_slot", "max_misses", "answer_threshold", "clarify_threshold",
            "wait_complete", "wait_fragment", "wait_at_most",
        ]  # fmt: skip
        labels = LABELS
        widgets = {"persona": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, channels: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].choices = [(str(c.pk), str(c)) for c in channels]  # type: ignore[attr-defined]
        if not self.fields["channels"].choices:  # type: ignore[attr-defined]
            del self.fields["channels"]

    def sections(self) -> list[tuple[str, Any, list[Any]]]:
        """The fields under their headings: (id, heading, fields)."""
        parts: list[tuple[str, Any, Sequence[str]]] = [
            ("who", _("Who it is"), ("name", "business_name", "persona", "tone")),
            (
                "where",
                _("Where and how it speaks"),
                ("is_active", "channels", "languages", "default_language"),
            ),
            (
                "hand-over",
                _("When a person takes over"),
                ("pricing_policy", "max_asks_per_slot", "max_misses"),
            ),
            ("sure", _("How sure it must be"), ("answer_threshold", "clarify_threshold")),
            ("patience", _("How long it waits"), ("wait_complete", "wait_fragment", "wait_at_most")),
        ]
        return [(key, title, [self[n] for n in names if n in self.fields]) for key, title, names in parts]

    def given(self) -> dict[str, Any]:
        """As the service takes it, without the channels."""
        return {name: value for name, value in self.cleaned_data.items() if name != "channels"}

    def channel_ids(self) -> list[UUID]:
        """The channels that are ticked."""
        return [UUID(pk) for pk in self.cleaned_data.get("channels", [])]


class SlotForm(forms.Form):
    """A fact that agents find out."""

    label = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What people read, e.g. Business type.")
    )
    options = forms.CharField(
        label=_("Options"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For one of several options: one on each line."),
    )
    is_required = forms.BooleanField(
        label=_("Required"),
        required=False,
        help_text=_("Without it a lead is not complete, and not handed over as qualified."),
    )

    def __init__(self, *args: Any, questions: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in questions:
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = self.cleaned_data
        options = [line.strip() for line in data["options"].splitlines() if line.strip()]
        return {"label": data["label"], "options": options, "is_required": data["is_required"]}


class NewSlotForm(SlotForm):
    """A new one: its key and kind stay as they are chosen here."""

    key = forms.SlugField(
        label=_("Key"), max_length=40, help_text=_("What programs call it, e.g. shoe_size.")
    )
    kind = forms.ChoiceField(label=_("Holds"))
    field_order = ("label", "key", "kind", "options", "is_required")

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]
