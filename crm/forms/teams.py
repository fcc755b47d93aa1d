"""What admins may type about teams."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _


class TeamForm(forms.Form):
    """A team's name, and who is in it."""

    name = forms.CharField(
        label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    members = forms.MultipleChoiceField(
        label=_("People"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Roles that see what their team has see each other's leads and conversations."),
    )

    def __init__(self, *args: Any, people: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = [(str(m.pk), str(m.user)) for m in people]  # type: ignore[attr-defined]

    def membership_ids(self) -> list[UUID]:
        """Who is ticked."""
        return [UUID(pk) for pk in self.cleaned_data["members"]]
