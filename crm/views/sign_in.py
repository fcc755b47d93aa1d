"""How our house answers what allauth asks at the door."""

import logging
import math
import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import policies, services
from crm.core import sealing
from crm.core.clients import client_address

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """People are added by an admin of their workspace; whoever guesses locks out nobody but themselves."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """As far as our own proxies say it; never a fault when they say nothing."""
        return client_address(request.META, settings.TRUSTED_PROXIES)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """The demo's people stay out when the demo is off, by whichever door they come."""
        if not policies.may_sign_in(user.email):
            messages.error(request, _("This account belongs to the demo, and the demo is off."))
            return redirect("account_login")
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not within minutes of a sign-in: who they are has just been proved."""
        request = context.request
        proofs = get_authentication_records(request, request.user)
        last = max((proof["at"] for proof in proofs), default=0.0)
        return bool(time.time() - last >= account_settings.REAUTHENTICATION_TIMEOUT)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Tries are counted by account and by where they come from."""
        account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{self.get_client_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try; too many are told when the next one counts."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            key = self._get_login_attempts_cache_key(request, **credentials)
            minutes = max(1, math.ceil(_wait(request, key) / 60))
            text = ngettext(
                "Too many failed tries from here. Try again in %(n)d minute, or reset your password.",
                "Too many failed tries from here. Try again in %(n)d minutes, or reset your password.",
                minutes,
            )
            raise ValidationError(text % {"n": minutes}, code=error.code) from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """That something was changed is also told by mail; the change stands when the mail server is away."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except OSError:  # what goes wrong with mail servers is one, too
            log.exception("a notice about an account could not be mailed")


def _wait(request: HttpRequest, key: str) -> float:
    """Seconds until the next try counts again."""
    waits = [0.0]
    for rate in ratelimit.get_rates(app="allauth.account", action="login_failed"):
        place = ratelimit.get_cache_key(
            request, app="allauth.account", action="login_failed", rate=rate, key=key, user=None
        )
        tries = cache.get(place, [])  # newest first
        if len(tries) >= rate.amount:
            waits.append(tries[rate.amount - 1] + rate.duration - time.time())
    return max(waits)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, unreadable in the database."""

    def encrypt(self, text: str) -> str:
        """Sealed with the newest key."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Opened with any key of the list."""
        return sealing.unseal(encrypted_text)


def _end_others(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Whoever else holds a session got it with what has just been changed."""
    services.end_sessions(user.pk, but=request.session.session_key or "")


for _changed in (
    password_changed, password_set, password_reset, authenticator_added, authenticator_removed, authenticator_reset
):  # fmt: skip
    _changed.connect(_end_others, dispatch_uid="crm.end_other_sessions")
