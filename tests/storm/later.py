"""A month later: all that was ever taken comes once more. Nothing may come of it, however old our rows are by then."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from psycopg import sql

from tests.storm.house import House, World

DAYS = 31
CLOCKS = """SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables t
    USING (table_schema, table_name) WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE'
    AND data_type = 'timestamp with time zone' AND is_generated = 'NEVER' AND NOT starts_with(table_name, 'django_')"""
FINGERPRINTS = {  # what a second effect would show in
    "contacts": "SELECT count(*) FROM crm_contact",
    "conversations": "SELECT count(*), sum(unread_count), sum(last_sequence) FROM conversations_conversation",
    "messages": """SELECT count(*), md5(string_agg(concat_ws(' ', id, sequence, status, provider_id, text), ','
        ORDER BY id)) FROM conversations_message""",
    "receipts": "SELECT count(*) FROM conversations_messagereceipt",
    "leads": "SELECT count(*) FROM leads_lead",
    "turns": "SELECT count(*) FROM agents_turn",
}


async def second_effects(
    house: House, world: World, drain: Callable[[], Awaitable[dict[str, int]]]
) -> tuple[int, list[str]]:
    """How many updates came once more, and what changed by it: nothing, it is hoped."""
    before = await _everything(house, world)
    await asyncio.to_thread(_let_pass, house)
    again = await world.post("replay")
    left = await drain()
    after = await _everything(house, world)
    changed = [f"{name}: {before[name]} -> {after[name]}" for name in before if before[name] != after[name]]
    return int(again["updates"]), changed + [f"{count} {name} left" for name, count in left.items()]


async def _everything(house: House, world: World) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: await asyncio.to_thread(house.ask, query) for name, query in FINGERPRINTS.items()
    }
    return found | {"provider": (await world.get("state/meta"))["counts"]["messages"]}


def _let_pass(house: House) -> None:
    """All our clocks say that it was a month ago; nobody can turn PostgreSQL's own clock on."""
    by_table: dict[str, list[str]] = {}
    for table, column in house.ask(CLOCKS):
        by_table.setdefault(table, []).append(column)
    ago = sql.Literal(f"{DAYS} days")
    for table, columns in by_table.items():
        older = [sql.SQL("{0} = {0} - {1}::interval").format(sql.Identifier(name), ago) for name in columns]
        house.tell(sql.SQL("UPDATE {} SET {}").format(sql.Identifier(table), sql.SQL(", ").join(older)))
