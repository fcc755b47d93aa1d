"""Many rows at once: COPY, with the model's own defaults for what a row leaves out.

Row security takes no COPY: the rows go into a table of the moment, and on from there in one statement.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg.types.json import Jsonb


def copy_rows(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows (by column: `contact_id`, not `contact`); returns how many. No signals, no history."""
    fields = [
        f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField | models.BigAutoField)
    ]
    names = [f.attname for f in fields]
    defaults = {f.attname: _default(f) for f in fields}
    jsons = {f.attname for f in fields if isinstance(f, models.JSONField)}
    columns, table = ", ".join(f'"{f.column}"' for f in fields), model._meta.db_table
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE copied ON COMMIT DROP AS TABLE "{table}" WITH NO DATA')
        with cursor.copy(f"COPY copied ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(
                    [Jsonb(row[n]) if n in jsons and n in row else row.get(n, defaults[n]) for n in names]
                )
                count += 1
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM copied')  # noqa: S608
        cursor.execute("DROP TABLE copied")
    return count


def _default(field: "models.Field[Any, Any]") -> Any:
    """What a column holds when the row doesn't say; times that Django would set itself are now."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now()
    return field.get_db_prep_save(field.get_default(), connection)
