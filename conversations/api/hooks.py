"""GET /hooks/<kind>/<key>/: the handshake of a provider that is about to deliver. Deliveries come by `intake.py`."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.http import require_GET

from conversations import selectors
from conversations.channels.port import ChannelError
from conversations.channels.registry import adapter_for

log = logging.getLogger(__name__)


@login_not_required
@require_GET
def hook(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The challenge, for whoever knows the channel's token."""
    adapter = adapter_for(kind)
    try:
        channel = selectors.find_channel(kind, key) if adapter else None
    except DatabaseError:
        return HttpResponse("Come again later.", status=503, content_type="text/plain")
    if adapter is None or channel is None:
        return HttpResponse("There is no such channel.", status=404, content_type="text/plain")
    try:
        answer = adapter.handshake(selectors.account_of(channel), request.GET.dict())
    except ChannelError:  # none of our keys opens the token: the log says so, not the answer
        log.exception("handshake not answered", extra={"channel": key})
        return HttpResponse("Come again later.", status=503, content_type="text/plain")
    if answer is None:
        return HttpResponseForbidden("The verify token is wrong.", content_type="text/plain")
    return HttpResponse(answer, content_type="text/plain")
