"""A new database takes one migration a floor for all that was there when they were folded together."""

from importlib import import_module

import pytest

from tests.architecture.sources import ROOT

FOLDED = sorted(ROOT.glob("*/migrations/0001_squashed_*.py"))


@pytest.mark.parametrize("path", FOLDED, ids=lambda path: path.parts[-3])
def test_a_folded_migration_stands_for_all_up_to_its_number(path):
    floor, last = path.parts[-3], path.stem.rpartition("_")[2]
    older = {p.stem for p in path.parent.glob("0*.py") if "squashed" not in p.stem and p.stem[:4] <= last}

    replaced = import_module(f"{floor}.migrations.{path.stem}").Migration.replaces

    assert {floor for floor, _name in replaced} == {path.parts[-3]}
    assert {name for _floor, name in replaced} == older


def test_every_floor_with_tables_has_one():
    assert [path.parts[-3] for path in FOLDED] == ["agents", "conversations", "crm", "leads"]
