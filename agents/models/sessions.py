"""What an agent remembers of a conversation, and every turn it took."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.models.agents import Agent
from conversations.models import Conversation
from crm.models import BusinessRow


class AgentSession(BusinessRow):
    """An agent's state in one conversation. `watermark` is the last message it has dealt with; `due_at` when it
    wants to answer next, pushed by each message, never past `hard_deadline`. Whoever holds `lease_token` takes the
    turn. `epoch` is the conversation's ownership epoch in which the state was written: in another one a person has
    had the conversation meanwhile."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    state = models.JSONField(default=dict, blank=True)
    watermark = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    hard_deadline = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    restarts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="session_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["workspace", "due_at"], name="session_turn", condition=models.Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} in {self.conversation_id}"


class TurnOutcome(models.TextChoices):
    """What became of a turn."""

    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Dropped: a newer message came")
    SILENCED = "silenced", _("Dropped: a person took over")
    FAILED = "failed", _("Failed")


class Turn(models.Model):
    """One run of the agent: what it saw, what it decided and why, what it cost. Append-only, but for an answer
    that the customer overtook before it went out (then it is superseded); can be replayed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(AgentSession, on_delete=models.CASCADE, related_name="turns")
    conversation_id = models.UUIDField()
    message_ids = models.JSONField(default=list)
    seen_sequence = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField()
    agent_version = models.PositiveIntegerField(default=1)
    seed = models.BigIntegerField(default=0)
    spec = models.JSONField(default=dict)  # the agent, its slots and thresholds as they were
    score = models.PositiveSmallIntegerField(default=0)  # of the lead with what the turn learnt
    saw = models.JSONField(default=list, db_default=[])  # what it was told besides the messages: lines
    state_before = models.JSONField(default=dict)
    state_after = models.JSONField(default=dict)
    understanding = models.JSONField(default=dict)
    acts = models.JSONField(default=list)
    effects = models.JSONField(default=list)
    why = models.JSONField(default=list)
    outcome = models.CharField(max_length=12, choices=TurnOutcome.choices)
    model_name = models.CharField(max_length=120, blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    gave_up = models.BooleanField(
        default=False, db_default=False
    )  # the last of its tries: a person was asked
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["conversation_id", "-started_at"], name="turn_of_conversation"),
            models.Index(fields=["workspace", "-started_at"], name="turn_newest"),
            models.Index(
                fields=["workspace", "-started_at"], name="turn_dead", condition=models.Q(gave_up=True)
            ),
        ]

    def __str__(self) -> str:
        return f"turn of {self.started_at:%Y-%m-%d %H:%M}"


class Escalation(models.Model):
    """A handoff forced by a rule: the reason code and the words it came from. Append-only."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="escalations")
    conversation_id = models.UUIDField()
    reason = models.CharField(max_length=30)
    because = models.TextField(blank=True)
    quote = models.TextField(blank=True)
    message_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-at"], name="escalation_newest")]

    def __str__(self) -> str:
        return self.reason
