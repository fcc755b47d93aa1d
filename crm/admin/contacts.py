"""People and companies one does business with, and the fields and tags they have."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

from crm import models, policies, selectors, services
from crm.admin.rooms import ReadOnlyAdmin, WorkspaceAdmin, WorkspaceInline
from crm.core.actors import Actor


class ContactsAdmin(WorkspaceAdmin):
    """Rows of people and companies: for those who see contacts, as far as they see."""

    shows = ("contacts.view",)
    works = ("contacts.edit",)

    def in_sight(self, actor: Actor) -> QuerySet[Any]:
        """Contacts."""
        return selectors.visible_contacts(actor)


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
