"""Settings: the fields a workspace adds, and the colours of its tags."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import selectors, services
from crm.core.doors import actor_of, explain
from crm.core.errors import InvalidInputError
from crm.forms.custom_fields import FieldChangeForm, NewFieldForm
from crm.models import FieldOwner, TagColour


@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    """Every field there is, and every tag."""
    actor = actor_of(request)
    found = selectors.all_custom_fields(actor)
    groups = [(label, [f for f in found if f.of == of and f.is_active]) for of, label in FieldOwner.choices]
    context = {
        "groups": groups,
        "off": [f for f in found if not f.is_active],
        "tags": list(selectors.visible_tags(actor)),
        "colours": TagColour.choices,
    }
    return render(request, "settings/fields.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_field(request: HttpRequest) -> HttpResponse:
    """One field more."""
    actor = actor_of(request)
    selectors.all_custom_fields(actor)  # refuses who may not
    form = NewFieldForm(request.POST or None, initial={"of": request.GET.get("of", "lead")})
    if request.method == "POST" and form.is_valid():
        try:
            field = services.add_custom_field(actor=actor, **form.given())
        except InvalidInputError as error:
            explain(form, error)
        else:
            messages.success(request, _("%(name)s is there, on every page.") % {"name": field.label})
            return redirect("crm:fields")
    return render(request, "settings/field.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def field(request: HttpRequest, field_id: UUID) -> HttpResponse:
    """Change one."""
    actor = actor_of(request)
    row = selectors.get_custom_field(actor, field_id)
    initial: dict[str, Any] = {
        name: getattr(row, name) for name in ("label", "help", "position", "is_required")
    }
    initial["options"] = "\n".join(row.options)
    form = FieldChangeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_custom_field(actor=actor, field_id=field_id, changes=form.given())
        except InvalidInputError as error:
            explain(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("crm:fields")
    return render(request, "settings/field.html", {"form": form, "field": row})


@require_POST
def field_active(request: HttpRequest, field_id: UUID) -> HttpResponse:
    """Switch a field off, or on again. Its values stay."""
    is_active = request.POST.get("is_active") == "1"
    row = services.change_custom_field(
        actor=actor_of(request), field_id=field_id, changes={"is_active": is_active}
    )
    text = _("%(name)s is back.") if is_active else _("%(name)s is switched off. Its values are kept.")
    messages.success(request, text % {"name": row.label})
    return redirect("crm:fields")


@require_POST
def tag_colour(request: HttpRequest, tag_id: UUID) -> HttpResponse:
    """Another colour for a tag."""
    services.colour_tag(actor=actor_of(request), tag_id=tag_id, colour=request.POST.get("colour", ""))
    return redirect("crm:fields")
