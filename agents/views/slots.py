"""Settings, Slots: the facts agents find out, their order, and the words they are asked with."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents import selectors, services
from agents.forms import NewSlotForm, SlotForm
from agents.models import LANGUAGES
from crm import selectors as crm_selectors
from crm.core.actors import Actor
from crm.core.doors import actor_of, explain, lead_on
from crm.core.errors import InvalidInputError
from crm.core.settings_pages import SettingsPage
from leads import selectors as leads
from leads import services as lead_services
from leads.models import Slot, SlotKind

SLOTS = SettingsPage(
    "ai",
    gettext_lazy("Slots"),
    gettext_lazy("What agents find out about each lead, in which order, and the words they ask with."),
    "agents:slots",
    "list-checks",
    "settings.manage",
)
CHANGED = {
    "label": gettext_lazy("Name"),
    "options": gettext_lazy("Options"),
    "is_required": gettext_lazy("Required"),
    "is_active": gettext_lazy("Asked for"),
    "position": gettext_lazy("Place"),
}


@require_safe
def slots(request: HttpRequest) -> HttpResponse:
    """All of them, in the order they are asked for."""
    return _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    rows = list(leads.all_slots(actor_of(request)))
    asked = [row for row in rows if row.is_active]
    context = {"asked": asked, "off": [row for row in rows if not row.is_active]}
    return render(request, "settings/slots.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_slot(request: HttpRequest) -> HttpResponse:
    """One fact more to find out."""
    actor = actor_of(request)
    leads.all_slots(actor)  # refuses who may not
    form = NewSlotForm(request.POST or None, kinds=SlotKind.choices, initial={"is_required": True})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = lead_services.add_slot(actor=actor, key=given["key"], kind=given["kind"], **form.given())
        except InvalidInputError as error:
            explain(form, error)
        else:
            return lead_on(
                request, reverse("agents:slot", args=[row.pk]), _("Agents ask for it from now on.")
            )
    return render(request, "settings/slot.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def slot(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """One of them: look, change, and write its questions."""
    actor = actor_of(request)
    row = leads.get_slot(actor, slot_id)
    questions = _questions(actor, row)
    given = {"label": row.label, "options": "\n".join(row.options), "is_required": row.is_required}
    form = SlotForm(
        request.POST or None,
        questions=[(name, q["label"]) for name, q in questions.items()],
        initial=given | {name: q["text"] for name, q in questions.items()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, row, form, questions)
        except InvalidInputError as error:
            explain(form, error)
    context = {"form": form, "slot": row, "changes": crm_selectors.changes_of(row, CHANGED)}
    return render(request, "settings/slot.html", context)


def _questions(actor: Actor, row: Slot) -> dict[str, dict[str, Any]]:
    """The words each agent asks with, a field for each language it speaks."""
    known, agents = selectors.questions_of(actor), list(selectors.all_agents(actor))
    names = dict(LANGUAGES)
    return {
        f"question_{agent.pk.hex}_{code}": {
            "agent": agent.pk,
            "language": code,
            "text": known.get((agent.pk, row.pk, code), ""),
            "label": _("%(agent)s asks in %(language)s") % {"agent": agent.name, "language": names[code]},
        }
        for agent in agents
        for code in agent.languages
    }


def _saved(request: HttpRequest, row: Slot, form: SlotForm, questions: dict[str, Any]) -> HttpResponse:
    actor = actor_of(request)
    before = crm_selectors.latest_change_of(row)
    changed = lead_services.change_slot(actor=actor, slot_id=row.pk, changes=form.given())
    for agent_id in dict.fromkeys(q["agent"] for q in questions.values()):
        theirs = {name: q for name, q in questions.items() if q["agent"] == agent_id}
        texts = {
            q["language"]: form.cleaned_data[name] for name, q in theirs.items() if name in form.changed_data
        }
        services.word_questions(actor=actor, agent_id=agent_id, slot_id=row.pk, texts=texts)
    after = crm_selectors.latest_change_of(changed)
    undo = reverse("agents:undo_slot", args=[row.pk, after]) if after != before else ""
    return lead_on(request, "agents:slots", _("Saved."), undo_url=undo)


@require_POST
def move_slot(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """One place up or down; the list again, the focus stays on the arrow."""
    is_up = request.POST.get("to") == "up"
    lead_services.move_slot(actor=actor_of(request), slot_id=slot_id, is_up=is_up)
    return _show(request) if getattr(request, "htmx", False) else redirect("agents:slots")


@require_POST
def switch_slot(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """Asked for, or no more. What leads hold stays."""
    is_active = request.POST.get("is_active") == "1"
    row = lead_services.change_slot(
        actor=actor_of(request), slot_id=slot_id, changes={"is_active": is_active}
    )
    text = _("Agents ask for %(name)s again.") if is_active else _("Agents ask for %(name)s no more.")
    undo = reverse("agents:undo_slot", args=[row.pk, crm_selectors.latest_change_of(row)])
    return lead_on(request, "agents:slots", text % {"name": row.label}, undo_url=undo)


@require_POST
def undo_slot(request: HttpRequest, slot_id: UUID, change_id: int) -> HttpResponse:
    """As it was before one change."""
    lead_services.undo_slot_change(actor=actor_of(request), slot_id=slot_id, change_id=change_id)
    return lead_on(request, "agents:slots", _("It is as it was before."))
