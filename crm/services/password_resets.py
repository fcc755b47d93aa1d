"""Forgotten passwords: kept as asked, looked up and mailed by a worker, tried again when the mail server is away."""

import logging
from datetime import timedelta
from typing import Any

from allauth.account import app_settings
from allauth.account.utils import filter_users_by_email, user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from crm.models import PasswordReset

log = logging.getLogger(__name__)
TRIES = 6
FIRST_WAIT = timedelta(minutes=1)


def ask_for_password_reset(*, email: str, language: str) -> PasswordReset:
    """Keep the wish; the same is done for every address, whoever's it is."""
    return PasswordReset.objects.create(email=email, language=language[:5])


def mail_password_resets(limit: int = 20) -> int:
    """Mail what is due; safe to run anywhere, any time. Returns how many mails went out."""
    return sum(_answer(wish) for wish in _claim(limit))


@transaction.atomic
def _claim(limit: int) -> list[PasswordReset]:
    """Rows that are due, put off at once: another worker leaves them alone, a crash brings them back."""
    now = timezone.now()
    rows = PasswordReset.objects.select_for_update(skip_locked=True, no_key=True).filter(mail_due_at__lte=now)
    PasswordReset.objects.filter(pk__in=rows.filter(mail_tries__gte=TRIES).values("pk")).delete()
    due = list(rows.order_by("mail_due_at")[:limit])
    for wish in due:
        wish.mail_due_at, wish.mail_tries = now + FIRST_WAIT * 2**wish.mail_tries, wish.mail_tries + 1
        wish.save(update_fields=["mail_due_at", "mail_tries"])
    return due


def _answer(wish: PasswordReset) -> int:
    """A mail to everybody who signs in with the address; none when that is nobody."""
    people = filter_users_by_email(wish.email, is_active=True, prefer_verified=True)
    try:
        with override(wish.language):
            for user in people:
                _mail(wish.email, user)
    except OSError:  # what goes wrong with mail servers is one, too
        log.exception("a new password could not be mailed", extra={"wish": str(wish.pk)})
        return 0
    wish.delete()
    return len(people)


def _mail(email: str, user: Any) -> None:
    """In allauth's words; its page takes the link."""
    made = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    given = {"uidb36": user_pk_to_url_str(user), "key": made}
    link = settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=given)
    host = settings.SITE_URL.partition("://")[2]
    said = {"password_reset_url": link, "current_site": {"name": host, "domain": host}, "user": user}
    subject = render_to_string("account/email/password_reset_key_subject.txt", said)
    body = render_to_string("account/email/password_reset_key_message.txt", said).strip()
    send_mail(f"[{host}] {' '.join(subject.split())}", body, settings.DEFAULT_FROM_EMAIL, [email])
