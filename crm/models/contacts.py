"""Contacts, their identities, and the accounts they work for."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from crm.core.texts import fold
from crm.models.base import BusinessRow, History
from crm.models.workspaces import User


class Account(BusinessRow):
    """A company."""

    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=200, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    history = History()

    def __str__(self) -> str:
        return self.name


class Contact(BusinessRow):
    """A person. Known by identities; a phone number is one of them and may be missing."""

    name = models.CharField(max_length=200, blank=True)
    folded_name = models.CharField(max_length=400, blank=True, editable=False)  # to be found by
    language = models.CharField(max_length=5, blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    accounts = models.ManyToManyField(Account, blank=True, related_name="contacts")
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True)  # values of the workspace's own fields, by key
    merged_into = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    history = History(excluded_fields=["updated_at", "folded_name"])

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="contact_newest"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="contact_name_trgm"),
            GinIndex(OpClass(F("folded_name"), name="gin_trgm_ops"), name="contact_folded_trgm"),
            GinIndex(F("tags"), name="contact_by_tag"),
            GinIndex(OpClass(F("custom"), name="jsonb_path_ops"), name="contact_by_custom"),
        ]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save; the name as it is searched is kept beside the name."""
        if update_fields is None or "name" in update_fields:
            self.folded_name = fold(self.name)[:400]
            update_fields = None if update_fields is None else {*update_fields, "folded_name"}
        super().save(*args, update_fields=update_fields, **kwargs)

    @property
    def label(self) -> str:
        """What people call them while nobody knows the name."""
        return self.name or str(_("Unknown contact"))


class IdentityKind(models.TextChoices):
    """How a contact can be recognised."""

    PHONE = "phone", _("Phone")
    WA_ID = "wa_id", _("WhatsApp number")
    BSUID = "bsuid", _("WhatsApp user id")
    PARENT_BSUID = "parent_bsuid", _("WhatsApp user id of the group")
    USERNAME = "username", _("WhatsApp username")
    EMAIL = "email", _("E-mail")
    WEB = "web", _("Web session")


class Identity(BusinessRow):
    """One address of a contact, normalised; unique within its workspace and scope."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=20, choices=IdentityKind.choices)
    value = models.CharField(
        max_length=200, help_text=_("Normalised: digits for numbers, lower case for e-mail")
    )
    shown_as = models.CharField(max_length=200, blank=True)
    scope = models.CharField(
        max_length=80, blank=True, help_text=_("Ids that hold in one business account only")
    )
    former_since = models.DateTimeField(null=True, blank=True)  # theirs no longer: kept, not written to
    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "scope", "value"], name="identity_once")
        ]
        indexes = [GinIndex(OpClass(F("value"), name="gin_trgm_ops"), name="identity_value_trgm")]
        verbose_name_plural = "identities"

    def __str__(self) -> str:
        return self.shown_as or self.value


class ContactMerge(BusinessRow):
    """Two contacts turned out to be one person. What was moved is kept, so that it can be undone."""

    winner = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")
    loser = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    because = models.CharField(max_length=300)
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.loser} is {self.winner}"
