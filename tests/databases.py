"""Test databases are copies of one that was migrated once: migrating takes ten seconds, a copy a fraction of one."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connections
from psycopg import sql

from config.launcher import locks, postgres
from config.launcher.database import migrations_on_disk
from config.launcher.paths import ROOT, VarDir
from crm.core import masonry

PREFIX = "migrated_"
KEPT = 3  # of several branches


def use_migrated_template():
    """Let the test database be copied from a migrated one, which is made first when there is none."""
    settings = connections["default"].settings_dict
    settings["TEST"]["TEMPLATE"] = migrated_template(
        VarDir(Path(os.environ["VAR_DIR"])), os.environ["DATABASE_URL"]
    )


def migrated_template(var, database_url):
    """The name of a database with the migrations of this moment; one run makes it, others wait for it."""
    made_by = hashlib.sha256(Path(postgres.__file__).read_bytes() + Path(masonry.__file__).read_bytes())
    name = f"{PREFIX}{migrations_on_disk()[:12]}_{made_by.hexdigest()[:4]}"
    lock = locks.open_lock(var.run / "template.lock")
    locks.wait_alone(lock)
    try:
        with _server(database_url) as server:
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                _make(server, name, database_url)
        return name
    finally:
        os.close(lock)


def _server(database_url):
    """A connection to the server, outside any test database."""
    return psycopg.connect(database_url, dbname="postgres", autocommit=True)


def _make(server, name, database_url):
    """Migrate a draft, give it its name, and forget the oldest."""
    draft = sql.Identifier(f"{PREFIX}draft")
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(draft))
    server.execute(sql.SQL("CREATE DATABASE {}").format(draft))
    url = urlsplit(database_url)._replace(path=f"/{PREFIX}draft").geturl()
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.base"}
    command = [sys.executable, "manage.py", "migrate", "--noinput"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(draft, sql.Identifier(name)))
    _forget_the_oldest(server)


def _forget_the_oldest(server):
    """Keep the last few."""
    rows = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC", [PREFIX]
    )
    for (old,) in rows.fetchall()[KEPT:]:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))
