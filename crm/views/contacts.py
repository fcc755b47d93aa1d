"""One contact: who they are, and the ways to what is going on with them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm import panels, selectors
from crm.core.doors import actor_of


@require_safe
def contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Name, addresses, accounts; the lead and the conversation, where one may see them."""
    actor = actor_of(request)
    found = selectors.get_contact(actor, contact_id)
    context = {
        "contact": found,
        "identities": [i for i in found.identities.all() if i.former_since is None],
        "former": [i for i in found.identities.all() if i.former_since is not None],
        "lead": panels.briefs("lead", actor, [found.pk]).get(found.pk),
        "conversation": panels.briefs("conversation", actor, [found.pk]).get(found.pk),
    }
    return render(request, "crm/contact.html", context)
