"""Home, landing, alerts."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from crm import selectors, services
from crm.core.doors import actor_of
from crm.views.today import today_of


@login_not_required
@require_safe
def home(request: Any) -> HttpResponse:
    """Today for members, the landing page for strangers."""
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    return render(request, "crm/home.html", {**today_of(request), "nav": "home"})


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """The bell's list."""
    return _show_alerts(request)


def _show_alerts(request: HttpRequest) -> HttpResponse:
    return render(request, "crm/_alerts.html", {"alerts": selectors.alerts_of(actor_of(request))[:20]})


@require_safe
def alert_badge(request: HttpRequest) -> HttpResponse:
    """The bell's number."""
    unread = selectors.alerts_of(actor_of(request)).filter(read_at__isnull=True).count()
    return render(request, "crm/_alert_badge.html", {"alerts_unread": unread})


@require_POST
def alerts_read(request: HttpRequest) -> HttpResponse:
    """All seen."""
    services.mark_alerts_read(actor=actor_of(request))
    if getattr(request, "htmx", False):
        return _show_alerts(request)
    return redirect("crm:home")


@require_POST
def choose_workspace(request: Any, workspace_id: UUID) -> HttpResponse:
    """From now on this browser works in another workspace of its user."""
    chosen = selectors.get_membership(request.user, workspace_id)
    request.session["workspace"] = str(chosen.workspace_id)
    return redirect("crm:home")


home.login_required = False  # type: ignore[attr-defined]
