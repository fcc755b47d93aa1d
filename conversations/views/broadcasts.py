"""A template to many: the list of broadcasts, a new one with how many it would reach, stopped and resumed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from conversations import selectors, services
from conversations.channels.port import Template
from conversations.forms import BroadcastForm
from conversations.models import Broadcast, Channel
from conversations.views.later import moment_of, own_clock
from crm import selectors as crm_selectors
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError

SHOWN = 100


@require_safe
def broadcasts(request: HttpRequest) -> HttpResponse:
    """All of them, the youngest first, each with how far it has come."""
    rows = selectors.counted_broadcasts(actor_of(request)).select_related("channel", "author")
    context = {"nav": "inbox", "rows": list(rows.order_by("-created_at")[:SHOWN])}
    return render(request, "conversations/broadcasts.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_broadcast(request: HttpRequest) -> HttpResponse:
    """A form with the number it would reach; then a broadcast. The form's key makes a double click one broadcast, and
    who comes back to the page gets a new one."""
    actor = actor_of(request)
    channels = selectors.channels_with_offers(actor)
    form = BroadcastForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = _plan(actor, channels, form.cleaned_data)
        except InvalidInputError as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("%(name)s is planned.") % {"name": row.name})
            return redirect("conversations:broadcasts")
    context = {"nav": "inbox", "form": form, "channels": channels, "clock": own_clock(request)}
    context |= _choices(actor, channels, request)
    status = 422 if form.errors else 200
    return render(request, "conversations/new_broadcast.html", context, status=status)


def _plan(actor: Actor, channels: list[Channel], given: dict[str, Any]) -> Broadcast:
    """Planned for everybody it reaches at this moment."""
    template = _template(channels, given["template"])
    if template is None:
        raise InvalidInputError(fields={"template": [_("Choose a template.")]})
    key = given["idempotency_key"]
    people = selectors.audience(actor, template.channel, given["tags"]).values_list("pk", flat=True)
    if not people:
        raise InvalidInputError(fields={"tags": [_("Nobody who fits has agreed to offers.")]})
    return services.plan_broadcast(
        actor=actor,
        name=given["name"],
        channel_id=template.channel_id,
        template=Template(template.name, template.language, given["values"]),
        contact_ids=list(people),
        due_at=moment_of(given["due_at"]) if given["due_at"] else None,
        cause=f"broadcast:{actor.user_id}:{key}" if key else None,
    )


def _template(channels: list[Channel], template_id: UUID) -> Any:
    found = (row for channel in channels for row in selectors.approved_templates(channel))
    return next((row for row in found if row.pk == template_id), None)


def _choices(actor: Actor, channels: list[Channel], request: HttpRequest) -> dict[str, Any]:
    """What the form offers: templates by channel, tags, and the number for what is chosen."""
    templates = [(channel, selectors.approved_templates(channel)) for channel in channels]
    tags = [tag.name for tag in crm_selectors.visible_tags(actor)]
    return {"templates": templates, "tags": tags, "chosen_tags": request.POST.getlist("tags")}


@require_GET
def audience(request: HttpRequest) -> HttpResponse:
    """How many a broadcast would reach now."""
    actor = actor_of(request)
    channels = selectors.channels_with_offers(actor)
    try:
        template = _template(channels, UUID(request.GET.get("template", "")))
    except ValueError:
        template = None
    tags = request.GET.getlist("tags")
    count = selectors.audience(actor, template.channel, tags).count() if template else None
    return render(request, "conversations/_audience.html", {"count": count, "template": template})


def _tell(form: BroadcastForm, refusal: InvalidInputError) -> None:
    """The refusal at its field; too many people is about whom it is for."""
    names = {"contacts": "tags", "channel": "template"}
    for name, texts in refusal.fields.items():
        field = names.get(name, name)
        form.add_error(field if field in form.fields else None, [str(text) for text in texts])


@require_POST
def stop(request: HttpRequest, broadcast_id: UUID) -> HttpResponse:
    """No more of it is sent; it can go on later."""
    row = services.stop_broadcast(actor=actor_of(request), broadcast_id=broadcast_id)
    messages.success(
        request, _("%(name)s is stopped. What was handed over already goes out.") % {"name": row.name}
    )
    return redirect("conversations:broadcasts")


@require_POST
def resume(request: HttpRequest, broadcast_id: UUID) -> HttpResponse:
    """Go on with those who still wait."""
    row = services.resume_broadcast(actor=actor_of(request), broadcast_id=broadcast_id)
    messages.success(request, _("%(name)s goes on.") % {"name": row.name})
    return redirect("conversations:broadcasts")
