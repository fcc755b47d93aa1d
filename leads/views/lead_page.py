"""One lead: its page, and its card beside a conversation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conversations.selectors import get_conversation
from crm import panels
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.selectors import visible_members
from leads import selectors
from leads.models import Lead, LeadStatus
from leads.selectors import Entry, SlotView


@require_safe
def lead_detail(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Everything about one lead."""
    return show_lead(request, lead_id)


def show_lead(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """The page, also as the answer to a change."""
    actor = actor_of(request)
    lead = selectors.get_lead(actor, lead_id)
    talk = conversation_url(lead)
    slots, members = selectors.slots_of(lead, talk), list(visible_members(actor))
    names = {slot.key: slot.label for slot in slots} | {str(m.user_id): str(m.user) for m in members}
    context = {
        "nav": "leads",
        "lead": lead,
        "identities": [
            {"kind": i.get_kind_display(), "value": str(i)} for i in lead.contact.identities.all()
        ],
        "fields": _fields(lead),
        "entries": [_addressed(entry) for entry in selectors.lead_timeline(actor, lead, names)],
        "slots": slots,
        "reasons": strongest_first(lead),
        "score_points": _points(lead),
        "actions": _actions(actor, lead),
        "members": members if actor.may("leads.assign") else [],
        "can_edit": actor.may("leads.edit"),
        "panels": [
            {"title": p.title, "url": reverse(p.url_name, args=[lead.pk])} for p in panels.panels_of("lead")
        ],
        "conversation_url": talk,
        "list_url": reverse("leads:list"),
    }
    return render(request, "leads/lead_detail.html", context)


@require_safe
def lead_panel(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The lead's card beside a conversation."""
    return show_panel(request, conversation_id)


def show_panel(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The card; with a sentence instead when the conversation has no lead one may see."""
    actor = actor_of(request)
    get_conversation(actor, conversation_id)
    lead = selectors.lead_for_conversation(actor, conversation_id)
    slots = selectors.slots_of(lead, conversation_url(lead)) if lead else []
    context = {
        "lead": lead,
        "conversation_id": conversation_id,
        "slots": slots,
        "reasons": strongest_first(lead) if lead else [],
        "why": _why(lead, slots) if lead else "",
        "lead_url": reverse("leads:detail", args=[lead.pk]) if lead else "",
        "can_edit": actor.may("leads.edit"),
    }
    return render(request, "leads/_conversation_panel.html", context)


def conversation_url(lead: Lead) -> str:
    """Where the lead's conversation is read; empty when it has none."""
    return f"{reverse('conversations:inbox')}?open={lead.conversation_id}" if lead.conversation_id else ""


def strongest_first(lead: Lead) -> list[dict[str, Any]]:
    """The reasons of the score, the heaviest on top."""
    return sorted(lead.score_reasons, key=lambda reason: -abs(reason["points"]))


def _fields(lead: Lead) -> list[dict[str, str]]:
    """What is on file of the contact."""
    accounts = ", ".join(str(account) for account in lead.contact.accounts.all())
    return [
        {"label": _("Business"), "value": lead.business_type},
        {"label": _("Language"), "value": lead.contact.language},
        {"label": _("Account"), "value": accounts},
    ]


def _points(lead: Lead) -> str:
    """The scores over time as "x,y x,y": x 0..100 from the oldest, y 0..100 with 100 points on top."""
    scores = [run.score for run in reversed(selectors.score_runs_of(lead))]
    if len(scores) < 2:
        return ""
    step = 100 / (len(scores) - 1)
    return " ".join(f"{round(i * step, 1):g},{100 - score}" for i, score in enumerate(scores))


def _addressed(entry: Entry) -> Entry:
    """The entry with the address of its words."""
    if entry.conversation_id:
        anchor = f"#message-{entry.message_id}" if entry.message_id else ""
        entry.url = f"{reverse('conversations:inbox')}?open={entry.conversation_id}{anchor}"
    return entry


def _actions(actor: Actor, lead: Lead) -> list[dict[str, str]]:
    """The buttons of the header; one that can't be used says why."""
    why = "" if actor.may("leads.edit") else _("Your role can read leads, not change them.")
    actions = []
    if lead.owner_id is None and lead.is_open:
        actions.append(_action("take", _("Take it"), lead, "primary", why))
    if lead.status in {LeadStatus.NEW, LeadStatus.WORKING}:
        actions.append(_action("qualify", _("Qualify"), lead, "quiet", why))
    if lead.status == LeadStatus.DISQUALIFIED:
        actions.append(_action("reopen", _("Reopen"), lead, "quiet", why))
    return actions


def _action(key: str, label: str, lead: Lead, kind: str, why: str) -> dict[str, str]:
    return {
        "key": key,
        "label": label,
        "kind": kind,
        "why": why,
        "url": reverse(f"leads:{key}", args=[lead.pk]),
    }


def _why(lead: Lead, slots: list[SlotView]) -> str:
    """Where the lead stands, in a sentence."""
    missing = ", ".join(slot.label for slot in slots if slot.is_required and not slot.is_known)
    if lead.status == LeadStatus.DISQUALIFIED:
        return _("Disqualified: %(reason)s") % {"reason": lead.disqualified_because}
    if lead.handed_over_at:
        return _("Handed over to %(name)s") % {"name": lead.owner or _("nobody yet")}
    if missing:
        return _("Still to find out: %(slots)s") % {"slots": missing}
    return _("Everything the agent asks for is known")
