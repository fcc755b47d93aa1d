"""/hooks/<kind>/<key>/: where providers knock. Signature on the raw bytes, one INSERT, 200."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from prometheus_client import Counter

from conversations import selectors, services, tasks
from conversations.channels.port import ChannelAdapter
from conversations.channels.registry import adapter_for
from conversations.models import Channel
from crm.core.nudge import nudge

log = logging.getLogger(__name__)
KNOCKS = Counter("crm_webhooks_total", "Webhook deliveries by verdict", ["kind", "verdict"])


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """A provider's delivery, or its handshake."""
    adapter = adapter_for(kind)
    try:
        channel = selectors.find_channel(kind, key) if adapter else None
    except DatabaseError:
        return _unavailable(kind)
    if adapter is None or channel is None:
        KNOCKS.labels("unknown", "no_channel").inc()
        return HttpResponse("There is no such channel.", status=404, content_type="text/plain")
    if request.method == "GET":
        return _handshake(request, adapter, channel)
    return _delivery(request, adapter, channel)


def _handshake(request: HttpRequest, adapter: ChannelAdapter, channel: Channel) -> HttpResponse:
    answer = adapter.handshake(selectors.account_of(channel), request.GET.dict())
    if answer is None:
        return HttpResponseForbidden("The verify token is wrong.", content_type="text/plain")
    return HttpResponse(answer, content_type="text/plain")


def _delivery(request: HttpRequest, adapter: ChannelAdapter, channel: Channel) -> HttpResponse:
    """2xx only after the commit; 401 for what is not signed; 503 when it can't be kept, so that it comes again."""
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse("The body is larger than 4 MB.", status=413, content_type="text/plain")
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not adapter.verify(selectors.account_of(channel), body, headers):
        KNOCKS.labels(channel.kind, "unsigned").inc()
        log.warning("webhook refused: signature", extra={"channel": channel.key})
        return HttpResponse("The signature is missing or wrong.", status=401, content_type="text/plain")
    try:
        delivery_id = services.accept_delivery(channel, body)
    except DatabaseError:
        return _unavailable(channel.kind)
    nudge(tasks.read_delivery, delivery_id=delivery_id)
    KNOCKS.labels(channel.kind, "kept").inc()
    return HttpResponse("kept", content_type="text/plain")


def _unavailable(kind: str) -> HttpResponse:
    KNOCKS.labels(kind, "unavailable").inc()
    log.exception("webhook not kept: the database is away")
    return HttpResponse("Come again later.", status=503, content_type="text/plain")
