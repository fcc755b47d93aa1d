"""Browsers of tests whose person has just proved who they are, as after a sign-in by the form."""

import time

from django.contrib.sessions.backends.base import SessionBase
from django.test import Client

from crm.models import User


def signed_in(user: User, *, ago: float = 0.0) -> Client:
    """A browser that the user signed in with by password, so many seconds ago."""
    browser = Client()
    browser.force_login(user)
    session = browser.session
    prove(session, user, ago=ago)
    session.save()
    return browser


def prove(session: SessionBase, user: User, *, ago: float = 0.0) -> None:
    """What allauth writes down when a password was right."""
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
