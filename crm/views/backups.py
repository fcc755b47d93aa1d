"""Settings, Backup and restore: everything an admin can set as a file; what a file would change; and the way back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import selectors, services
from crm.core.configuration import Difference, check_shape, differences
from crm.core.doors import actor_of, explain, lead_on
from crm.core.errors import InvalidInputError
from crm.core.settings_pages import SettingsPage
from crm.core.told import value_in_words
from crm.forms.backups import BackupForm
from crm.models import ConfigurationCopy

BACKUPS = SettingsPage(
    "data",
    gettext_lazy("Backup and restore"),
    gettext_lazy("Everything that is set here as a file, and back: with a look at what would change."),
    "crm:backups",
    "file-text",
    "settings.manage",
    settings=(("make", gettext_lazy("Download a backup")), ("id_file", gettext_lazy("Restore from a file"))),
)
LONGEST = 240  # characters of a value in the list of differences
SIGNS = {"added": "+", "changed": "~", "removed": "−"}


@require_http_methods(["GET", "HEAD", "POST"])
def backups(request: HttpRequest) -> HttpResponse:
    """Make one, bring one, and those that are kept."""
    actor = actor_of(request)
    copies = list(selectors.copies_of(actor))
    form = BackupForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            name, content = form.read()
            row = services.bring_configuration(actor=actor, content=content, name=name)
        except InvalidInputError as error:
            explain(form, _by_place(error))
        else:
            return redirect("crm:backup", row.pk)
    return render(request, "settings/backups.html", {"form": form, "copies": copies})


def _by_place(error: InvalidInputError) -> InvalidInputError:
    """The refusal with each place named in its sentence: a form has one field for the whole file."""
    texts = [f"{place}: {text}" for place, texts in error.fields.items() for text in texts]
    return InvalidInputError(error.message, fields={"file": texts or [error.message]})


@require_safe
def make_file(request: HttpRequest) -> HttpResponse:
    """Everything as it is now."""
    return _file(selectors.configuration_file(actor_of(request)))


@require_safe
def copy_file(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """A copy that is kept, as a file."""
    return _file(selectors.get_copy(actor_of(request), copy_id).content)


def _file(content: dict[str, Any]) -> HttpResponse:
    answer = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    name = f"settings-{content.get('workspace', '')}-{timezone.localdate():%Y-%m-%d}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
def look(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """What a copy would change, before anything does; and what stands in its way."""
    actor = actor_of(request)
    row = selectors.get_copy(actor, copy_id)
    found = [_shown(d) for d in differences(actor, check_shape(row.content))]
    refused = services.try_configuration(actor=actor, copy_id=row.pk)
    context = {"copy": row, "found": found, "refused": sorted(refused.items()), "counts": _counts(found)}
    return render(request, "settings/backup.html", context)


def _shown(difference: Difference) -> dict[str, Any]:
    lines = [] if difference.what == "removed" else [_line(*field) for field in difference.fields]
    return {
        "part": difference.part.title,
        "name": difference.name,
        "what": difference.what,
        "sign": SIGNS[difference.what],
        "lines": lines if difference.what == "changed" else lines[:0],
    }


def _line(field: str, old: Any, new: Any) -> dict[str, str]:
    before, after = (value_in_words(value, LONGEST) or _("empty") for value in (old, new))
    return {"field": field.replace("_", " ").capitalize(), "old": before, "new": after}


def _counts(found: list[dict[str, Any]]) -> dict[str, int]:
    return {what: sum(line["what"] == what for line in found) for what in SIGNS}


@require_POST
def restore(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """As in the copy, all of it; a note offers the state before."""
    before = services.restore_configuration(actor=actor_of(request), copy_id=copy_id)
    text = _("Restored. How it was before is kept.")
    return lead_on(request, "crm:backups", text, undo_url=_undo(before))


def _undo(before: ConfigurationCopy) -> str:
    return reverse("crm:restore_backup", args=[before.pk])
