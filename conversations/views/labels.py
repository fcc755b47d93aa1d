"""Settings, labels: made, renamed, coloured, merged, put away, and back again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from conversations import policies, selectors, services
from conversations.forms import LabelForm
from conversations.models import LabelColour
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from crm.core.settings_pages import SettingsPage

LABELS = SettingsPage(
    group="data",
    title=gettext_lazy("Labels"),
    text=gettext_lazy("Words to sort conversations by: rename, colour, merge and put away."),
    url_name="conversations:labels",
    icon="tag",
    permission="settings.manage",
)


@require_http_methods(["GET", "HEAD", "POST"])
def labels(request: HttpRequest) -> HttpResponse:
    """All of them with what they are on, those put away apart; and one more."""
    actor = actor_of(request)
    policies.check_can_manage_labels(actor)
    errors: list[str] = []
    if request.method == "POST":
        form = LabelForm(request.POST)
        try:
            given = form.cleaned_data if form.is_valid() else {}
            colour = given.get("colour") or LabelColour.GREY
            row = services.create_label(actor=actor, name=given.get("name", ""), colour=colour)
        except InvalidInputError as refusal:
            errors = [text for texts in refusal.fields.values() for text in texts]
        else:
            messages.success(request, _("%(name)s can be put on conversations now.") % {"name": row.name})
            return redirect("conversations:labels")
    return _page(request, actor, errors)


def _page(request: HttpRequest, actor: Actor, errors: list[str]) -> HttpResponse:
    context = {
        "labels": list(selectors.counted_labels(actor)),
        "put_away": list(selectors.labels_put_away(actor)[:50]),
        "colours": LabelColour.choices,
        "errors": errors,
        "typed": request.POST.get("name", "") if errors else "",
    }
    return render(request, "settings/labels.html", context, status=422 if errors else 200)


@require_POST
def change(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Another name or colour; it stays where it is."""
    form = LabelForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    name = given.get("name") if "name" in request.POST else None
    services.change_label(actor=actor_of(request), label_id=label_id, name=name, colour=given.get("colour"))
    messages.success(request, _("Saved."))
    return redirect("conversations:labels")


@require_POST
def remove(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Off every conversation; it can be brought back below."""
    services.delete_label(actor=actor_of(request), label_id=label_id)
    messages.success(request, _("Put away. It can be brought back below, with its conversations."))
    return redirect("conversations:labels")


@require_POST
def merge(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Two labels are one; they can be made two again below."""
    try:
        into = UUID(request.POST.get("into", ""))
    except ValueError as error:
        raise InvalidInputError(fields={"into": [_("Choose a label.")]}) from error
    winner = services.merge_labels(actor=actor_of(request), label_id=label_id, into_id=into)
    messages.success(
        request, _("It is part of %(name)s now. It can be parted again below.") % {"name": winner.name}
    )
    return redirect("conversations:labels")


@require_POST
def restore(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Back on the conversations it was on."""
    row = services.restore_label(actor=actor_of(request), label_id=label_id)
    messages.success(request, _("%(name)s is back.") % {"name": row.name})
    return redirect("conversations:labels")
