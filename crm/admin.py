"""Master data of the ground floor, and how every admin of ours behaves."""

from dataclasses import replace
from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline

from crm import models, policies, selectors, services
from crm.core.actors import Actor, Sight, acting
from crm.core.errors import DomainError
from crm.forms.admin import RoleForm, in_workspace, refused


def rows_for(request: Any, model: type[Model]) -> QuerySet[Any]:
    """What an admin may choose from: rows of their workspace, people who work there."""
    rows = model._default_manager.all()
    if issubclass(model, models.User):
        return rows.filter(memberships__workspace=request.workspace).distinct()
    return rows.filter(workspace=request.workspace) if hasattr(model, "workspace") else rows


class ScopedFilter(RelatedFieldListFilter):
    """A list filter by another row: only rows of the admin's workspace are offered."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Key and name of each."""
        return [(row.pk, str(row)) for row in rows_for(request, field.remote_field.model)]


class ScopedRoom:
    """What pages and inline tables have in common: who may enter, and what there is to choose from."""

    manages = "settings.manage"  # the permission that opens this room
    shows: tuple[
        str, ...
    ] = ()  # what one must be permitted to see such rows on the pages, for rows of customers
    works: tuple[str, ...] = ()  # the same to change them
    is_kept = False  # rows are put out of use, never deleted: others point at them

    def _may(self, request: Any, also: tuple[str, ...] = ()) -> bool:
        actor: Actor | None = request.actor
        return actor is not None and all(map(actor.may, (self.manages, *self.shows, *also)))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may manage settings sees the room; customers' rows also ask what the pages ask."""
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the module."""
        return self._may(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the module, and who works on such rows."""
        return self._may(request, self.works)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the module, and who works on such rows."""
        return self._may(request, self.works)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the module, where rows go at all."""
        return not self.is_kept and self._may(request, self.works)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices come from the same workspace."""
        kwargs.setdefault("queryset", rows_for(request, db_field.remote_field.model))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices come from the same workspace."""
        kwargs.setdefault("queryset", rows_for(request, db_field.remote_field.model))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class WorkspaceInline(ScopedRoom, TabularInline):
    """A table of rows on another row's page."""

    def get_formset(self, request: Any, obj: Model | None = None, **kwargs: Any) -> Any:
        """New rows belong to the admin's workspace."""
        if hasattr(self.model, "workspace"):
            kwargs["form"] = in_workspace(self.form, request.workspace)
            kwargs["exclude"] = [*(self.exclude or []), "workspace"]
        return super().get_formset(request, obj, **kwargs)


class WorkspaceAdmin(ScopedRoom, SimpleHistoryAdmin, ModelAdmin):
    """Shows and saves rows of the admin's own workspace, in the admin's name."""

    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    warn_unsaved_form = True
    of = "pk"  # the way from a row to what `in_sight` tells of

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        """Only rows of the admin's workspace, as far as they see there."""
        rows: QuerySet[Any] = super().get_queryset(request)
        here = rows.filter(workspace=request.workspace) if request.workspace else rows.none()
        return self.seen_by(request.actor, here) if self._may(request) else rows.none()

    def seen_by(self, actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
        """All settings; of customers' rows those in the actor's sight, and what can't be told apart for those who
        see everything."""
        if not self.shows or actor.sight is Sight.ALL:
            return rows
        seen = self.in_sight(actor)
        return rows.none() if seen is None else rows.filter(**{f"{self.of}__in": seen.order_by()})

    def in_sight(self, actor: Actor) -> QuerySet[Any] | None:
        """What the actor sees on the pages, to tell customers' rows by."""
        return None

    def get_ordering(self, request: HttpRequest) -> Any:
        """Newest first where nothing else is said: pages need an order."""
        said = super().get_ordering(request) or self.model._meta.ordering
        return said or (["-created_at"] if hasattr(self.model, "created_at") else ["-pk"])

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters by another row offer rows of the same workspace."""
        return [self._scoped(given) for given in super().get_list_filter(request)]

    def _scoped(self, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        field = get_fields_from_path(self.model, given)[-1]
        return (given, ScopedFilter) if field.is_relation else given

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """The workspace is not a choice."""
        return [*(super().get_exclude(request, obj) or []), "workspace"]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """New rows belong to the admin's workspace."""
        form = super().get_form(request, obj, change, **kwargs)
        if hasattr(self.model, "workspace"):
            form = in_workspace(form, request.workspace)
        refusal = getattr(request, "refusal", None)
        return refused(form, refusal) if refusal else form

    def _changeform_view(self, request: Any, *args: Any) -> HttpResponse:
        """What a service refuses is said in the form, beside what was typed; nothing of it is kept."""
        try:
            with transaction.atomic():
                return super()._changeform_view(request, *args)  # type: ignore[no-any-return]
        except DomainError as error:
            if error.status in {403, 404}:
                raise
            request.refusal = error
            return super()._changeform_view(request, *args)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """In the admin's name."""
        with acting(self._named(request)):
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Inline rows too."""
        with acting(self._named(request)):
            super().save_related(request, form, formsets, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """In the admin's name."""
        with acting(self._named(request)):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One by one, so that each leaves its trail; all of them or none."""
        with transaction.atomic():
            for row in queryset:
                self.delete_model(request, row)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who changed a row of this workspace; rows without a history of their own have Django's."""
        self._find(request, object_id)
        if hasattr(self.model._meta, "simple_history_manager_attribute"):
            return super().history_view(request, object_id, extra_context)  # type: ignore[no-any-return]
        return ModelAdmin.history_view(self, request, object_id, extra_context)  # type: ignore[no-any-return]

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """A row as it was, to look at. Going back is a change like any other: made on its page."""
        self._find(request, object_id)
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)  # type: ignore[no-any-return]

    def _find(self, request: HttpRequest, object_id: str) -> None:
        if self.get_object(request, object_id) is None:
            raise Http404

    def _named(self, request: Any) -> Actor:
        if request.actor is None:
            raise PermissionDenied
        actor: Actor = request.actor
        return replace(actor, via="admin")


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


class DelicateAdmin(WorkspaceAdmin):
    """Rows that decide who may do what: changed only by somebody who proved minutes ago who they are."""

    manages = "members.manage"

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Adding and changing."""
        _prove_again(request)
        return super().changeform_view(request, *args, **kwargs)  # type: ignore[no-any-return]

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Deleting."""
        _prove_again(request)
        return super().delete_view(request, *args, **kwargs)  # type: ignore[no-any-return]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Actions on many rows."""
        _prove_again(request)
        return super().changelist_view(request, *args, **kwargs)  # type: ignore[no-any-return]


def _prove_again(request: HttpRequest) -> None:
    if request.method == "POST" and is_reauthentication_required(request, app="crm"):
        raise ReauthenticationRequired


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
        _prove_again(request)
        for key in queryset:
            services.revoke_api_key(actor=self._named(request), key_id=key.pk)
        self.message_user(request, _("Revoked."), messages.SUCCESS)


class ContactsAdmin(WorkspaceAdmin):
    """Rows of people and companies: for those who see contacts, as far as they see."""

    shows = ("contacts.view",)
    works = ("contacts.edit",)

    def in_sight(self, actor: Actor) -> QuerySet[Any]:
        """Contacts."""
        return selectors.visible_contacts(actor)


class LettersAdmin(ReadOnlyAdmin):
    """What was done with dead letters, for those who see them: all of them, as on their page."""

    shows = ("deadletters.view",)

    def in_sight(self, actor: Actor) -> QuerySet[Any]:
        """All."""
        every: QuerySet[Any] = self.model._default_manager.all()
        return every


class IdentityForm(forms.ModelForm):
    """An address as it will come in, whatever it was typed like; nobody gets what somebody else is known by."""

    def clean(self) -> dict[str, Any]:
        """Digits of numbers, small letters of addresses."""
        given: dict[str, Any] = super().clean() or {}
        typed = services.Known(given.get("kind", ""), given.get("value", ""), given.get("scope", ""))
        known = services.normalise(typed)
        if "value" in given and not known.value:
            self.add_error("value", gettext("'%(value)s' is no number or address.") % {"value": typed.value})
        elif self._is_anothers(known):
            text = gettext("This belongs to a contact that exists. Change that one instead.")
            self.add_error("value", text)
        return {**given, "value": known.value, "shown_as": given.get("shown_as") or services.shown(known)}

    def _is_anothers(self, known: services.Known) -> bool:
        here = {"workspace_id": self.instance.workspace_id, "contact_id": self.instance.contact_id}
        return services.is_anothers(known, **here)


class IdentityInline(WorkspaceInline):
    """Identities on the contact's page."""

    form = IdentityForm
    model = models.Identity
    extra = 0
    fields = ("kind", "value", "shown_as", "scope")


@admin.register(models.Contact)
class ContactRow(ContactsAdmin):
    """People."""

    list_display = ("__str__", "language", "owner", "created_at")
    list_filter = ("language", "owner")
    search_fields = ("name", "identities__value")
    list_select_related = ("owner",)
    autocomplete_fields = ("accounts",)
    inlines = (IdentityInline,)
    exclude = ("custom", "merged_into")  # checked by kind on the pages and by the API; merged by a service

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the services, so that lists hear of another name, and words become tags."""
        actor, given = self._named(request), form.cleaned_data
        if not change:
            own = {name: given[name] for name in ("name", "tags", "language")}
            obj.pk = services.create_contact(actor=actor, **own).pk
        changes = {name: given[name] for name in ("name", "tags", "language")}
        changes["owner_id"] = given["owner"].pk if given["owner"] else None
        services.change_contact(actor=actor, contact_id=obj.pk, changes=changes)


@admin.register(models.CustomField)
class CustomFieldRow(WorkspaceAdmin):
    """Fields the workspace has added; what rows hold values of keeps its key and kind, and is switched off at most."""

    is_kept = True
    list_display = ("label", "of", "key", "kind", "is_required", "position", "is_active")
    list_editable = ("is_required", "position", "is_active")
    list_filter = ("of", "kind", "is_active")
    search_fields = ("label", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Key, kind and owner, once there is a field."""
        return ("of", "key", "kind") if obj else ()


@admin.register(models.Tag)
class TagRow(WorkspaceAdmin):
    """Words people sort by, and their colours. Rows carry the names: a tag keeps its own, and stays."""

    is_kept = True
    list_display = ("name", "colour")
    list_editable = ("colour",)
    search_fields = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The name, once there is one."""
        return ("name",) if obj else ()


@admin.register(models.Account)
class AccountRow(ContactsAdmin):
    """Companies."""

    list_display = ("name", "domain", "industry", "owner")
    list_filter = ("industry", "owner")
    search_fields = ("name", "domain")
    list_select_related = ("owner",)

    def in_sight(self, actor: Actor) -> QuerySet[Any]:
        """Companies of those whose contacts they see."""
        return models.Account.objects.filter(policies.contacts_in_sight(actor))


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


@admin.register(models.Identity)
class IdentityRow(ReadOnlyAdmin, ContactsAdmin):
    """Numbers and addresses of contacts, and those they gave up."""

    of = "contact"
    list_display = ("__str__", "kind", "contact", "former_since", "created_at")
    list_filter = ("kind",)
    search_fields = ("value", "shown_as", "contact__name")
    list_select_related = ("contact",)


@admin.register(models.ContactMerge)
class ContactMergeRow(ReadOnlyAdmin, ContactsAdmin):
    """Contacts that turned out to be one person."""

    of = "winner"
    list_display = ("winner", "loser", "because", "created_at", "undone_at")
    search_fields = ("winner__name", "loser__name", "because")
    list_select_related = ("winner", "loser")


@admin.register(models.Invitation)
class InvitationRow(ReadOnlyAdmin):
    """Who was invited, and what became of it."""

    manages = "members.manage"
    list_display = ("email", "role", "invited_by", "created_at", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = ("role",)
    search_fields = ("email",)
    list_select_related = ("role", "invited_by")
    exclude = ("digest", "serial")


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
