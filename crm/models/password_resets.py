"""Passwords that were forgotten: the wish of a visitor who is not known yet."""

import uuid

from django.db import models
from django.utils import timezone


class PasswordReset(models.Model):
    """Somebody forgot the password of an address, which may be nobody's. A worker finds that out and mails, so that
    neither the answer nor the wait tells who has an account. Gone once it is done; no link is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=320)
    language = models.CharField(max_length=5)
    asked_at = models.DateTimeField(auto_now_add=True)
    mail_due_at = models.DateTimeField(default=timezone.now, db_index=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.email
