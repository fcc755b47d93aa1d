"""What a provider tells about an account: its templates, its limits, its troubles."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channels import Channel
from crm.models import BusinessRow


class MessageTemplate(BusinessRow):
    """A template as the provider last told of it. Each aspect keeps its own time: older news changes nothing."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="templates")
    provider_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20)
    category = models.CharField(max_length=40, blank=True)
    category_at = models.DateTimeField(null=True)
    next_category = models.CharField(max_length=40, blank=True)
    category_changes_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=40, blank=True)
    status_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    advice = models.TextField(blank=True)
    quality = models.CharField(max_length=20, blank=True)
    quality_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "name", "language"], name="template_once")]

    def __str__(self) -> str:
        return f"{self.name}/{self.language}"


class NoticeLevel(models.TextChoices):
    """How much a notice matters."""

    INFO = "info", _("For your information")
    WARNING = "warning", _("Warning")
    PROBLEM = "problem", _("Problem")


class ChannelNotice(models.Model):
    """One thing a provider told about a channel, append-only, with what it means in a sentence."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="notices")
    external_id = models.CharField(max_length=320)
    kind = models.CharField(max_length=60)
    code = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=8, choices=NoticeLevel.choices)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="notice_once")]
        indexes = [models.Index(fields=["channel", "-at"], name="notice_newest")]

    def __str__(self) -> str:
        return self.title
