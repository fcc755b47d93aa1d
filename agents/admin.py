"""Agents and their turns in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agents import models
from agents.forms import AgentForm
from conversations import selectors as conversations
from crm.admin.rooms import ReadOnlyAdmin, WorkspaceAdmin, WorkspaceInline
from crm.core.actors import Actor


class QuestionInline(WorkspaceInline):
    """Own words for asking."""

    model = models.AgentQuestion
    extra = 0
    fields = ("slot", "language", "text")


@admin.register(models.Agent)
class AgentRow(WorkspaceAdmin):
    """Bots: persona, languages, thresholds, patience."""

    form = AgentForm
    list_display = ("name", "business_name", "default_language", "pricing_policy", "is_active")
    list_filter = ("is_active", "default_language", "pricing_policy")
    search_fields = ("name", "business_name")
    filter_horizontal = ("channels",)
    inlines = (QuestionInline,)
    fieldsets = (
        (None, {"fields": ["name", "business_name", "persona", "tone", "is_active", "channels"]}),
        (_("Languages"), {"fields": ["languages", "default_language"]}),
        (_("When to hand over"), {"fields": ["pricing_policy", "max_asks_per_slot", "max_misses"]}),
        (_("Thresholds"), {"fields": ["answer_threshold", "clarify_threshold"]}),
        (_("Patience"), {"fields": ["wait_complete", "wait_fragment", "wait_at_most"]}),
    )


class WorkAdmin(ReadOnlyAdmin):
    """What agents did and read of customers: for those who may see it, in conversations they see."""

    shows = ("agents.view", "conversations.view")
    of = "conversation"

    def in_sight(self, actor: Actor) -> QuerySet[Any]:
        """Conversations."""
        return conversations.visible_conversations(actor)


@admin.register(models.AgentSession)
class SessionRow(WorkAdmin):
    """What agents remember."""

    list_display = ("conversation", "agent", "watermark", "due_at", "attempts", "version")
    list_filter = ("agent",)
    list_select_related = ("conversation__contact", "conversation__channel", "agent")


@admin.register(models.Turn)
class TurnRow(WorkAdmin):
    """What agents did, and why."""

    of = "session__conversation"
    list_display = (
        "started_at",
        "outcome",
        "model_name",
        "latency_ms",
        "tokens_in",
        "tokens_out",
        "cost",
        "reason",
    )
    list_filter = ("outcome", "model_name")
    search_fields = ("conversation_id", "why")

    @admin.display(description=_("Why"))
    def reason(self, turn: models.Turn) -> str:
        """The first reason."""
        return str(turn.why[0]) if turn.why else turn.error[:80]


@admin.register(models.Escalation)
class EscalationRow(WorkAdmin):
    """Handoffs forced by a rule."""

    of = "turn__session__conversation"
    list_display = ("at", "reason", "quote", "because")
    list_filter = ("reason",)
    search_fields = ("quote", "because")
