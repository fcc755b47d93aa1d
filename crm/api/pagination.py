"""Lists come in pages by cursor: `{"results": [...], "next": URL, "previous": URL}`."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.pagination import CursorPagination
from rest_framework.utils.urls import replace_query_param

from crm.core.errors import InvalidInputError
from crm.core.plain import is_whole


class Cursor(CursorPagination):
    """50 rows a page (`?page_size=`, at most 200), newest first unless `?ordering=` says otherwise.

    A cursor holds the place of a row in the whole order (primary key last), so that no row is skipped or shown
    twice however many are alike, and rows that come or go meanwhile move nothing.
    """

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-pk")

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """The view's order, with the primary key as the last word."""
        ordering = tuple(super().get_ordering(request, queryset, view))
        if {name.lstrip("-") for name in ordering} & {"pk", "id"}:
            return ordering
        return (*ordering, "-pk" if ordering[0].startswith("-") else "pk")

    def get_page_size(self, request: Any) -> int:
        """As asked for; refused by name when it is no number from 1 to 200."""
        given = request.query_params.get(self.page_size_query_param, "") or str(self.page_size)
        if not is_whole(given, self.max_page_size):
            raise InvalidInputError(
                fields={
                    "page_size": [
                        _("Send a number from 1 to %(max_page_size)s.")
                        % {"max_page_size": self.max_page_size}
                    ]
                }
            )
        return int(given)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        """The rows after (or before) the cursor."""
        self.base_url: str = request.build_absolute_uri()
        self.names = self.get_ordering(request, queryset, view)
        size = self.get_page_size(request)
        backwards, place = self._read(request.query_params.get(self.cursor_query_param, ""))
        names = tuple(_flipped(n) for n in self.names) if backwards else self.names
        try:
            found = list(queryset.order_by(*names).filter(_after(names, place))[: size + 1])
        except (ValidationError, ValueError, TypeError) as error:
            raise _unknown_cursor() from error
        more, self.page = len(found) > size, found[:size]
        if backwards:
            self.page.reverse()
        self.has_next = bool(self.page) and (backwards or more)
        self.has_previous = bool(self.page) and (more if backwards else bool(place))
        return self.page

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """How a page is described: REST framework says "or null" in the words of OpenAPI 3.0, we publish 3.1."""
        address = {"type": ["string", "null"], "format": "uri"}
        fields = {"next": address, "previous": address, "results": schema}
        return {"type": "object", "required": list(fields), "properties": fields}

    def get_next_link(self) -> str | None:
        """The page after this one."""
        return self._link("next", self.page[-1]) if self.page and self.has_next else None

    def get_previous_link(self) -> str | None:
        """The page before this one."""
        return self._link("previous", self.page[0]) if self.page and self.has_previous else None

    def _link(self, way: str, row: Any) -> str:
        text = json.dumps([way, *(_value(row, n) for n in self.names)], cls=DjangoJSONEncoder)
        return replace_query_param(
            self.base_url, self.cursor_query_param, urlsafe_b64encode(text.encode()).decode()
        )

    def _read(self, cursor: str) -> tuple[bool, list[Any]]:
        """Which way, and the values of the row to go on from; no values without a cursor."""
        if not cursor:
            return False, []
        try:
            way, *place = json.loads(urlsafe_b64decode(cursor.encode()))
        except (ValueError, TypeError, RecursionError) as error:
            raise _unknown_cursor() from error
        plain = all(v is None or isinstance(v, str | int | float | bool) for v in place)
        if (
            way not in {"next", "previous"}
            or len(place) != len(self.names)
            or not plain
            or "\0" in str(place)
        ):
            raise _unknown_cursor()
        return way == "previous", place


def _unknown_cursor() -> InvalidInputError:
    return InvalidInputError(
        fields={"cursor": [_("Use the next or previous address of a page, with its ordering.")]}
    )


def _flipped(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _value(row: Any, name: str) -> Any:
    """A row's place by one field of the order; times to the microsecond."""
    for part in name.lstrip("-").split("__"):
        row = getattr(row, part, None)
    return row.isoformat() if hasattr(row, "isoformat") else row


def _after(names: tuple[str, ...], place: list[Any]) -> Q:
    """Rows behind a place. PostgreSQL puts empty values last, and first when descending."""
    behind, alike = Q(), Q()
    for name, value in zip(names, place, strict=False):
        field, down = name.lstrip("-"), name.startswith("-")
        if value is None:
            further = Q(**{f"{field}__isnull": False}) if down else Q(pk__in=[])
        else:
            further = Q(**{f"{field}__{'lt' if down else 'gt'}": value})
            further |= Q(pk__in=[]) if down else Q(**{f"{field}__isnull": True})
        behind |= alike & further
        alike &= Q(**{f"{field}__isnull": True}) if value is None else Q(**{field: value})
    return behind
