"""Pages of leads by position, with any order: the list's own pages, as the API says them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from crm.core.plain import is_whole
from leads import selectors
from leads.selectors import SORTS, LeadPage

MOST = 200
NEWEST = ("-created_at",)


class LeadPages(BasePagination):
    """`?ordering=-score,name&page_size=50&cursor=...`; newest first."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page asked for."""
        given = request.query_params
        sort = [name.strip() for name in given.get("ordering", "").split(",") if name.strip()]
        names = [name.removeprefix("-") for name in sort]
        selectors.check_sorts(names, SORTS, selectors.own_fields(actor_of(request)))
        self.request = request
        self.page: LeadPage = selectors.list_leads(
            queryset,
            sort=sort or NEWEST,
            cursor=given.get("cursor", ""),
            size=self._size(given.get("page_size", "")),
            with_count=False,
        )
        return self.page.rows

    @staticmethod
    def _size(text: str) -> int:
        if not text:
            return selectors.PAGE
        if not is_whole(text, MOST):
            raise InvalidInputError(
                fields={"page_size": [_("Send a number from 1 to %(most)s.") % {"most": MOST}]}
            )
        return int(text)

    def get_paginated_response(self, data: Any) -> Response:
        """`{"results": [...], "next": URL|null, "previous": URL|null}`"""
        page = self.page
        links = {"next": self._url(page.next_cursor), "previous": self._url(page.previous_cursor)}
        return Response({"results": data, **links})

    def _url(self, cursor: str) -> str | None:
        address = self.request.build_absolute_uri()
        return replace_query_param(address, "cursor", cursor) if cursor else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a list, for the OpenAPI document."""
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"results": schema, "next": link, "previous": link}
        return {"type": "object", "required": ["results", "next", "previous"], "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters of a list, for the OpenAPI document."""
        names = {
            "cursor": "From `next` or `previous` of another page.",
            "ordering": f"One or more of {', '.join(SORTS)}, custom.<key>; with - the other way round.",
            "page_size": f"1 to {MOST}; 50 unless said.",
        }
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": text,
                "schema": {"type": "string"},
            }
            for name, text in names.items()
        ]
