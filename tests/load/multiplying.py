"""Ten times as many leads from those that are there: copies made by the database itself, in seconds instead of minutes.

A copy has ids, numbers and times of its own, and is else as its model: names come as often as among many people.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

Database = psycopg.Connection[tuple[Any, ...]]

APART = "37 minutes"  # between what happened in two copies
BASE = """
    CREATE TEMPORARY TABLE base AS
    SELECT contact.id AS contact_id, lead.id AS lead_id, lead.conversation_id
    FROM crm_contact contact JOIN leads_lead lead ON lead.contact_id = contact.id
    WHERE contact.workspace_id = %s AND NOT EXISTS (SELECT FROM others WHERE others.id = contact.id)
"""
# table -> (which of its rows are copied, columns that are not simply taken over)
OF_CONTACT, OF_LEAD, OF_TALK = (
    f"{key} IN (SELECT {whose} FROM base)"
    for key, whose in (
        ("contact_id", "contact_id"),
        ("lead_id", "lead_id"),
        ("conversation_id", "conversation_id"),
    )
)
PLAN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "crm_contact": ("id IN (SELECT contact_id FROM base)", {"id": "id"}),
    "crm_identity": (OF_CONTACT, {"id": "id", "contact_id": "id", "value": "number", "shown_as": "number"}),
    "conversations_conversation": (
        "id IN (SELECT conversation_id FROM base)",
        {"id": "id", "contact_id": "id", "recipient_value": "number"},
    ),
    "leads_lead": (
        "id IN (SELECT lead_id FROM base)",
        {"id": "id", "contact_id": "id", "conversation_id": "id", "search_line": "number"},
    ),
    "leads_leadslot": (OF_LEAD, {"id": "id", "lead_id": "id"}),
    "conversations_message": (OF_TALK, {"id": "id", "conversation_id": "id"}),
}
COPIED = {
    "id": "md5({column}::text || {copy})::uuid",  # the same for a row and for whoever points at it
    "number": "{column} || {copy}",
    "time": "{column} - {copy} * {apart}::interval",
}


def remember(database: Database) -> None:
    """Note who is there already: these are not copied."""
    database.execute("CREATE TEMPORARY TABLE others AS SELECT id FROM crm_contact")


def multiply(database: Database, workspace_id: Any, copies: int) -> None:
    """So many copies of everything that came since `remember`."""
    database.execute(BASE, [workspace_id])
    for table, (rows, special) in PLAN.items():
        for copy in range(1, copies + 1):
            database.execute(_copying(database, table, rows, special, copy))
    database.execute("DROP TABLE base, others")


def _copying(
    database: Database, table: str, rows: str, special: Mapping[str, str], copy: int
) -> sql.Composed:
    """INSERT ... SELECT of one copy of a table's rows."""
    kinds = database.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    ).fetchall()
    columns = [
        _copied(name, "time" if kind == "timestamp with time zone" else special.get(name, ""), copy)
        for name, kind in kinds
    ]
    return sql.SQL("INSERT INTO {table} ({names}) SELECT {columns} FROM {table} WHERE {rows}").format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(sql.Identifier(name) for name, _kind in kinds),
        columns=sql.SQL(", ").join(columns),
        rows=sql.SQL(rows),
    )


def _copied(name: str, how: str, copy: int) -> sql.Composable:
    if not how:
        return sql.Identifier(name)
    column, times = sql.Identifier(name), sql.Literal(copy)
    template = sql.SQL(COPIED[how])
    return template.format(column=column, copy=times, apart=sql.Literal(APART))
