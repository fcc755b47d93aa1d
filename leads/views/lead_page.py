"""One lead: its page, and its card beside a conversation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conversations.selectors import get_conversation
from crm import panels
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.errors import NotFoundError
from crm.core.told import said
from crm.selectors import as_badges, field_views
from leads import policies, selectors
from leads.models import Lead, LeadStatus
from leads.selectors import Entry, SlotView, Vocabulary
from leads.views.lead_list import listed
from leads.views.queries import Query


@require_safe
def lead_detail(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Everything about one lead."""
    return show_lead(request, lead_id)


def show_lead(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """The page, also as the answer to a change."""
    actor, asked = actor_of(request), Query.of(request)
    found = selectors.lead_for_page(actor, lead_id)
    if found is None:
        return _moved(actor, lead_id)
    lead, words = found.lead, selectors.vocabulary_of(actor)
    talk = conversation_url(lead)
    slots = selectors.slots_of(actor, lead, talk, words.slots, found.slots)
    story = selectors.lead_story(actor, lead, words.names(), asked.story)
    context = {
        "nav": "leads",
        "lead": lead,
        "identities": found.identities,
        "fields": _fields(lead, found.accounts),
        **_words(lead, words),
        "entries": [_addressed(entry, actor) for entry in story.entries],
        **asked.links(lead.pk, story.older),
        "slots": slots,
        "reasons": strongest_first(lead),
        "score_points": _points(found.scores),
        "actions": _actions(actor, lead),
        "members": words.members if actor.may("leads.assign") else [],
        "can_edit": actor.may("leads.edit"),
        "can_edit_contact": actor.may("contacts.edit"),
        "panels": [
            {"title": p.title, "url": reverse(p.url_name, args=[lead.pk])} for p in panels.panels_of("lead")
        ],
        "conversation_url": talk,
    }
    return render(request, "leads/lead_detail.html", context)


def _moved(actor: Actor, lead_id: UUID) -> HttpResponse:
    """An address of a lead that was merged into another one leads there."""
    winner = selectors.winner_of(actor, lead_id)
    if winner is None:
        raise NotFoundError
    return redirect("leads:detail", winner.pk)


@require_safe
def lead_place(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Where the lead stands in the list one came from, and the way to its neighbours."""
    actor, asked = actor_of(request), Query.of(request)
    selectors.get_lead(actor, lead_id)
    rows, sort = listed(QueryDict(asked.origin), actor)
    place = selectors.place_in_list(rows, sort, lead_id)
    urls = {
        "previous_url": asked.url(place.previous) if place and place.previous else "",
        "next_url": asked.url(place.next) if place and place.next else "",
    }
    return render(request, "leads/_lead_place.html", {"place": place, **urls})


def _words(lead: Lead, words: Vocabulary) -> dict[str, Any]:
    """Tags and fields of the lead and of its contact, and all tags there are to choose from."""
    colours = words.colours()
    return {
        "tags": as_badges(lead.tags, colours),
        "contact_tags": as_badges(lead.contact.tags, colours),
        "all_tags": [name for name, _colour in words.tags.values()],
        "custom": field_views(words.fields_of("lead"), lead.custom),
        "contact_custom": field_views(words.fields_of("contact"), lead.contact.custom),
    }


@require_safe
def lead_panel(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The lead's card beside a conversation."""
    return show_panel(request, conversation_id)


def show_panel(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The card; with a sentence instead when the conversation has no lead one may see."""
    actor = actor_of(request)
    get_conversation(actor, conversation_id)
    lead = selectors.lead_for_conversation(actor, conversation_id)
    slots = selectors.slots_of(actor, lead, conversation_url(lead)) if lead else []
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


def _fields(lead: Lead, accounts: list[str]) -> list[dict[str, str]]:
    """What is on file of the contact."""
    return [
        {"label": _("Business"), "value": lead.business_type},
        {"label": _("Language"), "value": lead.contact.language},
        {"label": _("Account"), "value": ", ".join(accounts)},
    ]


def _points(scores: list[int]) -> str:
    """The scores over time as "x,y x,y": x 0..100 from the oldest, y 0..100 with 100 points on top."""
    if len(scores) < 2:
        return ""
    step = 100 / (len(scores) - 1)
    return " ".join(f"{round(i * step, 1):g},{100 - score}" for i, score in enumerate(scores))


def _addressed(entry: Entry, actor: Actor) -> Entry:
    """The entry with the address of its words, and whether this actor may change its note."""
    if entry.conversation_id:
        anchor = f"#message-{entry.message_id}" if entry.message_id else ""
        entry.url = f"{reverse('conversations:inbox')}?open={entry.conversation_id}{anchor}"
    if entry.note is not None:
        entry.can_edit = policies.may_change_note(actor, entry.note)
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
    missing = ", ".join(said(slot.label) for slot in slots if slot.is_required and not slot.is_known)
    if lead.status == LeadStatus.DISQUALIFIED:
        return _("Disqualified: %(reason)s") % {"reason": lead.disqualified_because}
    if lead.handed_over_at:
        return _("Handed over to %(name)s") % {"name": lead.owner or _("nobody yet")}
    if missing:
        return _("Still to find out: %(slots)s") % {"slots": missing}
    return _("Everything the agent asks for is known")
