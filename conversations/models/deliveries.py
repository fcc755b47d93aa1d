"""What providers delivered: the raw bytes, and one row for each thing they held."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from conversations.models.channels import Channel


class DeliveryState(models.TextChoices):
    """Where a delivery or one of its items stands."""

    NEW = "new", pgettext_lazy("delivery", "New")
    DONE = "done", pgettext_lazy("delivery", "Done")
    IGNORED = "ignored", pgettext_lazy("delivery", "Ignored")
    DEAD = "dead", pgettext_lazy("delivery", "Dead")


class InboundDelivery(models.Model):
    """A webhook as it came, kept once, before it was answered."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )  # delivery_newest begins with it
    body = models.BinaryField()
    received_at = models.DateTimeField(db_default=models.functions.Now())
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_default=models.functions.Now())
    error = models.TextField(blank=True, default="")
    reason = models.CharField(
        max_length=60, blank=True, default="", db_default=""
    )  # why it is dead, as a code
    edited_at = models.DateTimeField(null=True, blank=True)  # by a person: no provider has signed it

    class Meta:
        verbose_name_plural = "inbound deliveries"
        indexes = [
            models.Index(fields=["channel", "next_at"], name="delivery_lane", condition=Q(state="new")),
            models.Index(fields=["workspace", "-id"], name="delivery_dead", condition=Q(state="dead")),
            models.Index(fields=["channel", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class InboundItem(models.Model):
    """One message, receipt or notice. Unique by the provider's own id: a second delivery of it changes nothing."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="items")
    delivery = models.ForeignKey(InboundDelivery, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=10)  # message, receipt, other, unreadable
    external_id = models.CharField(max_length=320)
    conversation_key = models.CharField(max_length=320)
    provider_time = models.DateTimeField()
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    error = models.TextField(blank=True)
    reason = models.CharField(
        max_length=60, blank=True, default="", db_default=""
    )  # why it is dead, as a code

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "kind", "external_id"], name="item_once")]
        indexes = [
            models.Index(
                fields=["channel", "conversation_key", "provider_time", "id"],
                name="item_head",
                condition=Q(state="new"),
            ),
            models.Index(fields=["next_at"], name="item_due", condition=Q(state="new")),
            models.Index(fields=["channel", "kind", "next_at"], name="item_lane", condition=Q(state="new")),
            models.Index(fields=["workspace", "-id"], name="item_dead", condition=Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
