"""What everybody asks for: a database and a queue. Embedded ones when the environment names none."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.launcher import children, locks, logs
from config.launcher.errors import ServiceFailedError
from config.launcher.paths import ROOT, VarDir

PATIENCE = 90.0  # seconds a slow machine may take for the very first start
TRIES = 3

_shared: dict[Path, int] = {}  # the `users` locks this process shares, by VAR_DIR


@dataclass(frozen=True)
class Services:
    """Where the database and the queue are."""

    database_url: str
    redis_url: str


def ensure(var_dir: Path | str, *, durable: bool = True) -> Services:
    """Make sure that database and queue run, and keep them running while this process lives.

    DATABASE_URL and REDIS_URL win over embedded services. Any number of processes may call this at once.
    `durable=False` (tests) trades safety against power cuts for speed. Raises ServiceFailedError in plain words.
    """
    given = {"postgres": os.environ.get("DATABASE_URL", ""), "valkey": os.environ.get("REDIS_URL", "")}
    wanted = [name for name, url in given.items() if not url]
    if not wanted:
        return Services(given["postgres"], given["valkey"])
    var = VarDir(Path(var_dir).resolve())
    var.prepare()
    _share(var)
    urls = _wait_for_state(var, wanted, durable=durable)["urls"]
    return Services(given["postgres"] or urls["postgres"], given["valkey"] or urls["valkey"])


def running(var_dir: Path | str) -> dict[str, Any] | None:
    """What the keeper says runs now: `{keeper, pids, urls}`; None when nothing does."""
    var = VarDir(Path(var_dir).resolve())
    if not (var.run / "keeper.lock").exists() or not locks.is_held(var.run / "keeper.lock"):
        return None
    return _read(var.run / "services.json")


def release(var_dir: Path | str) -> None:
    """We need the services no longer: they stop now unless somebody else does. Waits until they have."""
    var = VarDir(Path(var_dir).resolve())
    fd = _shared.pop(var.path, None)
    if fd is None:
        return
    os.close(fd)
    state = running(var.path)
    if state is None:
        return
    os.kill(state["keeper"], signal.SIGTERM)
    end = time.monotonic() + 40
    while locks.is_held(var.run / "keeper.lock") and time.monotonic() < end:
        if locks.is_held(var.run / "users.lock") and (var.run / "services.json").exists():
            return  # somebody else needs them
        time.sleep(0.05)


def _share(var: VarDir) -> None:
    """Count as a user from now on; waits while the keeper is just closing."""
    if var.path not in _shared:
        fd = locks.open_lock(var.run / "users.lock")
        locks.share(fd)
        _shared[var.path] = fd


def _wait_for_state(var: VarDir, wanted: list[str], *, durable: bool) -> dict[str, Any]:
    """Wait until a keeper says that all is up; be the one who starts it when there is none."""
    end, tries = time.monotonic() + PATIENCE, 0
    while time.monotonic() < end:
        if _start_keeper(var, wanted, durable=durable):
            tries += 1
            if tries > TRIES:
                break
        state = _read(var.run / "services.json")
        if state is not None and children.is_running(state["keeper"]):
            return _checked(state, wanted, var)
        time.sleep(0.02)
    raise ServiceFailedError(_why(var))


def _start_keeper(var: VarDir, wanted: list[str], *, durable: bool) -> bool:
    """Start the keeper if there is none, handing it the lock already taken. True when we started one."""
    fd = locks.open_lock(var.run / "keeper.lock")
    try:
        if not locks.try_alone(fd):
            return False
        for stale in ("services.json", "services-failed.txt"):
            (var.run / stale).unlink(missing_ok=True)
        mode = "durable" if durable else "throwaway"
        command = [sys.executable, "-m", "config.launcher.keeper", str(var.path), ",".join(wanted), mode]
        with var.log_file("keeper").open("ab") as log:
            subprocess.run(
                command,
                check=True,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(fd,),
            )
        return True
    finally:
        os.close(fd)


def _checked(state: dict[str, Any], wanted: list[str], var: VarDir) -> dict[str, Any]:
    """A keeper started with DATABASE_URL or REDIS_URL set may lack what we want."""
    missing = [name for name in wanted if name not in state["urls"]]
    if missing:
        raise ServiceFailedError(
            f"The house in {var.path} runs without its own {' and '.join(missing)}. "
            "Stop it, or set DATABASE_URL and REDIS_URL as it has them."
        )
    return state


def _read(file: Path) -> dict[str, Any] | None:
    """A JSON object from a file; None when it is not there."""
    try:
        state: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    return state


def _why(var: VarDir) -> str:
    """Why the services did not come up."""
    failed = var.run / "services-failed.txt"
    said = failed.read_text() if failed.exists() else logs.last_lines(var.log_file("keeper"))
    return f"The embedded services did not start (logs in {var.log}).\n{said}"
