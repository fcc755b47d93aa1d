"""What is to be said later: one message at a time of somebody's choosing, or a template to many who agreed to it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channels import Channel
from conversations.models.threads import Conversation, Message
from crm.models import BusinessRow, Contact, History, User


class ScheduledState(models.TextChoices):
    """How far a message for later has come."""

    WAITING = "waiting", _("Waits for its time")
    QUEUED = "queued", _("Handed over to be sent")
    HELD = "held", _("Not sent")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ScheduledMessage(BusinessRow):
    """A reply that a person wrote for later. When its time comes it is sent by the same service as any reply, with
    the rights its author has then; what is refused then is held, with the reason."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="scheduled")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    reply_to = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    holds_on_answer = models.BooleanField(default=True)  # not sent when the contact has written meanwhile
    after_sequence = models.PositiveIntegerField(default=0)  # the contact's last message when it was written
    state = models.CharField(max_length=10, choices=ScheduledState.choices, default=ScheduledState.WAITING)
    why = models.TextField(blank=True)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    history = History()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="scheduled_due", condition=models.Q(state="waiting")),
            models.Index(fields=["conversation", "due_at"], name="scheduled_of_conversation"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class BroadcastState(models.TextChoices):
    """How far a broadcast has come."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Under way")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")


class Broadcast(BusinessRow):
    """A template for many contacts of a channel, sent after everything else, and only to those who agreed to offers."""

    name = models.CharField(max_length=120)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    template_name = models.CharField(max_length=512)
    template_language = models.CharField(max_length=20)
    parameters = ArrayField(models.TextField(), default=list)  # with blanks: {{contact.first_name|friend}}
    due_at = models.DateTimeField()
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=BroadcastState.choices, default=BroadcastState.PLANNED)
    cause = models.CharField(max_length=120, null=True, blank=True)  # the form it came from, once
    history = History()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "cause"], name="broadcast_cause_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="broadcast_due", condition=models.Q(state__in=["planned", "running"])
            )
        ]

    def __str__(self) -> str:
        return self.name


class RecipientState(models.TextChoices):
    """What became of one of a broadcast's contacts."""

    WAITING = "waiting", _("Waits")
    QUEUED = "queued", _("Handed over to be sent")
    SKIPPED = "skipped", _("Left out")


class BroadcastRecipient(models.Model):
    """One contact of a broadcast: once, whatever happens."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="recipients")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=RecipientState.choices, default=RecipientState.WAITING)
    why = models.TextField(blank=True)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "contact"], name="recipient_once_a_broadcast")
        ]
        indexes = [
            models.Index(
                fields=["broadcast", "id"], name="recipient_waiting", condition=models.Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id}: {self.contact_id}"
