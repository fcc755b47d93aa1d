"""What people did with dead letters. The letters themselves are rows of the tables they died in."""

from django.db import models

from crm.models.base import BusinessRow, History
from crm.models.workspaces import User


class DeadLetterNote(BusinessRow):
    """One letter somebody has touched: set aside, replayed how often, and its bytes before the first edit."""

    letter = models.CharField(max_length=80)  # "item-33": source and key of the row
    set_aside_at = models.DateTimeField(null=True, blank=True)
    replays = models.PositiveIntegerField(default=0)
    last_replayed_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    original = models.BinaryField(null=True)
    history = History(excluded_fields=["original"])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "letter"], name="letter_note_once")]

    def __str__(self) -> str:
        return self.letter


class ReplayRun(BusinessRow):
    """All dead letters of one kind, tried again one after the other by a worker: how many, and how it went."""

    source = models.CharField(max_length=20)
    reason = models.CharField(max_length=80)
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    total = models.PositiveIntegerField(default=0)
    replayed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=dict)  # sentence -> how many said so
    upto = models.DateTimeField()  # what died later is not of this run
    place = models.JSONField(default=list)  # [since, letter] of the last one tried
    next_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "source", "reason"],
                name="one_replay_at_a_time",
                condition=models.Q(finished_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], name="replay_due", condition=models.Q(finished_at__isnull=True)),
            models.Index(fields=["workspace", "-created_at"], name="replay_newest"),
        ]

    def __str__(self) -> str:
        return f"replay of {self.source} {self.reason}"

    @property
    def tried(self) -> int:
        """How many are behind it."""
        return self.replayed + self.refused
