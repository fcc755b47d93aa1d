"""Test databases are copies of a migrated one; it is made once for each state of the migrations."""

import os
from pathlib import Path

import psycopg
import pytest

from config.launcher.database import migrations_applied
from config.launcher.paths import VarDir
from tests import databases


@pytest.fixture
def run():
    """The servers of this test run."""
    return VarDir(Path(os.environ["VAR_DIR"])), os.environ["DATABASE_URL"]


def test_the_copied_database_has_every_migration(db, run):
    from django.db import connection

    name = databases.migrated_template(*run)

    template_url = psycopg.conninfo.make_conninfo(run[1], dbname=name)
    copy_url = psycopg.conninfo.make_conninfo(run[1], dbname=connection.settings_dict["NAME"])
    assert migrations_applied(template_url) == migrations_applied(copy_url) != ""


def test_it_is_made_once(db, run, monkeypatch):
    name = databases.migrated_template(*run)
    made = []
    monkeypatch.setattr(databases, "_make", lambda server, wanted, url: made.append(wanted))

    assert databases.migrated_template(*run) == name
    monkeypatch.setattr(databases, "migrations_on_disk", lambda: "0123456789abcdef")
    other = f"migrated_0123456789ab_{name[-4:]}"  # this state of the migrations, the same servers
    assert databases.migrated_template(*run) == other

    assert made == [other]
