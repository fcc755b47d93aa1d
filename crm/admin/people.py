"""Who works here and may do what: people, roles, teams, members, keys and invitations."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from crm import models, selectors, services
from crm.admin.rooms import DelicateAdmin, ReadOnlyAdmin, prove_again
from crm.forms.admin import RoleForm


@admin.register(models.User)
class UserRow(DelicateAdmin):
    """People of the admin's workspace. An address is proven by a mail to it: whoever could write one could wait
    under it for its owner."""

    list_display = ("email", "name", "phone", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("email", "name", "phone")
    fields = ("email", "name", "phone", "language", "is_active", "last_login", "date_joined")
    readonly_fields = ("email", "last_login", "date_joined")

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        """Members of the workspace."""
        rows: QuerySet[Any] = ModelAdmin.get_queryset(self, request)
        return rows.filter(memberships__workspace=request.workspace).distinct()

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Nothing."""
        return []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service: nobody above oneself, and who is switched off is out at once."""
        given = {name: form.cleaned_data[name] for name in form.changed_data}
        services.change_user(actor=self._named(request), user_id=obj.pk, changes=given)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        """Only people who work nowhere else: an address is the key to every workspace of its owner."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or selectors.is_ours_alone(obj, request.workspace.pk))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """People leave by membership; their trail stays."""
        return False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """People are invited, under Settings; operators have `manage.py create_user`."""
        return False


@admin.register(models.Role)
class RoleRow(DelicateAdmin):
    """What members may do, and how far they see."""

    form = RoleForm
    list_display = ("name", "key", "sight", "members")
    list_filter = ("sight",)
    search_fields = ("name", "key")

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        """With how many hold each."""
        active = Count("memberships", filter=Q(memberships__is_active=True))
        rows: QuerySet[Any] = super().get_queryset(request).annotate(members_now=active)
        return rows

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service: nobody lifts themselves, and somebody still manages."""
        given = {name: getattr(obj, name) for name in ("key", "name", "permissions", "sight")}
        row = services.save_role(actor=self._named(request), role_id=obj.pk if change else None, **given)
        obj.pk = row.pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """By the service."""
        services.remove_role(actor=self._named(request), role_id=obj.pk)

    @admin.display(description=_("Members"), ordering="members_now")
    def members(self, role: Any) -> int:
        """How many hold it."""
        return int(role.members_now)


@admin.register(models.Team)
class TeamRow(DelicateAdmin):
    """People who see each other's rows."""

    list_display = ("name", "created_at")
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service; who is in it stays."""
        seated = obj.memberships.values_list("pk", flat=True) if change else ()
        which: dict[str, Any] = {"team_id": obj.pk if change else None, "membership_ids": list(seated)}
        obj.pk = services.save_team(actor=self._named(request), name=obj.name, **which).pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """By the service: when nobody is in it, and with a way back."""
        services.remove_team(actor=self._named(request), team_id=obj.pk)


@admin.register(models.Membership)
class MembershipRow(DelicateAdmin):
    """Who works here, in which role and teams; who leaves is switched off, and their trail stays."""

    is_kept = True
    readonly_fields = ("user",)
    list_display = ("user", "role", "is_active", "is_available", "last_handed_at")
    list_filter = ("role", "teams", "is_active", "is_available")
    search_fields = ("user__email", "user__name")
    filter_horizontal = ("teams",)
    list_select_related = ("user", "role")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """People are invited, under Settings."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """As under Settings, by the same services."""
        which = {"actor": self._named(request), "membership_id": obj.pk}
        if {"role", "teams"} & set(form.changed_data):
            teams = [team.pk for team in form.cleaned_data["teams"]]
            services.change_member(**which, role_key=obj.role.key, team_ids=teams)
        if "is_active" in form.changed_data:
            services.set_member_active(**which, is_active=obj.is_active)
        if "is_available" in form.changed_data:
            services.set_member_available(**which, is_available=obj.is_available)


@admin.register(models.ApiKey)
class ApiKeyRow(ReadOnlyAdmin):
    """Keys of programs; made and revoked under Settings, or by `manage.py create_api_key`."""

    manages = "members.manage"
    list_display = ("name", "prefix", "membership", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("revoked_at",)
    search_fields = ("name", "prefix", "membership__user__email")
    list_select_related = ("membership__user", "membership__role")
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke the chosen keys"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[models.ApiKey]) -> None:
        """Programs that use them are refused from now on."""
        prove_again(request)
        for key in queryset:
            services.revoke_api_key(actor=self._named(request), key_id=key.pk)
        self.message_user(request, _("Revoked."), messages.SUCCESS)


@admin.register(models.Invitation)
class InvitationRow(ReadOnlyAdmin):
    """Who was invited, and what became of it."""

    manages = "members.manage"
    list_display = ("email", "role", "invited_by", "created_at", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = ("role",)
    search_fields = ("email",)
    list_select_related = ("role", "invited_by")
    exclude = ("digest", "serial")
