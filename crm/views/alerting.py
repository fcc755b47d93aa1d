"""One alert seen; Settings, Alerts: how one is told; and the link in a mail that ends the mails."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from crm import selectors, services
from crm.core.doors import actor_of
from crm.core.errors import NotFoundError
from crm.forms.alerting import HoursForm, choices_in
from crm.models import MailChoice


@require_POST
def alert_read(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Its person has opened it."""
    alert = services.mark_alert_read(actor=actor_of(request), alert_id=alert_id)
    if getattr(request, "htmx", False) or request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(alert.url or "crm:home")


@require_http_methods(["GET", "HEAD", "POST"])
def alert_choices(request: Any) -> HttpResponse:
    """Every kind, in the app and by mail, and the hours of mail; posting saves all of it."""
    actor = actor_of(request)
    times = selectors.times_of(actor.workspace_id, request.user.pk)
    fields = ("time_zone", "digest_at", "quiet_from", "quiet_until")
    form = HoursForm(request.POST or None, initial={name: getattr(times, name) for name in fields})
    rows = selectors.alert_choices(actor)
    if request.method == "POST" and form.is_valid():
        chosen = choices_in(request.POST, rows)
        services.choose_alerts(actor=actor, choices=chosen, hours=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("crm:alert_choices")
    context = {
        "form": form,
        "is_mail_off": times.is_mail_off,
        "workspace_zone": request.workspace.time_zone,
        "rows": [
            {"kind": kind, "label": kind.label, "in_app": app, "mail": mail} for kind, app, mail in rows
        ],
        "mail_choices": MailChoice.choices,
    }
    return render(request, "settings/alerts.html", context)


@csrf_exempt  # mailboxes post here by themselves (RFC 8058); the link itself is signed
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """No more mails, or mails again; opening the link changes nothing, the button does."""
    actor = selectors.actor_of_mail(token)
    if actor is None:
        raise NotFoundError
    is_off = None
    if request.method == "POST":
        is_off = request.POST.get("again") != "1"
        services.stop_mail(actor=actor, is_off=is_off)
    context = {"person": actor.label, "is_off": is_off, "token": token}
    return render(request, "crm/unsubscribe.html", context)


unsubscribe.login_required = False  # type: ignore[attr-defined]
