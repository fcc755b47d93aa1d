"""Leads: an interest not yet qualified, of one contact."""

import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Left, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, FSMModelMixin, transition

from crm.models import BusinessRow, Contact, History, User

NEVER = datetime.date(9999, 12, 31)  # where a lead without a next step is sorted


class LeadStatus(models.TextChoices):
    """How far a lead is."""

    NEW = "new", _("New")
    WORKING = "working", _("Working")
    QUALIFIED = "qualified", _("Qualified")
    CONVERTED = "converted", _("Converted")
    DISQUALIFIED = "disqualified", _("Disqualified")


OPEN_STATUSES = [LeadStatus.NEW.value, LeadStatus.WORKING.value, LeadStatus.QUALIFIED.value]


class Temperature(models.TextChoices):
    """What the score says in a word."""

    HOT = "hot", _("Hot")
    WARM = "warm", _("Warm")
    COLD = "cold", _("Cold")


class Direction(models.TextChoices):
    """Who wrote the last message."""

    IN = "in", _("Them")
    OUT = "out", _("Us")


def name_key() -> Left:
    """What names are sorted by: the search line begins with the name, in lower case and without accents."""
    return Left("search_line", 80)


def status_rank() -> Case:
    """The status as a number, in the order of work: new, working, qualified, converted, disqualified."""
    steps = [When(status=status, then=Value(rank)) for rank, status in enumerate(LeadStatus.values)]
    return Case(*steps, output_field=models.SmallIntegerField())


def temperature_rank() -> Case:
    """The temperature as a number: cold, warm, hot."""
    steps = [When(temperature=word, then=Value(rank)) for rank, word in enumerate(("cold", "warm", "hot"))]
    return Case(*steps, output_field=models.SmallIntegerField())


# Copied from elsewhere or counted with each message: no news for the audit history.
QUIET_FIELDS = [
    "name_line", "search_line", "business_type", "owner_name", "score_reasons", "conversation_id",
    "last_activity_at", "last_message_at", "last_message_text", "last_message_direction",
    "reply_seconds", "updated_at",
]  # fmt: skip


class Lead(FSMModelMixin, BusinessRow):
    """An interest of one contact. While it is open there is no second one of the same contact."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    status = FSMField(default=LeadStatus.NEW.value, choices=LeadStatus.choices, protected=True, max_length=20)
    score = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    temperature = models.CharField(max_length=4, choices=Temperature.choices, default=Temperature.COLD)
    score_reasons = models.JSONField(default=list, blank=True)  # [{rule, points, because}], of the latest run
    owner = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    source = models.CharField(max_length=40, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True)  # values of the workspace's own fields, by key
    intents = ArrayField(models.CharField(max_length=40), default=list, blank=True)  # seen so far, each once
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    disqualified_because = models.CharField(max_length=200, blank=True)
    conversation_id = models.UUIDField(null=True, blank=True)  # the latest one
    reply_seconds = models.PositiveIntegerField(
        null=True, blank=True
    )  # the fastest answer to one of our messages
    qualified_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    # For the list, which must not join and must not count: copies kept by the services.
    name_line = models.CharField(max_length=200, blank=True)
    business_type = models.CharField(max_length=120, blank=True)
    owner_name = models.CharField(max_length=254, blank=True)
    search_line = models.TextField(blank=True)  # folded: name, business type, place, numbers, addresses
    last_activity_at = models.DateTimeField(default=timezone.now)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_message_text = models.CharField(max_length=200, blank=True)
    last_message_direction = models.CharField(max_length=3, choices=Direction.choices, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = History(excluded_fields=QUIET_FIELDS)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(status__in=["new", "working", "qualified"]),
                name="lead_open_once",
            )
        ]
        # Every column the list sorts by, so that a page is read in order and stops after its rows.
        indexes = [
            models.Index("workspace", "last_activity_at", "id", name="lead_by_activity"),
            models.Index("workspace", "score", "id", name="lead_by_score"),
            models.Index("workspace", "created_at", "id", name="lead_by_created"),
            models.Index(F("workspace"), name_key(), F("id"), name="lead_by_name"),
            models.Index(F("workspace"), status_rank(), F("id"), name="lead_by_status"),
            models.Index(F("workspace"), temperature_rank(), F("id"), name="lead_by_temperature"),
            models.Index(F("workspace"), Lower("business_type"), F("id"), name="lead_by_business"),
            models.Index("workspace", "source", "id", name="lead_by_source"),
            models.Index(F("workspace"), Lower("owner_name"), F("id"), name="lead_by_owner_name"),
            models.Index(
                F("workspace"), Coalesce("next_step_on", Value(NEVER)), F("id"), name="lead_by_next_step"
            ),
            models.Index("workspace", "status", "last_activity_at", "id", name="lead_by_status_activity"),
            models.Index("workspace", "status", "score", "id", name="lead_by_status_score"),
            models.Index("workspace", "owner", "last_activity_at", "id", name="lead_by_owner_activity"),
            # Without those nobody owns: else a search for a word would first gather all of them.
            models.Index(fields=["owner"], condition=models.Q(owner__isnull=False), name="lead_owned"),
            models.Index(fields=["contact", "-created_at"], name="lead_of_contact"),
            models.Index("conversation_id", name="lead_of_conversation"),
            GinIndex(OpClass(F("search_line"), name="gin_trgm_ops"), name="lead_search_trgm"),
            GinIndex(F("tags"), name="lead_by_tag"),
            GinIndex(OpClass(F("custom"), name="jsonb_path_ops"), name="lead_by_custom"),
        ]

    heard_text = ""  # its last words, once somebody who may read them has asked
    badges: list[dict[str, str]] = []  # its tags with their colours, once a list has looked them up
    merged_ids: list[Any] = []  # leads and contacts that are this one now, once the page has looked them up
    merged_contact_ids: list[Any] = []

    def __str__(self) -> str:
        return self.name_line or str(_("Unknown contact"))

    @property
    def is_open(self) -> bool:
        """True while somebody works on it."""
        return self.status in OPEN_STATUSES

    @property
    def is_next_step_late(self) -> bool:
        """True once the day of the next step is over."""
        return self.next_step_on is not None and self.next_step_on < timezone.localdate()

    @property
    def status_label(self) -> str:
        """The status as people read it."""
        return str(LeadStatus(self.status).label)

    @property
    def temperature_label(self) -> str:
        """The temperature as people read it."""
        return str(Temperature(self.temperature).label)

    @transition(field=status, source=LeadStatus.NEW.value, target=LeadStatus.WORKING.value)
    def start_work(self) -> None:
        """We answered, or learnt something."""

    @transition(
        field=status,
        source=[LeadStatus.NEW.value, LeadStatus.WORKING.value],
        target=LeadStatus.QUALIFIED.value,
    )
    def qualify(self, *, at: datetime.datetime) -> None:
        """Worth a salesperson's time."""
        self.qualified_at = at

    @transition(field=status, source=OPEN_STATUSES, target=LeadStatus.DISQUALIFIED.value)
    def disqualify(self, *, because: str, at: datetime.datetime) -> None:
        """Will not buy."""
        self.disqualified_because, self.closed_at = because, at

    @transition(field=status, source=LeadStatus.QUALIFIED.value, target=LeadStatus.CONVERTED.value)
    def convert(self, *, at: datetime.datetime) -> None:
        """Became an opportunity."""
        self.closed_at = at

    @transition(field=status, source=LeadStatus.DISQUALIFIED.value, target=LeadStatus.WORKING.value)
    def reopen(self) -> None:
        """Worked on again; it may be qualified again."""
        self.disqualified_because, self.closed_at, self.qualified_at = "", None, None

    @transition(field=status, source="*", target=RETURN_VALUE(*LeadStatus.values))
    def stand_again(self, status: str) -> str:
        """A change of status is taken back: the lead is as far as it was."""
        return status

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the name of the owner is kept beside the owner, to sort by."""
        self.owner_name = str(self.owner) if self.owner_id else ""
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "owner_name", "updated_at"}
        super().save(*args, **kwargs)
