"""What is still to be done with leads in the background, and how far it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import BusinessRow


class ChoreKind(models.TextChoices):
    """What is to be done, and with what."""

    RESCORE = "rescore", _("Count scores again")  # of the open leads of a workspace
    RENAME = "rename", _("Write an owner's new name")  # on a user's leads
    LOOK = "look", _("Look for doubles")  # of a lead


class Chore(BusinessRow):
    """One thing to do, once for each subject; gone when it is done. A worker that dies leaves it where it was:
    `place` is the last lead it is through with."""

    kind = models.CharField(max_length=10, choices=ChoreKind.choices)
    subject = models.UUIDField()
    place = models.UUIDField(null=True, blank=True)
    cause_id = models.UUIDField(null=True, blank=True)  # the event it follows
    depth = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)  # that broke, one after another
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "subject"], name="one_chore_of_a_kind")
        ]
        indexes = [models.Index(fields=["next_at"], name="chore_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
