"""Is the database ready for this version of the product? Asked at every start, answered in milliseconds."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import psycopg

from config.launcher import children, logs
from config.launcher.errors import ServiceFailedError
from config.launcher.paths import ROOT, VarDir, write_private
from config.launcher.programs import PYTHON


def migrations_on_disk() -> str:
    """A fingerprint of every migration of ours and of the versions of everybody else's."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/*.py"), ROOT / "requirements.txt"]):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def migrations_applied(database_url: str) -> str:
    """A fingerprint of what the database says was applied; empty for an empty database."""
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        if not _exists(connection, "django_migrations"):
            return ""
        rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def is_empty(database_url: str) -> bool:
    """Is there no workspace yet?"""
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        if not _exists(connection, "crm_workspace"):
            return True
        connection.execute("SELECT set_config('app.everywhere', 'on', true)")
        return connection.execute("SELECT 1 FROM crm_workspace LIMIT 1").fetchone() is None


def _exists(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    """Is there such a table?"""
    row = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
    return row is not None and row[0] is not None


def needs_migrating(var: VarDir, database_url: str) -> bool:
    """Have the files or the database changed since they last agreed?"""
    stamp = _stamp(var)
    if not stamp.exists():
        return True
    known: dict[str, str] = json.loads(stamp.read_text())
    return known != _now(database_url)


def migrate(var: VarDir, database_url: str, environment: Mapping[str, str]) -> None:
    """Bring the database up to date and remember that files and database agree."""
    manage(var, "migrate", environment, "--noinput")
    write_private(_stamp(var), json.dumps(_now(database_url)))


def _now(database_url: str) -> dict[str, str]:
    """What is on disk and what is applied."""
    return {"files": migrations_on_disk(), "applied": migrations_applied(database_url)}


def _stamp(var: VarDir) -> Path:
    """Where we remember the last agreement."""
    return var.run / "migrated.json"


def manage(var: VarDir, command: str, environment: Mapping[str, str], *arguments: str) -> None:
    """Run a management command to its end. Raises ServiceFailedError with the end of its log."""
    log = var.log_file(command)
    logs.rotate(log)
    child = children.start(
        [PYTHON, "manage.py", command, *arguments],
        log=log,
        cwd=ROOT,
        env={**environment, "PGAPPNAME": command},
    )
    try:
        child.wait()
    finally:
        children.stop(child, seconds=5)
    if child.returncode != 0:
        raise ServiceFailedError(
            f"`manage.py {command}` failed (whole log: {log}):\n{logs.last_lines(log, 25)}"
        )
