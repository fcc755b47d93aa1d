"""Channels: configured ways in and out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.channels.registry import kinds
from crm.models import BusinessRow, History


class Channel(BusinessRow):
    """A WhatsApp number, a mailbox, a form. Its key is part of the webhook's address."""

    kind = models.CharField(max_length=30, choices=[(k, k) for k in kinds()])
    key = models.SlugField(max_length=80)
    name = models.CharField(max_length=120, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    is_bot_on = models.BooleanField(
        _("bot answers"), default=True, help_text=_("New conversations start with the agent.")
    )
    paused_because = models.TextField(
        blank=True, editable=False, help_text=_("Why sending waits for an admin")
    )
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    history = History(excluded_fields=["settings"])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="channel_address_once")]

    def __str__(self) -> str:
        return self.name or self.key
