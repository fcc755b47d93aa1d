"""How people want to be told: per kind of alert in the app and by mail, and at which times."""

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.base import BusinessRow
from crm.models.workspaces import User


class AlertKind(models.TextChoices):
    """What an alert is about, as people choose it."""

    ASSIGNMENT = "assignment", _("Something is given to me")
    HANDOFF = "handoff", _("A customer waits for a person")
    MENTION = "mention", _("A colleague mentions me")
    FAILED_SEND = "failed_send", _("My message could not be sent")
    SNOOZE = "snooze", _("A snoozed conversation is back")
    CHANNEL = "channel", _("A channel needs a look")
    OTHER = "other", _("Everything else")


class MailChoice(models.TextChoices):
    """When a mail tells of it."""

    NOW = "now", _("At once")
    DIGEST = "digest", _("Once a day")
    OFF = "off", _("Never")


MAILED_AT_ONCE = {AlertKind.ASSIGNMENT, AlertKind.HANDOFF, AlertKind.MENTION, AlertKind.CHANNEL}


def kind_of(word: str) -> AlertKind:
    """The kind a word belongs to ("channel_red" is about a channel)."""
    if word in AlertKind.values:
        return AlertKind(word)
    return AlertKind.CHANNEL if word.startswith("channel") else AlertKind.OTHER


class AlertChoice(BusinessRow):
    """What one person wants of one kind; without a row, what most people want."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=AlertKind.choices)
    in_app = models.BooleanField(default=True)
    mail = models.CharField(max_length=8, choices=MailChoice.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user", "kind"], name="alert_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"


class AlertTimes(BusinessRow):
    """When one person wants mail: the hour of the daily one, and hours without any."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    time_zone = models.CharField(max_length=60, blank=True)  # empty: the workspace's
    digest_at = models.TimeField(default=time(8))
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    is_mail_off = models.BooleanField(default=False)  # by the link in a mail; the choices stay as they were

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="alert_times_once")]

    def __str__(self) -> str:
        return str(self.user)
