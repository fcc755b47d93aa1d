"""A house for tests is built on ground that is already laid: an empty, migrated database, copied."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from config.launcher import locks
from config.launcher.database import migrations_on_disk
from config.launcher.paths import ROOT, VarDir

LAY = """
import os, sys
from pathlib import Path
from config.launcher import database, environment, services
from config.launcher.paths import VarDir
var = VarDir(Path(sys.argv[1]))
found = services.ensure(var.path)
database.migrate(var, found.database_url, {**os.environ, **environment.house_environment(var, found)})
services.release(var.path)
"""
COPIED = ("postgres", "secrets", "run/migrated.json")


def copy_ground(var_dir, env):
    """Put the laid ground into a new VAR_DIR; lays it first when the migrations have changed."""
    ground = _ground(env)
    for name in COPIED:
        target = var_dir / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (ground / name).is_dir():
            shutil.copytree(ground / name, target)
        else:
            shutil.copy2(ground / name, target)


def _ground(env):
    """The folder with the laid ground; one run lays it, others wait."""
    here = VarDir(Path(os.environ.get("VAR_DIR") or ROOT / "var" / "test"))
    here.prepare()
    ground = here.path / f"ground-{migrations_on_disk()[:16]}"
    lock = locks.open_lock(here.run / "ground.lock")
    locks.wait_alone(lock)
    try:
        if not ground.exists():
            _lay(ground, env)
        return ground
    finally:
        os.close(lock)


def _lay(ground, env):
    """Make the database, migrate it, close it; grounds of older migrations go."""
    draft = ground.with_name("ground-draft")
    for old in ground.parent.glob("ground-*"):
        shutil.rmtree(old)
    own = {**env, "VAR_DIR": str(draft)}
    done = subprocess.run(
        [sys.executable, "-c", LAY, str(draft)],
        cwd=ROOT,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    draft.rename(ground)
