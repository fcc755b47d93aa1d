"""The page behind the link of an invitation."""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm import selectors, services
from crm.errors import InvitationClosedError
from crm.forms.sign_in import WelcomeForm
from crm.models import Invitation, User


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Any, token: str) -> HttpResponse:
    """Set name and password; or join with the account one has; or hear why the link works no more."""
    found = selectors.find_invitation(token)
    if found is None:
        return render(request, "account/invitation.html", {"closed": ""}, status=404)
    if found.state != Invitation.State.OPEN:
        closed = InvitationClosedError(found.state).message
        return render(request, "account/invitation.html", {"closed": closed}, status=410)
    if request.user.is_authenticated:
        return _join(request, found, token)
    if selectors.has_account(found.email):
        return render(request, "account/invitation.html", {"invitation": found, "way": "sign_in"})
    return _welcome(request, found, token)


def _join(request: Any, found: Invitation, token: str) -> HttpResponse:
    """Somebody who is signed in: with the invited address they join, with another they are told."""
    if request.user.email.lower() != found.email.lower():
        return render(request, "account/invitation.html", {"invitation": found, "way": "other"})
    if request.method != "POST":
        return render(request, "account/invitation.html", {"invitation": found, "way": "join"})
    member = services.accept_invitation(token, user=request.user)
    request.session["workspace"] = str(member.workspace_id)
    return redirect("crm:home")


def _welcome(request: Any, found: Invitation, token: str) -> HttpResponse:
    """Somebody new: a name, a password, and they are in."""
    form = WelcomeForm(request.POST or None, user=User(email=found.email))
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/invitation.html", {"invitation": found, "way": "new", "form": form})
    member = services.accept_invitation(token, **form.cleaned_data)
    record_authentication(request, member.user, method="password", email=member.user.email)
    answer: HttpResponse = perform_login(request, Login(user=member.user, redirect_url="/"))
    return answer


invitation.login_required = False  # type: ignore[attr-defined]
