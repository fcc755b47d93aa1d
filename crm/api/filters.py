"""Ordering that says so when it doesn't know a field."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.filters import OrderingFilter

from crm import selectors
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from crm.models import Contact


class ContactFilter(django_filters.FilterSet):
    """Filters by field name; `search` over names, numbers in any format, and addresses."""

    search = django_filters.CharFilter(method="by_search")
    owner = django_filters.UUIDFilter(field_name="owner_id")
    language = django_filters.CharFilter()
    tag = django_filters.CharFilter(method="by_tag")

    class Meta:
        model = Contact
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        """Also by custom fields: `custom.<key>=`, and the same with `__gte`, `__lte`, `__contains`, `__empty`."""
        asked = selectors.custom_filter(actor_of(self.request).workspace_id, "contact", self.data)
        rows: QuerySet[Contact] = super().filter_queryset(queryset)
        return rows.filter(asked)

    def by_search(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        """Words or a number."""
        return selectors.search_contacts(rows, value)

    def by_tag(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        """Contacts that carry it."""
        return rows.filter(tags__contains=[value])


class StrictOrdering(OrderingFilter):
    """`?ordering=-a,b` over the view's `ordering_fields`; an unknown field is refused by name."""

    def remove_invalid_fields(self, queryset: Any, fields: Any, view: Any, request: Any) -> Any:
        """Every field, or a refusal that lists the ones there are."""
        known = [name for name, _ in self.get_valid_fields(queryset, view, {"request": request})]
        unknown = [f for f in fields if f.removeprefix("-") not in known]
        if unknown:
            text = _("Can't order by %(names)s. Choose from: %(choices)s.") % {
                "names": ", ".join(unknown),
                "choices": ", ".join(known),
            }
            raise InvalidInputError(fields={"ordering": [text]})
        return fields
