"""What happened to a message after it was written: edited, deleted, reacted to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channels import Channel
from conversations.models.threads import Message


class ChangeKind(models.TextChoices):
    """What was done to a message."""

    EDIT = "edit", _("Edited")
    REVOKE = "revoke", _("Deleted")
    REACTION = "reaction", _("Reaction")


class MessageChange(models.Model):
    """One edit, deletion or reaction, append-only; parked without a message until the message is known.

    `text` is the new wording of an edit, or the emoji of a reaction (empty: taken back).
    """

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="changes")
    provider_id = models.CharField(max_length=250)  # of the message that was changed
    external_id = models.CharField(max_length=250)  # of the change
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    author_kind = models.CharField(max_length=12)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="change_once")]
        indexes = [models.Index(fields=["channel", "provider_id"], name="change_of")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.provider_id}"
