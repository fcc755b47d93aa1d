"""The workspace itself, and what is kept of what happened in it."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from crm import models
from crm.admin.rooms import ReadOnlyAdmin, WorkspaceAdmin
from crm.core.actors import Actor


@admin.register(models.Workspace)
class WorkspaceRow(WorkspaceAdmin):
    """The admin's own workspace."""

    list_display = ("name", "slug", "language", "time_zone", "created_at")
    readonly_fields = ("slug", "created_at")

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        """Only one's own."""
        rows: QuerySet[Any] = ModelAdmin.get_queryset(self, request)
        return rows.filter(pk=request.workspace.pk) if request.workspace else rows.none()

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Nothing."""
        return []

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Workspaces are opened by `manage.py create_workspace`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never from here."""
        return False


@admin.register(models.EventRecord)
class EventRow(ReadOnlyAdmin):
    """What happened; append-only."""

    list_display = (
        "sequence",
        "name",
        "actor_kind",
        "actor_label",
        "via",
        "occurred_at",
        "delivered_at",
        "attempts",
    )
    list_filter = ("name", "actor_kind", "via", "delivered_at")
    search_fields = ("name", "actor_label", "refs")
    date_hierarchy = None
    ordering = ("-sequence",)


@admin.register(models.ConfigurationCopy)
class ConfigurationCopyRow(ReadOnlyAdmin):
    """Copies of everything an admin can set."""

    list_display = ("__str__", "reason", "author", "created_at", "restored_at")
    list_filter = ("reason",)
    search_fields = ("name", "author")
    ordering = ("-created_at",)


class LettersAdmin(ReadOnlyAdmin):
    """What was done with dead letters, for those who see them: all of them, as on their page."""

    shows = ("deadletters.view",)

    def in_sight(self, actor: Actor) -> QuerySet[Any]:
        """All."""
        every: QuerySet[Any] = self.model._default_manager.all()
        return every


@admin.register(models.DeadLetterNote)
class DeadLetterNoteRow(LettersAdmin):
    """What people did with dead letters."""

    list_display = ("letter", "replays", "last_replayed_at", "set_aside_at", "edited_at")
    search_fields = ("letter",)
    exclude = ("original",)


@admin.register(models.ReplayRun)
class ReplayRunRow(LettersAdmin):
    """Dead letters of one kind that were tried again together."""

    list_display = ("source", "reason", "total", "replayed", "refused", "created_at", "finished_at")
    list_filter = ("source",)
    search_fields = ("reason",)
