"""Rows are written by services and nowhere else."""

import pytest

from tests.architecture.sources import parsed, sources
from tests.architecture.writes import may_write, writes

INSTEAD = "call a service (<app>/services/) that takes the actor, checks the policy and publishes"

# file -> {name: why it is no write to a table}
ALLOWED: dict[str, dict[str, str]] = {}


def test_only_services_write():
    """Doors, reactions, tasks, selectors and adapters have no way to the tables of their own."""
    found = [
        f"{source.path}:{line} calls .{name}() - {INSTEAD}"
        for source in sources()
        if not may_write(source)
        for line, name in writes(source)
        if name not in ALLOWED.get(source.path, {})
    ]

    assert found == []


def test_allowances_are_used():
    """An allowance nobody needs any more is taken off the list."""
    used = {(s.path, name) for s in sources() for _, name in writes(s)}

    assert {(path, name) for path, names in ALLOWED.items() for name in names} - used == set()


@pytest.mark.parametrize(
    "text",
    [
        "lead.save()",
        "Lead.objects.create(name='Budi')",
        "lead.delete()",
        "Lead.objects.filter(pk=1).update(score=1)",
        "rows = Lead.objects.all()\nrows.update(score=1)",
        "found = visible_leads(actor)\nfound.update(score=1)",
        "selectors.visible_leads(actor).update(score=1)",
        "Lead.objects.bulk_create([])",
        "Lead.objects.bulk_update([], ['score'])",
        "Lead.objects.get_or_create(name='Budi')",
        "Lead.objects.update_or_create(name='Budi')",
        "async def f():\n    await lead.asave()",
        "form.save()",
    ],
)
def test_each_kind_of_write_is_caught(text):
    """The scan sees what it is for."""
    assert list(writes(parsed(text)))


@pytest.mark.parametrize(
    "text",
    [
        "known = {}\nknown.update(a=1)",
        "digest.update(b'x')",
        "super().save(commit)",
        "services.create_contact(actor=actor)",
        "context.update(extra())",
    ],
)
def test_what_is_no_write_is_left_alone(text):
    """Dicts, sets and hashes may be updated; Django's forms may go on."""
    assert list(writes(parsed(text))) == []


def test_the_rooms_that_may_write():
    """By the second part of the path, so a view called "services.py" gains nothing."""
    assert may_write(parsed("", "leads/services/capturing.py"))
    assert may_write(parsed("", "crm/bus.py"))
    assert not may_write(parsed("", "leads/views/services.py"))
    assert not may_write(parsed("", "leads/admin.py"))
