"""Master data of the leads floor, and a look at leads."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from crm import selectors as crm_selectors
from crm.admin.rooms import ReadOnlyAdmin, WorkspaceAdmin
from crm.core.actors import Actor
from leads import models, selectors, services, tasks


class LookOnlyInline(TabularInline):
    """Rows that only services write, on somebody's page."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the lead."""
        return True


class LeadSlotInline(LookOnlyInline):
    """What is known, and where from."""

    model = models.LeadSlot
    fields = ("key", "value", "confidence", "quote", "source", "is_confirmed", "is_inferred", "because")
    readonly_fields = fields
    verbose_name_plural = _("slots")


class ScoreRunInline(LookOnlyInline):
    """The scores so far."""

    model = models.ScoreRun
    fields = ("at", "score", "temperature", "caused_by")
    readonly_fields = fields
    ordering = ("-at",)


class LeadsAdmin(ReadOnlyAdmin):
    """Rows of leads: for those who see leads, as far as they see."""

    shows = ("leads.view",)
    of = "lead"

    def in_sight(self, actor: Actor) -> QuerySet[Any]:
        """Leads."""
        return selectors.visible_leads(actor)


@admin.register(models.Lead)
class LeadRow(LeadsAdmin):
    """Leads; they are worked on at /leads/."""

    of = "pk"
    list_display = (
        "__str__", "status", "score", "temperature", "business_type", "owner", "source", "last_activity_at",
        "handed_over_at",
    )  # fmt: skip
    list_filter = ("status", "temperature", "source", "owner")
    search_fields = ("search_line",)
    list_select_related = ("owner",)
    ordering = ("-last_activity_at",)
    inlines = (LeadSlotInline, ScoreRunInline)
    exclude = ("search_line", "name_line", "owner_name", "reply_seconds")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """As the list of leads searches."""
        return selectors.search_leads(queryset, search_term), False


@admin.register(models.Slot)
class SlotRow(WorkspaceAdmin):
    """What agents find out. Leads hold values by the key, read by the kind: both stay, and a slot is switched off."""

    is_kept = True
    list_display = ("label", "key", "kind", "position", "is_required", "is_active")
    list_display_links = ("label",)
    list_editable = ("position", "is_required", "is_active")
    list_filter = ("kind", "is_required", "is_active")
    search_fields = ("label", "key")
    ordering = ("position", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Key and kind, once there is a slot."""
        return ("key", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the services."""
        actor, given, names = self._named(request), form.cleaned_data, form.changed_data
        if not change:
            first = {name: given[name] for name in ("key", "label", "kind", "options", "is_required")}
            obj.pk = services.add_slot(actor=actor, **first).pk
            names = ["position", "is_active"]
        services.change_slot(actor=actor, slot_id=obj.pk, changes={name: given[name] for name in names})


class RecountingAdmin(WorkspaceAdmin):
    """Whatever is changed here, open leads are counted again afterwards, in the background."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, then count."""
        super().save_model(request, obj, form, change)
        self._recount(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, then count."""
        super().delete_model(request, obj)
        self._recount(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several, then count."""
        for obj in queryset:
            self.delete_model(request, obj)

    def _recount(self, obj: Any) -> None:
        tasks.rescore_leads(str(obj.workspace_id))


@admin.register(models.ScoreRule)
class ScoreRuleRow(RecountingAdmin):
    """How leads are scored."""

    list_display = ("name", "when", "points", "because", "position", "is_active")
    list_display_links = ("name",)
    list_editable = ("points", "position", "is_active")
    list_filter = ("when", "is_active")
    search_fields = ("name", "because")
    ordering = ("position", "name")
    fields = ("name", "when", "params", "points", "because", "position", "is_active")


@admin.register(models.LeadSettings)
class LeadSettingsRow(RecountingAdmin):
    """Thresholds, one row a workspace."""

    list_display = ("__str__", "hot_from", "warm_from", "qualify_from", "handover")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The row is made with the workspace."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """It is needed."""
        return False


@admin.register(models.ScoringVersion)
class ScoringVersionRow(ReadOnlyAdmin):
    """What was published, and the draft."""

    list_display = ("__str__", "author", "published_at", "is_draft")
    list_filter = ("is_draft",)
    search_fields = ("author",)
    ordering = ("-number",)


@admin.register(models.ScoreRun)
class ScoreRunRow(LeadsAdmin):
    """The history of scores."""

    list_display = ("lead", "score", "temperature", "caused_by", "at")
    list_filter = ("temperature", "caused_by")
    search_fields = ("lead__search_line",)
    list_select_related = ("lead",)
    ordering = ("-at",)


@admin.register(models.LeadNote)
class LeadNoteRow(LeadsAdmin):
    """What colleagues wrote about leads."""

    list_display = ("lead", "author", "text", "created_at", "edited_at", "deleted_at")
    list_filter = ("author",)
    search_fields = ("text", "lead__search_line")
    list_select_related = ("lead", "author")


@admin.register(models.LeadMerge)
class LeadMergeRow(LeadsAdmin):
    """Leads that turned out to be one."""

    of = "winner"
    list_display = ("winner", "loser", "because", "by", "created_at", "undone_at")
    search_fields = ("winner__search_line", "loser__search_line")
    list_select_related = ("winner", "loser")


@admin.register(models.NotTheSame)
class NotTheSameRow(ReadOnlyAdmin):
    """Contacts that somebody told apart."""

    shows = ("contacts.view",)
    list_display = ("one", "other", "by", "created_at")
    search_fields = ("one__name", "other__name")
    list_select_related = ("one", "other")

    def in_sight(self, actor: Actor) -> QuerySet[models.NotTheSame]:
        """Pairs of contacts they see both of."""
        seen = crm_selectors.visible_contacts(actor).order_by()
        return models.NotTheSame.objects.filter(one__in=seen, other__in=seen)


@admin.register(models.LeadJob)
class LeadJobRow(ReadOnlyAdmin):
    """Changes of many leads at once."""

    shows = ("leads.view",)
    list_display = ("action", "asked_by", "total", "done", "same", "refused", "created_at", "finished_at")
    list_filter = ("action", "asked_by")
    search_fields = ("action", "stopped_because")
    list_select_related = ("asked_by",)

    def in_sight(self, actor: Actor) -> QuerySet[models.LeadJob]:
        """As where they were asked for."""
        return selectors.visible_jobs(actor)


@admin.register(models.Chore)
class ChoreRow(ReadOnlyAdmin):
    """What is still to be done in the background."""

    list_display = ("kind", "subject", "place", "attempts", "next_at", "created_at")
    list_filter = ("kind",)
    search_fields = ("subject",)


@admin.register(models.SavedView)
class SavedViewRow(ReadOnlyAdmin):
    """Ways to look at the list that are shared with everybody."""

    shows = ("leads.view",)
    list_display = ("name", "owner", "group_by", "created_at", "removed_at")
    list_filter = ("owner",)
    search_fields = ("name",)
    list_select_related = ("owner",)

    def in_sight(self, actor: Actor) -> QuerySet[models.SavedView]:
        """As in the list."""
        return selectors.visible_views(actor)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Not those that people keep to themselves."""
        return super().get_queryset(request).filter(is_shared=True)
