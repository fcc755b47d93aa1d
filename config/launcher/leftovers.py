"""Programs of an earlier house that outlived it would steal work. They wear a mark; here they are found."""

import contextlib
import os
import signal
from pathlib import Path

from config.launcher.paths import VarDir

MARK = "CRM_HOUSE"


def mark(var: VarDir) -> dict[str, str]:
    """What programs of this house wear in their environment."""
    return {MARK: str(var.path)}


def wearing(var: VarDir) -> list[int]:
    """Processes that wear the mark of this VAR_DIR (Linux; elsewhere we cannot look)."""
    worn = f"{MARK}={var.path}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if worn in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def end_all(var: VarDir) -> int:
    """End what an earlier house left behind. Call while holding the house's lock. Says how many."""
    found = wearing(var)
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(found)
