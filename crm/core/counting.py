"""Counts that ride along: a number of rows as a column of another statement, so that a page asks once."""

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery


class HowMany(Subquery):
    """How many rows a query has; slice it first, and counting stops there."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, rows: QuerySet[Any], **extra: Any) -> None:
        super().__init__(rows.values("pk"), **extra)
