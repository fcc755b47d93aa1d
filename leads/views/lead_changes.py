"""Buttons and small forms of a lead. Each one calls one service, then shows the lead as it is now."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import services as people
from crm.core.doors import actor_of, tell
from leads import selectors, services
from leads.forms import CustomForm, NextStepForm, OwnerForm, ReasonForm, SlotForm, TagsForm
from leads.views.answers import read, restorable, shown

Pair = tuple[Sequence[str], Sequence[str]]


def _button(change: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """A view for a service that needs nothing but the lead."""

    @require_POST
    def view(request: HttpRequest, lead_id: UUID) -> HttpResponse:
        change(actor=actor_of(request), lead_id=lead_id)
        return shown(request, lead_id)

    view.__module__ = __name__
    return view


qualify = _button(services.qualify_lead)
reopen = _button(services.reopen_lead)


@require_POST
def take(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """The lead is mine."""
    actor = actor_of(request)
    services.assign_lead(actor=actor, lead_id=lead_id, user_id=actor.user_id)
    return shown(request, lead_id)


@require_POST
def assign(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Give the lead to somebody, or to nobody."""
    form = read(request, OwnerForm)
    services.assign_lead(actor=actor_of(request), lead_id=lead_id, user_id=form.cleaned_data["user"])
    return shown(request, lead_id)


@require_POST
def disqualify(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Close the lead, with the reason."""
    form = read(request, ReasonForm)
    services.disqualify_lead(actor=actor_of(request), lead_id=lead_id, reason=form.cleaned_data["reason"])
    return shown(request, lead_id)


@require_POST
def next_step(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Plan the next step."""
    actor, given = actor_of(request), read(request, NextStepForm).cleaned_data
    return restorable(
        request,
        lead_id,
        _("Saved"),
        lambda: services.change_lead(actor=actor, lead_id=lead_id, changes=given),
    )


@require_POST
def next_step_done(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """It is done; what comes next?"""
    actor = actor_of(request)
    said = _("Done. What comes next?")
    return restorable(request, lead_id, said, lambda: services.finish_next_step(actor=actor, lead_id=lead_id))


@require_POST
def tags(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Set the tags, or put some on and take some off."""
    actor, form = actor_of(request), read(request, TagsForm)
    if "tags" in request.POST:
        services.change_lead(actor=actor, lead_id=lead_id, changes={"tags": form.listed("tags")})
        return shown(request, lead_id)
    add, remove = form.listed("add"), form.listed("remove")
    before = selectors.get_lead(actor, lead_id).tags
    after = services.tag_lead(actor=actor, lead_id=lead_id, add=add, remove=remove).tags
    return _tagged(request, lead_id, "leads:tags", (add, remove), (before, after))


@require_POST
def contact_tags(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Put tags on the lead's contact, or take some off."""
    actor, form = actor_of(request), read(request, TagsForm)
    add, remove = form.listed("add"), form.listed("remove")
    contact = selectors.get_lead(actor, lead_id).contact
    after = people.tag_contact(actor=actor, contact_id=contact.pk, add=add, remove=remove).tags
    return _tagged(request, lead_id, "leads:contact_tags", (add, remove), (contact.tags, after))


def _tagged(request: HttpRequest, lead_id: UUID, name: str, asked: Pair, tags: Pair) -> HttpResponse:
    """The lead again, with the way back: only of those `asked` to be put on or off that were not so before."""
    (add, remove), (before, after) = asked, tags
    on, off = _gained(add, before, after), _gained(remove, after, before)
    said = _("Tagged %(tag)s") if add else _("Took off %(tag)s")
    text = said % {"tag": ", ".join((on or add) if add else (off or remove))}
    undo = f"{reverse(name, args=[lead_id])}?{urlencode({'add': ','.join(off), 'remove': ','.join(on)})}"
    return tell(shown(request, lead_id), text, undo_url=undo if on or off else "")


def _gained(asked: Sequence[str], without: Sequence[str], having: Sequence[str]) -> list[str]:
    """Those asked for that one has and the other has not, as they are spelt."""
    wanted = {name.casefold() for name in people.clean_tags(asked)}
    return [tag for tag in having if tag.casefold() in wanted and tag not in without]


@require_POST
def custom(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """Write one of the workspace's own fields."""
    actor, value = actor_of(request), read(request, CustomForm).cleaned_data["value"]
    changes = {"custom": {key: value}}
    return restorable(
        request,
        lead_id,
        _("Saved"),
        lambda: services.change_lead(actor=actor, lead_id=lead_id, changes=changes),
    )


@require_POST
def contact_custom(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """Write one of the contact's own fields."""
    actor, value = actor_of(request), read(request, CustomForm).cleaned_data["value"]
    contact = selectors.get_lead(actor, lead_id).contact
    before = contact.custom.get(key, "")
    people.change_contact(actor=actor, contact_id=contact.pk, changes={"custom": {key: value}})
    undo = f"{reverse('leads:contact_custom', args=[lead_id, key])}?{urlencode({'value': before})}"
    return tell(shown(request, lead_id), _("Saved"), undo_url=undo)


@require_POST
def restore(request: HttpRequest, lead_id: UUID, change_id: int) -> HttpResponse:
    """Take one change back, or one field of it."""
    actor, field = actor_of(request), request.POST.get("field", "")[:60]
    return restorable(
        request,
        lead_id,
        _("Restored"),
        lambda: services.restore_change(actor=actor, lead_id=lead_id, change_id=change_id, field=field),
    )


@require_POST
def confirm_slot(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """The value is right."""
    services.confirm_slot(actor=actor_of(request), lead_id=lead_id, key=key)
    return shown(request, lead_id)


@require_POST
def correct_slot(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """Write the right value."""
    value = read(request, SlotForm).cleaned_data["value"]
    services.correct_slot(actor=actor_of(request), lead_id=lead_id, key=key, value=value)
    return shown(request, lead_id)


@require_POST
def clear_slot(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """The value is wrong; with the way back."""
    services.clear_slot(actor=actor_of(request), lead_id=lead_id, key=key)
    undo = reverse("leads:restore_slot", args=[lead_id, key])
    return tell(shown(request, lead_id), _("Cleared; the agent will ask again"), undo_url=undo)


@require_POST
def restore_slot(request: HttpRequest, lead_id: UUID, key: str) -> HttpResponse:
    """It was right after all."""
    services.restore_slot(actor=actor_of(request), lead_id=lead_id, key=key)
    return shown(request, lead_id)
