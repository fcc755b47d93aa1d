"""What people may type on the pages of leads."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.decisions.rule_words import read_words
from leads.models import Handover, RuleKind


class TextList(forms.Field):
    """A parameter that may come several times; gives the texts that are not empty."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        """The texts, each once."""
        return list(dict.fromkeys(str(v) for v in value or [] if str(v)))


class ListForm(forms.Form):
    """The address of the list: search, filters, order, position. What can't be read counts as not given."""

    q = forms.CharField(required=False, max_length=200)
    status = TextList(required=False)
    temperature = TextList(required=False)
    owner = TextList(required=False)
    source = TextList(required=False)
    tag = TextList(required=False)
    score_from = forms.IntegerField(required=False, min_value=0, max_value=100)
    score_to = forms.IntegerField(required=False, min_value=0, max_value=100)
    created = forms.ChoiceField(
        required=False,
        choices=[("", ""), ("today", _("Today")), ("7", _("Last 7 days")), ("30", _("Last 30 days"))],
    )
    created_from = forms.DateField(required=False)
    created_to = forms.DateField(required=False)
    filter = forms.CharField(required=False, max_length=8000)
    view = forms.CharField(required=False, max_length=40)
    cols = forms.CharField(required=False, max_length=2000)
    group = forms.CharField(required=False, max_length=40)
    sort = forms.CharField(required=False, max_length=200)
    cursor = forms.CharField(required=False, max_length=2000)

    def given(self) -> dict[str, Any]:
        """The readable values, empty ones included."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class SlotForm(forms.Form):
    """A person writes the value of a slot."""

    value = forms.CharField(max_length=500, required=False)


class ReasonForm(forms.Form):
    """Why a lead is closed."""

    reason = forms.CharField(max_length=200, required=False)


class NoteForm(forms.Form):
    """A note for colleagues."""

    text = forms.CharField(max_length=4000, required=False, widget=forms.Textarea)


class NextStepForm(forms.Form):
    """What is to be done next, and by when."""

    next_step = forms.CharField(max_length=200, required=False)
    next_step_on = forms.DateField(required=False)


class OwnerForm(forms.Form):
    """Whose lead it is; empty is nobody's."""

    user = forms.UUIDField(required=False)


class TagsForm(forms.Form):
    """All the tags, separated by commas; or those to put on and to take off."""

    tags = forms.CharField(max_length=1000, required=False)
    add = forms.CharField(max_length=200, required=False)
    remove = forms.CharField(max_length=200, required=False)

    def listed(self, name: str) -> list[str]:
        """The tags of a field one by one."""
        return [tag.strip() for tag in self.cleaned_data[name].split(",") if tag.strip()]


class CustomForm(forms.Form):
    """The value of one of the workspace's own fields; empty takes it away."""

    value = forms.CharField(max_length=2000, required=False)


class RuleForm(forms.Form):
    """One scoring rule on one line."""

    name = forms.CharField(label=_("Name"), max_length=80)
    when = forms.ChoiceField(label=_("When"), choices=RuleKind.choices)
    looks_for = forms.CharField(label=_("Looks for"), max_length=1000)
    points = forms.IntegerField(label=_("Points"), min_value=-100, max_value=100)
    because = forms.CharField(label=_("Reason people read"), max_length=200)
    is_active = forms.BooleanField(label=_("Counts"), required=False, initial=True)

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = {**self.cleaned_data}
        data["params"] = read_words(data["when"], data.pop("looks_for"))
        return {name: data[name] for name in ("name", "when", "params", "points", "because", "is_active")}


RULE_LINES = forms.formset_factory(RuleForm, extra=0, can_delete=True, max_num=60, absolute_max=80)


class ThresholdsForm(forms.Form):
    """From which score on a lead is hot, warm, and handed over; and to whom."""

    hot_from = forms.IntegerField(label=_("Hot from"), min_value=1, max_value=100)
    warm_from = forms.IntegerField(label=_("Warm from"), min_value=0, max_value=100)
    qualify_from = forms.IntegerField(
        label=_("Handed over from"),
        min_value=0,
        max_value=100,
        help_text=_("With all required slots known."),
    )
    handover = forms.ChoiceField(label=_("Handed over to"), choices=Handover.choices)
