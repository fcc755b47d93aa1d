"""Words looked for inside the open conversation."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from conversations import selectors
from crm.core.doors import actor_of


@require_GET
def find(request: HttpRequest, id: UUID) -> JsonResponse:
    """Where the words stand, the youngest first: the bubble's anchor, and the message to fetch when it isn't here."""
    conversation = selectors.get_conversation(actor_of(request), id)
    places = selectors.found_in(conversation, request.GET.get("q", "")[:100])
    hits = [
        {"anchor": f"{place.kind}-{place.id}", "message": str(place.message_id or "")} for place in places
    ]
    return JsonResponse({"hits": hits, "more": len(hits) == selectors.FOUND_AT_MOST})
