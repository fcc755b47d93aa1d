"""Fields a workspace adds to its contacts and leads. The values are on the rows, in `custom`, by key."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.base import BusinessRow, History


class FieldOwner(models.TextChoices):
    """Which rows have the field."""

    LEAD = "lead", _("Leads")
    CONTACT = "contact", _("Contacts")


class FieldKind(models.TextChoices):
    """What sort of value it holds."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One of several options")
    YES_NO = "yes_no", _("Yes or no")
    URL = "url", _("Web address")


class CustomField(BusinessRow):
    """One field: what it is called, what it holds. Switched off it is nowhere to be seen; its values stay."""

    of = models.CharField(max_length=10, choices=FieldOwner.choices, default=FieldOwner.LEAD)
    key = models.CharField(
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use small letters, digits and _ only."))],
        help_text=_("The name programs use, e.g. shirt_size. It can't be changed later."),
    )
    label = models.CharField(max_length=80, help_text=_("What people read, e.g. Shirt size."))
    kind = models.CharField(max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)
    options = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text=_("The values to choose from, separated by commas."),
    )
    is_required = models.BooleanField(
        default=False, help_text=_("Whoever adds a row must fill it in, and nobody can empty it.")
    )
    help = models.CharField(max_length=200, blank=True, help_text=_("A sentence shown beside the field."))
    position = models.PositiveSmallIntegerField(default=0, help_text=_("Fields are shown in this order."))
    is_active = models.BooleanField(default=True)
    history = History()

    class Meta:
        ordering = ["of", "position", "key"]
        constraints = [models.UniqueConstraint(fields=["workspace", "of", "key"], name="custom_field_once")]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """A choice needs something to choose from."""
        if self.kind == FieldKind.CHOICE and not self.options:
            raise ValidationError({"options": _("Write at least one option.")})
