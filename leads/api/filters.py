"""What the list of leads can be filtered by."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.forms import Field, SelectMultiple, ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field

from crm.core.doors import actor_of
from crm.selectors import custom_filter
from leads import selectors
from leads.models import Lead, LeadStatus, Temperature
from leads.selectors import KINDS, OPERATORS, OWN_OPERATORS, LeadFilters


class SeveralField(Field):
    """One or more texts: the parameter repeated, or with commas; of `choices` when there are any."""

    widget = SelectMultiple

    def __init__(self, *, choices: Sequence[tuple[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = [value for value, _ in choices]

    def to_python(self, value: Any) -> list[str]:
        """Each text once; refuses an unknown one with the list of those there are."""
        texts = list(dict.fromkeys(t.strip() for part in value or [] for t in part.split(",") if t.strip()))
        unknown = [text for text in texts if self.known and text not in self.known]
        if unknown:
            raise ValidationError(  # whoever shows it fills it in: a "%" of the caller's must not be read as a blank
                _("There is no %(names)s. Choose from: %(choices)s."),
                params={"names": ", ".join(unknown), "choices": ", ".join(self.known)},
            )
        return texts


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class SeveralFilter(django_filters.Filter):
    """?status=new,working or ?status=new&status=working"""

    field_class = SeveralField


class OwnerField(Field):
    """A user's id, or "none"."""

    def to_python(self, value: Any) -> str | UUID | None:
        """The owner asked for; None when nothing was."""
        if value in self.empty_values or value == "none":
            return value or None
        try:
            return UUID(str(value))
        except ValueError as error:
            raise ValidationError(_('Send a user\'s id, or "none".')) from error


@extend_schema_field({"type": "string"})
class OwnerFilter(django_filters.Filter):
    """?owner="""

    field_class = OwnerField


TREE = (
    'Groups and conditions as JSON: {"all": [{"field": "score", "op": "at_least", "value": 50}, {"any": [...]}]}. '
    "Fields and their operators: "
    + "; ".join(f"{field} ({', '.join(OPERATORS[kind])})" for field, kind in KINDS.items())
    + ". A field of your own is custom.<key>; by its kind: "
    + "; ".join(f"{kind} ({', '.join(operators)})" for kind, operators in OWN_OPERATORS.items())
)


class LeadFilter(django_filters.FilterSet):
    """Filters by field name. `status`, `temperature`, `source` and `tag` take several values.

    Custom fields: `custom.<key>=`, and `custom.<key>__gte`, `__lte`, `__contains`, `__empty`.
    """

    filter = django_filters.CharFilter(label=TREE)
    search = django_filters.CharFilter(label="Words of the name, business, place or address; a phone number")
    status = SeveralFilter(choices=LeadStatus.choices, label="One or more statuses")
    temperature = SeveralFilter(choices=Temperature.choices, label="hot, warm, cold")
    owner = OwnerFilter(label='A user\'s id, or "none"')
    source = SeveralFilter(label="One or more sources")
    tag = SeveralFilter(label="Tags the lead has, all of them")
    contact = django_filters.UUIDFilter()
    conversation = django_filters.UUIDFilter()
    score__gte = django_filters.NumberFilter(min_value=0, max_value=100)
    score__lte = django_filters.NumberFilter(min_value=0, max_value=100)
    created_at__gte = django_filters.IsoDateTimeFilter()
    created_at__lt = django_filters.IsoDateTimeFilter()
    last_activity_at__gte = django_filters.IsoDateTimeFilter()
    last_activity_at__lt = django_filters.IsoDateTimeFilter()

    class Meta:
        model = Lead
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """The same filters as the page's."""
        given = self.form.cleaned_data
        filters = LeadFilters(
            search=given["search"] or "",
            statuses=given["status"],
            temperatures=given["temperature"],
            owners=[given["owner"]] if given["owner"] else [],
            sources=given["source"],
            tags=given["tag"],
            contact=given["contact"],
            conversation=given["conversation"],
            score_from=given["score__gte"],
            score_to=given["score__lte"],
            created_from=given["created_at__gte"],
            created_before=given["created_at__lt"],
            active_from=given["last_activity_at__gte"],
            active_before=given["last_activity_at__lt"],
            custom=custom_filter(actor_of(self.request).workspace_id, "lead", self.data),
        )
        rows = selectors.filter_leads(queryset, filters)
        if not given["filter"]:
            return rows
        actor = actor_of(self.request)
        tree = selectors.read_filter(given["filter"], selectors.own_fields(actor))
        return selectors.narrow_leads(rows, tree, actor)
