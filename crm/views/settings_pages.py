"""Settings: the front page of the list that every floor hangs its pages on (crm.panels)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.core.doors import actor_of


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every page one may open, and what it is for."""
    actor_of(request)
    return render(request, "settings/index.html")
