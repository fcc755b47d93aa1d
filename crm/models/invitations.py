"""Invitations: somebody is asked to join a workspace by mail."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.base import BusinessRow, History
from crm.models.workspaces import Role, Team, User


class Invitation(BusinessRow):
    """A link, sent by mail, that lets one person in, once. Only the digest of its token is kept."""

    class State(models.TextChoices):
        """Where an invitation stands."""

        OPEN = "open", pgettext_lazy("state", "Open")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    email = models.EmailField()
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    teams = models.ManyToManyField(Team, blank=True, related_name="+")
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    serial = models.PositiveSmallIntegerField(default=1, editable=False)  # which link counts: the newest
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)  # when a worker looks at it; empty: nothing to send
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)  # when an admin last asked for the mail
    history = History(excluded_fields=["digest", "mail_due_at", "mail_tries", "mailed_at"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("email"),
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                name="invitation_mail_due",
                condition=models.Q(mail_due_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def state(self) -> str:
        """Open, accepted, withdrawn or expired."""
        if self.accepted_at is not None:
            return self.State.ACCEPTED
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        return self.State.EXPIRED if self.expires_at <= timezone.now() else self.State.OPEN
