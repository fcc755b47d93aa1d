"""Bulk changes: one change of many leads, lead by lead, with what came of each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import BusinessRow, User
from leads.models.leads import Lead


class JobAction(models.TextChoices):
    """What is done to each lead."""

    ASSIGN = "assign", _("Change the owner")
    STATUS = "status", _("Change the status")
    TAG = "tag", _("Change tags")
    UNDO = "undo", _("Take back")


class LeadJob(BusinessRow):
    """One change of many leads. A worker goes through its steps, or the door itself when they are few."""

    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=20, choices=JobAction.choices)
    wanted = models.JSONField(default=dict)  # {"user": id|""}, {"to": status, "reason": text}, {"add": [...]}
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="undone_by")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)  # leads that were so already
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=dict)  # sentence -> how many said so
    next_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_because = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], name="lead_job_due", condition=models.Q(finished_at__isnull=True)
            ),
            models.Index(fields=["workspace", "-created_at"], name="lead_job_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.total} leads"

    @property
    def tried(self) -> int:
        """How many steps are behind it."""
        return self.done + self.same + self.refused


class JobStep(models.Model):
    """One lead of a bulk change: how it was, how it is, or why not."""

    class State(models.TextChoices):
        """What came of it."""

        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Changed")
        SAME = "same", _("Was so already")
        REFUSED = "refused", _("Refused")

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey(LeadJob, on_delete=models.CASCADE, related_name="steps")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "lead"], name="one_step_for_a_lead")]
        indexes = [models.Index(fields=["job", "state", "id"], name="lead_job_steps")]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.state}"
