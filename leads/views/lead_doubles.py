"""Leads that may be of one person: shown, compared, merged, told apart, parted."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.core.doors import actor_of, tell
from leads import selectors, services


@require_safe
def duplicates(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """The strip of the lead's page: who it may be as well, and whom it was merged with."""
    return _strip(request, lead_id)


def _strip(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    lead = selectors.get_lead(actor, lead_id)
    context = {
        "lead": lead,
        "matches": selectors.duplicates_of(actor, lead),
        "merges": selectors.merges_of(lead),
        "can_edit": actor.may("leads.edit"),
    }
    return render(request, "leads/_duplicates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, lead_id: UUID, other_id: UUID) -> HttpResponse:
    """Side by side, with a choice for each field; then one lead."""
    actor = actor_of(request)
    if request.method == "POST":
        choices = {
            k.removeprefix("choice."): str(v) for k, v in request.POST.items() if k.startswith("choice.")
        }
        because = request.POST.get("because", "")
        services.merge_leads(
            actor=actor, winner_id=lead_id, loser_id=other_id, choices=choices, because=because
        )
        return redirect("leads:detail", lead_id)
    winner, loser = selectors.get_lead(actor, lead_id), selectors.get_lead(actor, other_id)
    reasons = [m.reasons for m in selectors.duplicates_of(actor, winner) if m.lead.pk == loser.pk]
    context = {
        "nav": "leads",
        "winner": winner,
        "loser": loser,
        "comparison": selectors.compare_leads(
            winner, loser, selectors.vocabulary_of(actor), may_assign=actor.may("leads.assign")
        ),
        "because": " · ".join(reasons[0]) if reasons else "",
        "can_edit": actor.may("leads.edit"),
        "must_swap": loser.is_open and not winner.is_open,
    }
    return render(request, "leads/lead_merge.html", context)


@require_POST
def part(request: HttpRequest, lead_id: UUID, merge_id: UUID) -> HttpResponse:
    """Two leads again."""
    done = services.part_leads(actor=actor_of(request), winner_id=lead_id, merge_id=merge_id)
    said = _("%(name)s is a lead of its own again") % {"name": done.loser}
    return tell(_strip(request, lead_id), said) if _is_htmx(request) else redirect("leads:detail", lead_id)


@require_POST
def tell_apart(request: HttpRequest, lead_id: UUID, other_id: UUID) -> HttpResponse:
    """Not the same person; remembered."""
    services.tell_apart(actor=actor_of(request), lead_id=lead_id, other_id=other_id)
    undo = reverse("leads:not_apart", args=[lead_id, other_id])
    if not _is_htmx(request):
        return redirect("leads:detail", lead_id)
    return tell(_strip(request, lead_id), _("Told apart; not shown again"), undo_url=undo)


@require_POST
def not_apart(request: HttpRequest, lead_id: UUID, other_id: UUID) -> HttpResponse:
    """They may be one after all."""
    services.forget_told_apart(actor=actor_of(request), lead_id=lead_id, other_id=other_id)
    return tell(_strip(request, lead_id), _("Shown as a possible double again"))


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
