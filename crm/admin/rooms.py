"""How every room of ours in the Django admin behaves: one workspace, as far as one sees, in one's own name."""

from dataclasses import replace
from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline

from crm import models
from crm.core.actors import Actor, Sight, acting
from crm.core.errors import DomainError
from crm.forms.admin import in_workspace, refused


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
    shows: tuple[str, ...] = ()  # for rows of customers: what one needs to see such rows on the pages
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


class DelicateAdmin(WorkspaceAdmin):
    """Rows that decide who may do what: changed only by somebody who proved minutes ago who they are."""

    manages = "members.manage"

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Adding and changing."""
        prove_again(request)
        return super().changeform_view(request, *args, **kwargs)  # type: ignore[no-any-return]

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Deleting."""
        prove_again(request)
        return super().delete_view(request, *args, **kwargs)  # type: ignore[no-any-return]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Actions on many rows."""
        prove_again(request)
        return super().changelist_view(request, *args, **kwargs)  # type: ignore[no-any-return]


def prove_again(request: HttpRequest) -> None:
    """Lead somebody who signed in too long ago to do so once more before a change; ReauthenticationRequired."""
    if request.method == "POST" and is_reauthentication_required(request, app="crm"):
        raise ReauthenticationRequired
