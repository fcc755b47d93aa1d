"""Channels: configured ways in and out."""

from collections.abc import Collection

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.channels.registry import kinds
from conversations.models.sealed import SealedSettings
from crm.core.walls import everywhere
from crm.models import BusinessRow, History


class Channel(BusinessRow):
    """A WhatsApp number, a mailbox, a form. Its key is part of the webhook's address."""

    kind = models.CharField(max_length=30, choices=[(k, k) for k in kinds()])
    key = models.SlugField(max_length=80)
    name = models.CharField(max_length=120, blank=True)
    settings = SealedSettings(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    is_bot_on = models.BooleanField(
        _("bot answers"), default=True, help_text=_("New conversations start with the agent.")
    )
    rate = models.PositiveSmallIntegerField(
        _("messages a second"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("What the provider allows this number: 80, or 20 while the phone app uses it too."),
    )
    paused_because = models.TextField(
        blank=True, editable=False, help_text=_("Why sending waits for an admin")
    )
    paused_since = models.DateTimeField(null=True, blank=True, editable=False)
    # when one message may try whether the account is mended; empty: only a person resumes it
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    # the provider wants the whole number slower
    throttled_until = models.DateTimeField(null=True, blank=True, editable=False)
    # of the provider, not of single messages; after several it is left alone, and then one message tries
    failures_in_a_row = models.PositiveSmallIntegerField(default=0, editable=False)
    broken_until = models.DateTimeField(null=True, blank=True, editable=False)
    # what the periodic look saw last, so that each change is told once; the card itself is made afresh
    health = models.CharField(max_length=6, default="green", db_default="green", editable=False)
    health_since = models.DateTimeField(null=True, blank=True, editable=False)
    # what the provider said when somebody last asked it about the account
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    check_error = models.TextField(blank=True, default="", db_default="", editable=False)
    quality = models.CharField(max_length=20, blank=True, default="", db_default="", editable=False)
    history = History(
        excluded_fields=[
            "settings", "throttled_until", "failures_in_a_row", "broken_until", "health", "health_since",
            "checked_at", "check_error", "quality",
        ]
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="channel_address_once")]

    def __str__(self) -> str:
        return self.name or self.key

    @property
    def is_paused_by_person(self) -> bool:
        """A person's pause has no end of its own: only a person resumes it."""
        return bool(self.paused_because) and self.paused_until is None

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """An address is one workspace's: whether it is free is asked of all of them."""
        with everywhere():
            super().validate_constraints(exclude=exclude)
