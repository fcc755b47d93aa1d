"""What happened, who was told of it, and what was asked twice."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from crm.models.alerting import MailChoice
from crm.models.base import BusinessRow
from crm.models.workspaces import User


class EventRecord(models.Model):
    """A fact, written in the transaction of the change: outbox, timeline and audit trail in one row."""

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    refs = ArrayField(models.CharField(max_length=80), default=list)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=200)
    via = models.CharField(max_length=20)
    cause_id = models.UUIDField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    occurred_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            GinIndex(fields=["refs"], name="event_refs"),
            models.Index(fields=["next_at"], name="event_due", condition=models.Q(delivered_at__isnull=True)),
            models.Index(fields=["workspace", "-sequence"], name="event_newest"),
            models.Index(
                fields=["workspace", "actor_id", "-occurred_at"],
                name="event_by_person",
                condition=models.Q(actor_kind="person"),
            ),
            models.Index(
                fields=["workspace", "-sequence"],
                name="event_waiting",
                condition=models.Q(delivered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.sequence}"


class Alert(BusinessRow):
    """A notice for one person in the app: what happened, and where to go."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120, help_text="One alert per user and key")
    read_at = models.DateTimeField(null=True, blank=True)
    is_in_app = models.BooleanField(default=True, db_default=True)  # False: by mail only
    mail = models.CharField(max_length=8, choices=MailChoice.choices, blank=True, default="", db_default="")
    mail_due_at = models.DateTimeField(
        null=True, blank=True
    )  # when a worker looks at it; empty: nothing to send
    mail_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="alert_once")]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="alert_newest"),
            models.Index(
                fields=["mail_due_at"],
                name="alert_mail_due",
                condition=models.Q(mail_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        """True once the person has seen it."""
        return self.read_at is not None


class IdempotencyKey(models.Model):
    """A write that a client may repeat: the key, what was asked, and what was answered."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    client = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    content_type = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "client", "key"], name="idempotency_key_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key
