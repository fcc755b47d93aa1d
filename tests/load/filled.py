"""Houses that are full, kept under var/load for the next run: `python -m tests.load.filled` fills them ahead.

A folder belongs to the migrations it was filled with; those of older ones go.
"""

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

from config.launcher.database import migrations_on_disk
from tests.load.houses import BY_ITSELF, RESULTS, House, opened, started
from tests.load.multiplying import multiply, remember
from tests.stack import Stack, make_stack

SCALES = (10_000, 100_000)  # leads
MESSAGES = 5  # a lead
MODEL = 10_000  # leads that are made one by one; the others are their copies
TABLES: tuple[LiteralString, ...] = (
    "crm_contact", "crm_identity", "leads_lead", "leads_leadslot", "conversations_conversation",
    "conversations_message",
)  # fmt: skip
PENDING: tuple[LiteralString, ...] = (
    "contact_name_trgm", "identity_value_trgm", "lead_search_trgm", "lead_by_tag", "lead_by_custom",
    "message_text_trgm",
)  # fmt: skip
FIELDS = """
    INSERT INTO crm_customfield (id, workspace_id, version, created_at, of, key, label, kind, options, is_required,
        help, position, is_active)
    SELECT gen_random_uuid(), %s, 1, now(), 'lead', key, label, kind, options, false, '', place, true
    FROM (VALUES ('size', 'Shop size', 'choice', ARRAY['small', 'medium', 'large']::varchar[], 1),
        ('employees', 'Employees', 'number', ARRAY[]::varchar[], 2),
        ('opens', 'Opens on', 'date', ARRAY[]::varchar[], 3)) AS given (key, label, kind, options, place)
"""
VALUES = """
    UPDATE leads_lead SET custom = jsonb_build_object(
        'size', (ARRAY['small', 'medium', 'large'])[1 + abs(hashtext(id::text)) %% 3],
        'employees', abs(hashtext(id::text || 'e')) %% 200,
        'opens', (date '2026-01-01' + abs(hashtext(id::text || 'o')) %% 700)::text)
    WHERE workspace_id = %s
"""


@contextlib.contextmanager
def filled_house(leads: int) -> Iterator[House]:
    """A running house with so many leads in its demo workspace; filled first when there is none."""
    stack = _stack(leads)
    with started(stack), opened(stack) as house:
        if not _mark(stack).exists():
            _fill(house, leads)
            _mark(stack).touch()
        yield house


def _stack(leads: int) -> Stack:
    """The folder of a scale, without what an interrupted filling or older migrations have left."""
    name = f"full-{leads}-"
    folder = RESULTS / f"{name}{migrations_on_disk()[:12]}"
    for old in RESULTS.glob(f"{name}*"):
        if old != folder or not (folder / "filled").exists():
            shutil.rmtree(old)
    folder.mkdir(parents=True, exist_ok=True)
    stack: Stack = make_stack(folder, **BY_ITSELF)
    return stack


def _mark(stack: Stack) -> Path:
    return stack.var_dir.parent / "filled"


def _fill(house: House, leads: int) -> None:
    """The first leads one by one, the others as copies; then tidy tables, as after a first night."""
    [[workspace]] = house.ask("SELECT id FROM crm_workspace WHERE slug = 'demo'")
    remember(house.database)
    model = min(leads, MODEL)
    house.stack.manage("seed_volume", "--leads", model, "--messages", model * MESSAGES)
    house.database.execute(FIELDS, [workspace])
    house.database.execute(VALUES, [workspace])
    multiply(house.database, workspace, leads // model - 1)
    for index in PENDING:
        house.database.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
    for table in TABLES:
        house.database.execute(f"VACUUM (FREEZE, ANALYZE) {table}")


def main() -> None:
    """Fill every scale and say what is there."""
    for leads in SCALES:
        with filled_house(leads) as house:
            counts = (house.count(f"SELECT count(*) FROM {table}") for table in TABLES)
            sys.stdout.write(f"{leads:,}: {dict(zip(TABLES, counts, strict=True))}\n")


if __name__ == "__main__":
    main()
