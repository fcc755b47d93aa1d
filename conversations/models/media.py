"""Files that came or go with messages. The message is there at once; its file follows."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models.channels import Channel
from conversations.models.threads import Message
from crm.models import BusinessRow


class MediaState(models.TextChoices):
    """Where a file stands."""

    PENDING = "pending", _("Being fetched")
    STORED = "stored", _("Stored")
    FAILED = "failed", _("Could not be fetched")
    EXPIRED = "expired", _("No longer offered by the provider")


def place_of(media: "Media", _file_name: str) -> str:
    """Where the file is kept: under its workspace, by a random name. What the sender called it is never a path."""
    return f"{media.workspace_id}/{uuid.uuid4().hex}"


class Media(BusinessRow):
    """A file of a message: what the provider says of it, and how far we are with fetching it.

    `sha256` is the provider's claim as lower-case hex (empty when it makes none), `file_name` is fit to be shown,
    `url` is short-lived, `expires_at` is when the provider stops offering the file under its `provider_id`.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="media")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    provider_id = models.CharField(max_length=250)
    url = models.TextField(blank=True)
    mime_type = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    is_voice = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=MediaState.choices, default=MediaState.PENDING)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_default=models.functions.Now())
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    file = models.FileField(upload_to=place_of, max_length=200, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    real_type = models.CharField(
        max_length=120, blank=True
    )  # by its bytes; `mime_type` is what the sender said
    is_shown = models.BooleanField(default=False, db_default=False)  # a picture that a page may show
    is_played = models.BooleanField(default=False, db_default=False)  # sound or film that a page may play
    asked_again_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "media"
        constraints = [models.UniqueConstraint(fields=["message", "provider_id"], name="media_once")]
        indexes = [models.Index(fields=["next_at"], name="media_due", condition=Q(state="pending"))]

    def __str__(self) -> str:
        return self.file_name or self.mime_type or self.provider_id
