"""A backup file as somebody brings it."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.errors import InvalidInputError

LARGEST = 2_000_000  # bytes; a workspace with everything has a tenth of it


class BackupForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("Backup file"),
        widget=forms.FileInput(attrs={"accept": "application/json,.json"}),
        help_text=_("You see what it would change before anything does."),
    )

    def clean_file(self) -> Any:
        """Not larger than any backup."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("This file is larger than any backup: at most 2 MB."))
        return given

    def read(self) -> tuple[str, Any]:
        """Its name and what is in it; refuses what is no JSON, with the line."""
        given = self.cleaned_data["file"]
        try:
            return given.name, json.loads(given.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InvalidInputError(
                fields={"file": [gettext("This is no text: bring the file as it was made.")]}
            ) from error
        except (json.JSONDecodeError, RecursionError) as error:
            where = gettext("it is nested too deep")
            if isinstance(error, json.JSONDecodeError):
                where = gettext("line %(number)d") % {"number": error.lineno}
            raise InvalidInputError(
                fields={"file": [gettext("This is no JSON (%(where)s).") % {"where": where}]}
            ) from error
