"""Copies of a workspace's configuration: made by hand, brought as a file, or kept before one was restored."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.base import BusinessRow


class CopyReason(models.TextChoices):
    """Why there is a copy."""

    BY_HAND = "by_hand", _("Made by hand")
    BROUGHT = "brought", _("Brought as a file")
    BEFORE = "before", _("Kept before a restore")


class ConfigurationCopy(BusinessRow):
    """Everything an admin can set, as it was once; without secrets and without customers."""

    reason = models.CharField(max_length=10, choices=CopyReason.choices)
    content = models.JSONField()
    name = models.CharField(max_length=120, blank=True)
    author = models.CharField(max_length=200, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "configuration copies"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name or str(self.get_reason_display())
