"""What people may type into the Django admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from crm.core.actors import ANY
from crm.core.permissions import PERMISSIONS


def in_workspace(form: type[Any], workspace: Any) -> type[Any]:
    """The same form for rows of one workspace: set before it is checked, so that "only once here" is checked too."""

    def begin(self: Any, *args: Any, **kwargs: Any) -> None:
        form.__init__(self, *args, **kwargs)
        if self.instance.workspace_id is None:
            self.instance.workspace = workspace

    def excluded(self: Any) -> set[str]:
        names: set[str] = form._get_validation_exclusions(self)
        return names - {"workspace"}

    return type(form.__name__, (form,), {"__init__": begin, "_get_validation_exclusions": excluded})


def refused(form: type[Any], error: Any) -> type[Any]:
    """The same form with what a service said against it: beside its fields, or above them."""

    def clean(self: Any) -> Any:
        cleaned = form.clean(self)
        for name, texts in (error.fields or {"": [error.message]}).items():
            self.add_error(name if name in self.fields else None, texts)
        return cleaned

    return type(form.__name__, (form,), {"clean": clean})


class RoleForm(forms.ModelForm):
    """A role, its permissions ticked."""

    permissions = forms.MultipleChoiceField(
        label=_("Permissions"),
        required=False,
        choices=[(ANY, _("Everything")), *((key, _(words)) for key, words in PERMISSIONS.items())],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
