"""Master data of the ground floor, and how every admin of ours behaves."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline

from crm import models, selectors
from crm.core.actors import Actor, acting


class WorkspaceAdmin(SimpleHistoryAdmin, ModelAdmin):
    """Shows and saves rows of the admin's own workspace, in the admin's name."""

    manages = "settings.manage"  # the permission that opens this room
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    warn_unsaved_form = True

    def _actor(self, request: HttpRequest) -> Actor | None:
        membership = selectors.memberships_of(request.user).first() if request.user.is_authenticated else None
        return selectors.actor_for(membership, via="admin") if membership else None

    def _may(self, request: HttpRequest) -> bool:
        actor: Actor | None = getattr(request, "actor", None) or self._actor(request)
        return actor is not None and actor.may(self.manages)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may manage settings sees the room."""
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the module."""
        return self._may(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the module."""
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the module."""
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the module."""
        return self._may(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only rows of the admin's workspace."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(workspace_id=request.workspace.id) if request.workspace else rows.none()  # type: ignore[attr-defined]

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """The workspace is not a choice."""
        return [*(super().get_exclude(request, obj) or []), "workspace"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices come from the same workspace."""
        remote = db_field.remote_field.model
        if hasattr(remote, "workspace") and "queryset" not in kwargs:
            kwargs["queryset"] = remote._default_manager.filter(workspace=request.workspace)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices come from the same workspace."""
        remote = db_field.remote_field.model
        if hasattr(remote, "workspace") and "queryset" not in kwargs:
            kwargs["queryset"] = remote._default_manager.filter(workspace=request.workspace)  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Into the admin's workspace, in their name."""
        if obj.workspace_id is None:
            obj.workspace = request.workspace  # type: ignore[attr-defined]
        with acting(self._named(request)):
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Inline rows too."""
        for row_form in formset.forms:
            if hasattr(row_form.instance, "workspace_id") and row_form.instance.workspace_id is None:
                row_form.instance.workspace = request.workspace  # type: ignore[attr-defined]
        with acting(self._named(request)):
            super().save_formset(request, form, formset, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """In the admin's name."""
        with acting(self._named(request)):
            super().delete_model(request, obj)

    def _named(self, request: Any) -> Actor:
        actor = self._actor(request)
        if actor is None:
            raise PermissionError
        return actor


class ReadOnlyAdmin(WorkspaceAdmin):
    """Rows that only services write: look, don't touch."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


@admin.register(models.Workspace)
class WorkspaceRow(WorkspaceAdmin):
    """The admin's own workspace."""

    list_display = ("name", "slug", "language", "time_zone", "created_at")
    readonly_fields = ("slug", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only one's own."""
        rows: QuerySet[Any] = ModelAdmin.get_queryset(self, request)
        return rows.filter(pk=request.workspace.pk) if request.workspace else rows.none()  # type: ignore[attr-defined]

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Nothing."""
        return []

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Workspaces are opened by `manage.py create_workspace`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never from here."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Name, language and time zone."""
        obj.save()


@admin.register(models.User)
class UserRow(WorkspaceAdmin):
    """People of the admin's workspace."""

    manages = "members.manage"
    list_display = ("email", "name", "phone", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("email", "name", "phone")
    fields = ("email", "name", "phone", "language", "is_active", "is_staff", "last_login", "date_joined")
    readonly_fields = ("last_login", "date_joined")
    change_password_form = AdminPasswordChangeForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Members of the workspace."""
        rows: QuerySet[Any] = ModelAdmin.get_queryset(self, request)
        return rows.filter(memberships__workspace=request.workspace).distinct()  # type: ignore[attr-defined]

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Nothing."""
        return []

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """People leave by membership; their trail stays."""
        return False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """People are added by `manage.py create_user` (an invitation page comes with its issue)."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A user belongs to no single workspace."""
        obj.save()


@admin.register(models.Role)
class RoleRow(WorkspaceAdmin):
    """What members may do, and how far they see."""

    manages = "members.manage"
    list_display = ("name", "key", "sight", "members")
    list_filter = ("sight",)
    search_fields = ("name", "key")

    @admin.display(description="Members")
    def members(self, role: models.Role) -> int:
        """How many hold it."""
        return role.memberships.filter(is_active=True).count()


@admin.register(models.Team)
class TeamRow(WorkspaceAdmin):
    """People who see each other's rows."""

    manages = "members.manage"
    list_display = ("name", "created_at")
    search_fields = ("name",)


@admin.register(models.Membership)
class MembershipRow(WorkspaceAdmin):
    """Who works here, in which role and teams."""

    manages = "members.manage"
    list_display = ("user", "role", "is_active", "is_available", "last_handed_at")
    list_filter = ("role", "teams", "is_active", "is_available")
    search_fields = ("user__email", "user__name")
    filter_horizontal = ("teams",)
    list_select_related = ("user", "role")


@admin.register(models.ApiKey)
class ApiKeyRow(ReadOnlyAdmin):
    """Keys of programs; made by `manage.py create_api_key`, revoked here."""

    manages = "members.manage"
    list_display = ("name", "prefix", "membership", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("revoked_at",)
    search_fields = ("name", "prefix", "membership__user__email")
    list_select_related = ("membership__user", "membership__role")


class IdentityInline(TabularInline):
    """Identities on the contact's page."""

    model = models.Identity
    extra = 0
    fields = ("kind", "value", "shown_as", "scope")


@admin.register(models.Contact)
class ContactRow(WorkspaceAdmin):
    """People."""

    list_display = ("__str__", "language", "owner", "created_at")
    list_filter = ("language", "owner")
    search_fields = ("name", "identities__value")
    list_select_related = ("owner",)
    autocomplete_fields = ("accounts",)
    inlines = (IdentityInline,)


@admin.register(models.Account)
class AccountRow(WorkspaceAdmin):
    """Companies."""

    list_display = ("name", "domain", "industry", "owner")
    list_filter = ("industry", "owner")
    search_fields = ("name", "domain")
    list_select_related = ("owner",)


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
