"""A lead in a drawer beside the list."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.core.doors import actor_of
from leads import selectors
from leads.views.lead_page import conversation_url, strongest_first


@require_safe
def peek(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """What one wants to know before opening it."""
    actor = actor_of(request)
    lead = selectors.get_lead(actor, lead_id)
    talk = conversation_url(lead)
    context = {
        "lead": lead,
        "slots": selectors.slots_of(actor, lead, talk),
        "reasons": strongest_first(lead)[:5],
        "conversation_url": talk,
    }
    return render(request, "leads/_peek.html", context)
