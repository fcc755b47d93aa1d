"""Conversations and their messages."""

from datetime import datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conversations.models.channels import Channel
from crm.models import BusinessRow, Contact, History, User


class OwnerKind(models.TextChoices):
    """Who answers next."""

    AGENT = "agent", _("Bot")
    PERSON = "person", _("Person")
    NOBODY = "nobody", _("Nobody")


class Priority(models.IntegerChoices):
    """How much a conversation matters, said by people."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class Conversation(BusinessRow):
    """One thread with a contact on a channel. `ownership_epoch` goes up whenever a person takes or returns it:
    a bot's message carries the epoch it was decided in and is not sent in another."""

    class Status(models.TextChoices):
        """Open ones want an answer sooner or later."""

        OPEN = "open", pgettext_lazy("state", "Open")
        SNOOZED = "snoozed", _("Snoozed")
        CLOSED = "closed", _("Closed")

    class Purpose(models.TextChoices):
        """Customers are worked in the inbox; staff get alerts."""

        CUSTOMER = "customer", _("Customer")
        STAFF = "staff", _("Staff")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="conversations")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.CUSTOMER)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    owner_kind = models.CharField(max_length=10, choices=OwnerKind.choices, default=OwnerKind.NOBODY)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ownership_epoch = models.PositiveIntegerField(default=0)
    owned_since = models.DateTimeField(null=True, blank=True)
    owned_because = models.CharField(max_length=200, blank=True)
    recipient_kind = models.CharField(max_length=20, blank=True)
    recipient_value = models.CharField(max_length=200, blank=True)
    last_sequence = models.PositiveIntegerField(default=0)
    last_inbound_sequence = models.PositiveIntegerField(default=0)
    agent_from_sequence = models.PositiveIntegerField(default=0)  # the bot reads what came after this
    unread_count = models.PositiveIntegerField(default=0)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    window_expires_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    # the provider's limit for one person, as a bucket with a time for its level: when it will be full again
    pair_full_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_message_text = models.CharField(max_length=200, blank=True)
    last_message_direction = models.CharField(max_length=3, blank=True)
    last_message_author_kind = models.CharField(max_length=12, blank=True)
    attribution = models.JSONField(default=dict, blank=True)  # the ad or post the contact came from, if any
    unreachable_since = models.DateTimeField(null=True, blank=True)  # until they write again
    # while snoozed: when it comes back by itself; afterwards, until somebody reads it: that it has come back
    snoozed_until = models.DateTimeField(null=True, blank=True)
    send_failed_at = models.DateTimeField(null=True, blank=True)  # until we try again or write anew
    priority = models.PositiveSmallIntegerField(
        choices=Priority.choices, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    history = History(
        excluded_fields=[
            "last_sequence", "last_inbound_sequence", "agent_from_sequence", "unread_count",
            "last_inbound_at", "window_expires_at",
            "waiting_since", "pair_full_at", "last_message_at", "last_message_text", "last_message_direction",
            "last_message_author_kind", "recipient_kind", "recipient_value", "attribution", "unreachable_since",
            "send_failed_at",
        ]
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "channel"], condition=~Q(status="closed"), name="one_open_conversation"
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-last_message_at", "-id"], name="conversation_newest"),
            models.Index(
                fields=["workspace", "owner_kind", "-last_message_at"],
                name="conversation_by_owner",
                condition=Q(status="open"),
            ),
            models.Index(fields=["assignee", "-last_message_at"], name="conversation_mine"),
            models.Index(
                fields=["workspace", "assignee"],
                name="conversation_unread",
                condition=Q(unread_count__gt=0, status="open"),
            ),
            models.Index(
                fields=["workspace", "waiting_since"],
                name="conversation_waiting",
                condition=Q(waiting_since__isnull=False, status="open"),
            ),
            models.Index(
                fields=["workspace", "window_expires_at"],
                name="conversation_closing",
                condition=Q(window_expires_at__isnull=False, status="open"),
            ),
            models.Index(
                fields=["snoozed_until"], name="conversation_snoozed", condition=Q(status="snoozed")
            ),
            models.Index(
                fields=["workspace", "-send_failed_at"],
                name="conversation_failed",
                condition=Q(send_failed_at__isnull=False),
            ),
            models.Index(
                fields=["workspace", "-priority", "-last_message_at"],
                name="conversation_priority",
                condition=Q(status="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} on {self.channel}"


class MessageStatus(models.TextChoices):
    """How a message is doing."""

    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    PLAYED = "played", _("Played")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNKNOWN = "unknown", _("Not confirmed")


TemplateName = tuple[str, str]  # name and language

WAITING = Q(direction="out", status__in=["queued", "unknown"])  # for a worker, or for what becomes of it


FILES = {"image", "video", "audio", "document", "sticker"}


class Message(BusinessRow):
    """One bubble. An outgoing one is its own place in the queue: queued, leased by a worker, sent.

    `text` is what people read: the customer's words, or a few words of ours for what has none. `facts` is the same for
    machines (button id, order total, place), `original_text` what stood there before it was edited or deleted.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    sequence = models.PositiveIntegerField()
    direction = models.CharField(
        max_length=3,
        choices=[("in", pgettext_lazy("direction", "in")), ("out", pgettext_lazy("direction", "out"))],
    )
    kind = models.CharField(max_length=30, default="text")
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)  # what the provider said, or the template to send
    facts = models.JSONField(default=dict, blank=True)
    is_forwarded = models.BooleanField(default=False)
    wants_answer = models.BooleanField(default=True)  # False: nothing an agent should answer
    reactions = models.JSONField(default=list, blank=True)  # [{"by": "contact", "emoji": "..."}]
    original_text = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=MessageStatus.choices)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)
    author_kind = models.CharField(max_length=12)
    author_id = models.CharField(max_length=64, blank=True)
    author_name = models.CharField(max_length=200, blank=True)
    provider_id = models.CharField(max_length=250, blank=True)
    provider_time = models.DateTimeField(null=True, blank=True)
    reply_to = models.CharField(max_length=250, blank=True)
    cause = models.CharField(max_length=120, null=True, blank=True)  # what made us send it, once
    epoch = models.PositiveIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    times_unknown = models.PositiveSmallIntegerField(default=0)  # sends of which nothing was heard
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    attempted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    played_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    retried_at = models.DateTimeField(null=True, blank=True)  # a person queued it once more
    gave_up = models.BooleanField(default=False, db_default=False)  # failed for lack of tries, not refused

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "sequence"], name="message_sequence_once"),
            models.UniqueConstraint(
                fields=["channel", "provider_id"], condition=~Q(provider_id=""), name="message_provider_once"
            ),
            models.UniqueConstraint(fields=["workspace", "cause"], name="message_cause_once"),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="message_due", condition=WAITING),
            models.Index(
                fields=["channel", "author_kind", "next_at"], name="message_lane", condition=WAITING
            ),
            models.Index(fields=["conversation", "sequence"], name="message_head", condition=WAITING),
            models.Index(
                fields=["channel", "attempted_at"],
                name="message_attempted",
                condition=Q(attempted_at__isnull=False),
            ),
            models.Index(fields=["workspace", "-created_at", "-id"], name="message_newest"),
            models.Index(
                fields=["workspace", "-failed_at"],
                name="message_dead",
                condition=Q(status="failed", gave_up=True),
            ),
            GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="message_text_trgm"),
        ]

    @property
    def template(self) -> TemplateName | None:
        """Name and language of the template it is made of; None for words of our own."""
        given = self.payload.get("template")
        return (given[0], given[1]) if given else None

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def decided_at(self) -> datetime:
        """When it was decided that it goes out: by who wrote it, or by the person who sends it again."""
        return self.retried_at or self.created_at

    @property
    def shows_text(self) -> bool:
        """False for a file without a word: what it is stands above it already."""
        return bool(self.words) or self.kind not in FILES

    @property
    def words(self) -> str:
        """What the contact said in words: not what we wrote to stand for a picture or an order."""
        return str(self.facts.get("words", self.text))


class MessageReceipt(models.Model):
    """What a provider said about a message, append-only; parked without a message until ours is known."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="receipts")
    provider_id = models.CharField(max_length=250)
    status = models.CharField(max_length=10)
    at = models.DateTimeField()
    opaque = models.CharField(max_length=512, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["channel", "provider_id"], name="receipt_of")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.status}"
