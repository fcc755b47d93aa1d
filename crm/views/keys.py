"""Settings, API keys: made, shown once, revoked."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import selectors, services
from crm.core.doors import actor_of
from crm.forms.settings import KeyForm


@require_safe
def keys(request: Any) -> HttpResponse:
    """Which programs may come in, as whom, and when they last did."""
    found = list(selectors.visible_api_keys(actor_of(request)))
    now = timezone.now()
    works = [k for k in found if k.revoked_at is None and (k.expires_at is None or k.expires_at > now)]
    ended = [k for k in found if k not in works]
    return render(request, "settings/keys.html", {"keys": works, "ended": ended})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@reauthentication_required
def new_key(request: Any) -> HttpResponse:
    """A key for a program that acts as oneself; its secret is on this answer and nowhere else."""
    actor = actor_of(request)
    selectors.visible_api_keys(actor)  # refuses who may not
    form = KeyForm(request.POST or None, permissions=actor.permissions)
    if request.method == "POST" and form.is_valid():
        made = services.create_api_key(actor=actor, email=request.user.email, **form.chosen())
        return render(request, "settings/key_made.html", {"key": made.row, "secret": made.secret})
    return render(request, "settings/new_key.html", {"form": form})


@require_POST
@reauthentication_required
def revoke_key(request: Any, key_id: UUID) -> HttpResponse:
    """The key opens nothing any more, at once."""
    key = services.revoke_api_key(actor=actor_of(request), key_id=key_id)
    messages.success(
        request, _("%(name)s is revoked; its program is refused from now on.") % {"name": key.name}
    )
    return redirect("crm:keys")
