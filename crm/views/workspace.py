"""Settings, Workspace: its name, language and clock, and who changed them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm import selectors, services
from crm.core.doors import actor_of, explain, lead_on
from crm.core.errors import InvalidInputError
from crm.core.settings_pages import SettingsPage
from crm.forms.workspace import WorkspaceForm, time_zones
from crm.policies import check_can_manage_settings

WORKSPACE = SettingsPage(
    "workspace",
    gettext_lazy("Workspace"),
    gettext_lazy("The name of the business, its language and its clock."),
    "crm:workspace",
    "settings",
    "settings.manage",
    settings=(
        ("id_name", gettext_lazy("Name of the business")),
        ("id_language", gettext_lazy("Default language")),
        ("id_time_zone", gettext_lazy("Time zone of the business")),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
def workspace(request: HttpRequest) -> HttpResponse:
    """Look, and change."""
    actor = actor_of(request)
    check_can_manage_settings(actor)
    row = request.workspace  # type: ignore[attr-defined]
    given = {name: getattr(row, name) for name in WorkspaceForm.base_fields}
    form = WorkspaceForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.change_workspace(actor=actor, changes=form.cleaned_data)
        except InvalidInputError as error:
            explain(form, error)
        else:
            undo = reverse("crm:undo_workspace", args=[selectors.latest_change_of(changed)])
            return lead_on(request, "crm:workspace", _("Saved."), undo_url=undo if form.has_changed() else "")
    labels = {name: field.label for name, field in form.fields.items()}
    context = {"form": form, "zones": time_zones(), "changes": selectors.changes_of(row, labels)}
    return render(request, "settings/workspace.html", context)


@require_POST
def undo_workspace(request: HttpRequest, change_id: int) -> HttpResponse:
    """As it was before one change."""
    services.undo_workspace_change(actor=actor_of(request), change_id=change_id)
    return lead_on(request, "crm:workspace", _("It is as it was before."))
