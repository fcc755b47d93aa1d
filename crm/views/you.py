"""Settings, You: one's profile, password, second factor and signed-in browsers."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm import selectors, services
from crm.core.doors import actor_of
from crm.forms.settings import ProfileForm


@require_http_methods(["GET", "HEAD", "POST"])
def you(request: Any) -> HttpResponse:
    """Everything about oneself on one page; posting saves the profile."""
    user = request.user
    given = {name: getattr(user, name) for name in ("name", "phone", "language", "time_zone", "formats")}
    form = ProfileForm(request.POST or None, initial=given, workspace_zone=request.workspace.time_zone)
    if request.method == "POST" and form.is_valid():
        services.change_own_profile(actor=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("crm:you")
    sessions = selectors.sessions_of(user.pk)
    context = {
        "form": form,
        "phone_waits": bool(user.phone) and not selectors.get_member(actor_of(request), user.pk).phone,
        "ways": selectors.sign_in_ways(user.pk),
        "sessions": [_shown(s, request.session.session_key) for s in sessions],
    }
    return render(request, "settings/you.html", context)


def _shown(session: Any, here: str) -> dict[str, Any]:
    browser, system = device_of(session.user_agent)
    return {
        "id": session.pk,
        "browser": browser,
        "system": system,
        "ip": session.ip,
        "seen": session.last_seen_at,
        "since": session.created_at,
        "is_here": session.session_key == here,
    }


BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip


def device_of(agent: str) -> tuple[str, str]:
    """Browser and machine, as far as the browser says."""
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), _("A browser"))
    return browser, next((name for mark, name in SYSTEMS.items() if mark in agent), "")


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """One browser is signed out."""
    services.end_own_session(actor=actor_of(request), session_id=session_id)
    messages.success(request, _("Signed out there."))
    return redirect("crm:you")


@require_POST
@reauthentication_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """All browsers but this one are signed out."""
    ended = services.end_other_sessions(actor=actor_of(request), but=request.session.session_key or "")
    text = ngettext("Signed out of %(n)d other browser.", "Signed out of %(n)d other browsers.", ended)
    messages.success(request, text % {"n": ended})
    return redirect("crm:you")
