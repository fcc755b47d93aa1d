"""Ordering that says so when it doesn't know a field."""

from typing import Any

from rest_framework.filters import OrderingFilter

from crm.core.errors import InvalidInputError


class StrictOrdering(OrderingFilter):
    """`?ordering=-a,b` over the view's `ordering_fields`; an unknown field is refused by name."""

    def remove_invalid_fields(self, queryset: Any, fields: Any, view: Any, request: Any) -> Any:
        """Every field, or a refusal that lists the ones there are."""
        known = [name for name, _ in self.get_valid_fields(queryset, view, {"request": request})]
        unknown = [f for f in fields if f.lstrip("-") not in known]
        if unknown:
            text = f"Can't order by {', '.join(unknown)}. Choose from: {', '.join(known)}."
            raise InvalidInputError(fields={"ordering": [text]})
        return fields
