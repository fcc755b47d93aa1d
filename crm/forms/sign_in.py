"""What people type to prove who they are, and to become somebody here."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm import services

CODE_LIVES = 120  # seconds: longer than any code is accepted, clocks that differ included


class _OnceOnly:
    """A code of an authenticator app opens the door once, however often it is typed while it is fresh."""

    def clean_code(self) -> str:
        """What allauth checks, and that this person has not used this code before."""
        code: str = super().clean_code()  # type: ignore[misc]
        found: Authenticator = self.authenticator  # type: ignore[attr-defined]
        digits = "".join(c for c in code if c.isdigit())
        is_app = found.type == Authenticator.Type.TOTP
        if is_app and not cache.add(f"totp-used:{found.user_id}:{digits}", 1, timeout=CODE_LIVES):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(_OnceOnly, AuthenticateForm):
    """The code asked for after the password."""


class SecondFactorAgainForm(_OnceOnly, ReauthenticateForm):
    """The code asked for before something delicate."""


class PasskeyForm(AddWebAuthnForm):
    """A new passkey: how it is called, and whether it is enough alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you can tell your passkeys apart: the device it lives on.")
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("Sign in with this passkey alone"), True
        alone.help_text = _("No password is asked then; your device asks for your finger, face or PIN.")


class ForgottenForm(ResetPasswordForm):
    """Whose password was forgotten. Whether anybody has an account there a worker finds out, after the answer."""

    def clean_email(self) -> str:
        """An address, of whomever."""
        found: str = get_account_adapter().clean_email(self.cleaned_data["email"])
        return found

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """The wish is kept."""
        email: str = self.cleaned_data["email"]
        services.ask_for_password_reset(email=email, language=get_language() or settings.LANGUAGE_CODE)
        return email


class WelcomeForm(forms.Form):
    """An invited person's name and password."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        max_length=200,
        help_text=password_validators_help_text_html,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user  # not saved yet: a password may not resemble its address

    def clean_password(self) -> str:
        """As strong as everybody's."""
        password: str = self.cleaned_data["password"]
        self._user.name = self.cleaned_data.get("name", "")
        validate_password(password, self._user)
        return password
