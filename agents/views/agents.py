"""Settings, Agents: who they are, when they hand over, how long they wait; on and off, and the way back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents import selectors, services
from agents.forms import LABELS, AgentSettingsForm
from agents.models import LANGUAGES, Agent, PricingPolicy
from crm import selectors as crm_selectors
from crm.core.doors import actor_of, explain, lead_on
from crm.core.errors import InvalidInputError
from crm.core.settings_pages import SettingsPage

AGENTS = SettingsPage(
    "ai",
    gettext_lazy("Agents"),
    gettext_lazy("Your bots: persona, languages, when they hand over, how long they wait; on and off."),
    "agents:agents",
    "bot",
    "settings.manage",
)
CHANGED = {**LABELS, "languages": gettext_lazy("Speaks")}


@require_safe
def agents(request: HttpRequest) -> HttpResponse:
    """All of them, those that answer first."""
    rows = selectors.all_agents(actor_of(request))
    shown = [
        {
            "name": row.name,
            "does": selectors.what_it_does(row),
            "is_on": row.is_active,
            "url": reverse("agents:agent", args=[row.pk]),
            "switch_url": reverse("agents:switch", args=[row.pk]),
        }
        for row in rows
    ]
    return render(request, "settings/agents.html", {"bots": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def new_agent(request: HttpRequest) -> HttpResponse:
    """One bot more; it says nothing until it is switched on."""
    actor = actor_of(request)
    channels = selectors.channels_to_answer(actor)
    form = AgentSettingsForm(request.POST or None, channels=channels, instance=Agent(is_active=False))
    if request.method == "POST" and form.is_valid():
        try:
            row = services.add_agent(actor=actor, changes=form.given())
            services.change_agent(actor=actor, agent_id=row.pk, changes={}, channel_ids=form.channel_ids())
        except InvalidInputError as error:
            explain(form, error)
        else:
            return lead_on(request, "agents:agents", _("%(name)s is there.") % {"name": row.name})
    return render(request, "settings/agent.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def agent(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    """One of them: look, and change."""
    actor = actor_of(request)
    row = selectors.get_agent(actor, agent_id)
    ticked = [str(pk) for pk in row.channels.values_list("pk", flat=True)]
    form = AgentSettingsForm(
        request.POST or None,
        channels=selectors.channels_to_answer(actor),
        instance=selectors.get_agent(actor, agent_id),
        initial={"channels": ticked},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, row, form)
        except InvalidInputError as error:
            explain(form, error)
    context = {"form": form, "agent": row, "changes": crm_selectors.changes_of(row, CHANGED, _in_words)}
    return render(request, "settings/agent.html", context)


def _saved(request: HttpRequest, row: Agent, form: AgentSettingsForm) -> HttpResponse:
    before = crm_selectors.latest_change_of(row)
    changed = services.change_agent(
        actor=actor_of(request), agent_id=row.pk, changes=form.given(), channel_ids=form.channel_ids()
    )
    after = crm_selectors.latest_change_of(changed)
    undo = reverse("agents:undo", args=[row.pk, after]) if after != before else ""
    return lead_on(request, reverse("agents:agent", args=[row.pk]), _("Saved."), undo_url=undo)


def _in_words(field: str, value: Any) -> str:
    """A value of the history as people read it."""
    tables: dict[str, dict[Any, Any]] = {
        "default_language": dict(LANGUAGES),
        "pricing_policy": dict(PricingPolicy.choices),
    }
    words = tables.get(field, {})
    return str(words.get(value, "")) if isinstance(value, str) else ""


@require_POST
def switch(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    """On or off; a note offers the way back."""
    is_active = request.POST.get("is_active") == "1"
    row = services.change_agent(actor=actor_of(request), agent_id=agent_id, changes={"is_active": is_active})
    text = (
        _("%(name)s answers again.")
        if is_active
        else _("%(name)s is off. Who writes waits for a person, unless another agent answers there.")
    )
    undo = reverse("agents:undo", args=[row.pk, crm_selectors.latest_change_of(row)])
    return lead_on(request, "agents:agents", text % {"name": row.name}, undo_url=undo)


@require_POST
def undo(request: HttpRequest, agent_id: UUID, change_id: int) -> HttpResponse:
    """As it was before one change."""
    row = services.undo_agent_change(actor=actor_of(request), agent_id=agent_id, change_id=change_id)
    return lead_on(request, reverse("agents:agent", args=[row.pk]), _("It is as it was before."))
