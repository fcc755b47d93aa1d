"""Lists come in pages by cursor: `{"results": [...], "next": URL, "previous": URL}`."""

from typing import Any

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """50 rows a page (`?page_size=`, at most 200), newest first unless `?ordering=` says otherwise."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-pk")

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        """The view's order, with the primary key as the last word so that no row is skipped or shown twice."""
        ordering = tuple(super().get_ordering(request, queryset, view))
        names = {name.lstrip("-") for name in ordering}
        return (
            ordering if names & {"pk", "id"} else (*ordering, "-pk" if ordering[0].startswith("-") else "pk")
        )
