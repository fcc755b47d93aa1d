"""Google and Microsoft vouch for people: members come in, the invited join, nobody else."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm import selectors, services


class SingleSignOn(DefaultSocialAccountAdapter):
    """allauth's door for providers, without an open sign-up behind it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: the invited have joined before this is asked."""
        return False

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The provider's settings; a provider nobody configured is nowhere."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404 from error

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find whose verified address it is; join the invited; refuse the rest, in words."""
        email = next((a.email for a in sociallogin.email_addresses if a.verified), "")
        if sociallogin.is_existing:
            return
        if not email:
            raise ImmediateHttpResponse(
                _refused(request, _("The provider does not vouch for your e-mail address."))
            )
        told = sociallogin.account.extra_data
        name = str(told.get("name") or told.get("displayName") or "")
        joined = services.accept_invitation_of(email, name=name)
        known = joined.user if joined else selectors.find_person(email)
        if known is None:
            text = _("%(email)s is not a member here. Ask an admin of your team for an invitation.")
            raise ImmediateHttpResponse(_refused(request, text % {"email": email}))
        sociallogin.connect(request, known)


def _refused(request: HttpRequest, text: str) -> HttpResponse:
    return render(request, "socialaccount/refused.html", {"message": text}, status=403)
