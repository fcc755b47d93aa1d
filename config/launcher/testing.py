"""The test run's own services: under VAR_DIR/test, beside a running house, any number of runs at once."""

import itertools
import os
import sys

from config.launcher import environment, locks, services
from config.launcher.paths import VarDir

SLOT = "TEST_SLOT"  # the number of this run; processes that share its work inherit it
SECRET = "test-only-secret-key-that-guards-nothing-at-all-0123456789"  # noqa: S105

_slots: list[int] = []  # locks held until this process ends


def prepare() -> None:
    """Set what the settings will read. Servers are started for pytest only: linters read settings too."""
    os.environ.setdefault("SECRET_KEY", SECRET)
    os.environ["TESTING"] = "1"
    if "pytest" in sys.modules and SLOT not in os.environ:
        _join(VarDir(environment.var_dir() / "test"))


def _join(var: VarDir) -> None:
    """Start or join the services of test runs, with a database name and a queue of our own."""
    found = services.ensure(var.path, durable=False)
    var.prepare()
    slot = _take_slot(var)
    redis_url = os.environ.get("REDIS_URL") or f"{found.redis_url.rpartition('/')[0]}/{slot}"
    os.environ.update(
        {
            "VAR_DIR": str(var.path),
            "DATABASE_URL": f"{found.database_url}_{slot}",
            "REDIS_URL": redis_url,
            SLOT: str(slot),
        }
    )


def _take_slot(var: VarDir) -> int:
    """The lowest number no other run holds: what a killed run left behind under it is made anew."""
    for slot in itertools.count(1):
        fd = locks.open_lock(var.run / f"slot-{slot}.lock")
        if locks.try_alone(fd):
            _slots.append(fd)
            return slot
        os.close(fd)
    raise AssertionError("numbers do not end")
