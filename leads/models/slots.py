"""Slots: which facts an agent must find out, and what it found."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import BusinessRow, History


class SlotKind(models.TextChoices):
    """What sort of value a slot holds; the agent reads and checks it accordingly."""

    TEXT = "text", _("Text")
    NAME = "name", _("Name of a person")
    PLACE = "place", _("Place")
    MONEY = "money", _("Amount of money")
    CHOICE = "choice", _("One of several options")
    NUMBER = "number", _("Number")
    PHONE = "phone", _("Phone number")
    EMAIL = "email", _("E-mail address")


class Slot(BusinessRow):
    """A fact the agent must find out about each lead."""

    key = models.CharField(
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use small letters, digits and _ only."))],
        help_text=_("The name programs use, e.g. business_type. Don't change it once leads have a value."),
    )
    label = models.CharField(max_length=80, help_text=_("What people read, e.g. Business type."))
    kind = models.CharField(max_length=10, choices=SlotKind.choices, default=SlotKind.TEXT)
    options = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text=_("The accepted answers of a choice, separated by commas."),
    )
    position = models.PositiveSmallIntegerField(default=0, help_text=_("The agent asks in this order."))
    is_required = models.BooleanField(
        default=True, help_text=_("Without it a lead is not complete, and not handed over as qualified.")
    )
    is_active = models.BooleanField(default=True, help_text=_("The agent asks for it."))
    history = History()

    class Meta:
        ordering = ["position", "key"]
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="slot_key_once")]

    def __str__(self) -> str:
        return self.label


class SlotSource(models.TextChoices):
    """Who gave the value."""

    AGENT = "agent", _("Agent")
    PERSON = "person", _("Person")
    API = "api", _("API")
    IMPORT = "import", _("Import")


class LeadSlot(BusinessRow):
    """The value of a slot for one lead, and the words it came from."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="slots")
    key = models.CharField(max_length=40)
    value = models.TextField(help_text=_("As people read it."))
    normalised = models.JSONField(default=dict, blank=True, help_text=_("As machines read it."))
    confidence = models.FloatField(default=1.0, validators=[MinValueValidator(0), MaxValueValidator(1)])
    message_id = models.UUIDField(null=True, blank=True)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    quote = models.TextField(blank=True)
    is_confirmed = models.BooleanField(default=False, help_text=_("A person said that it is right."))
    source = models.CharField(max_length=10, choices=SlotSource.choices, default=SlotSource.AGENT)
    is_inferred = models.BooleanField(
        default=False, help_text=_("It follows from the words without being them.")
    )
    because = models.CharField(max_length=300, blank=True)
    history = History()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "key"], name="lead_slot_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"
