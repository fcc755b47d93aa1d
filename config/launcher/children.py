"""Programs we start: each in a process group of its own, none outlives the one who started it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.launcher.privileges import libc

PR_SET_PDEATHSIG = 1


def die_with_parent(death_signal: int, parent: int) -> None:
    """Ask the kernel for a signal when our parent dies (Linux; elsewhere the next start cleans up)."""
    if sys.platform != "linux":
        return
    libc().prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def _before_exec(death_signal: int, drop: Callable[[], None] | None) -> Callable[[], None]:
    """What the child does between fork and exec. The death signal comes last: changing users forgets it."""
    parent = os.getpid()
    if sys.platform == "linux":
        libc()  # loaded before the fork

    def setup() -> None:
        if drop is not None:
            drop()
        die_with_parent(death_signal, parent)

    return setup


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    death_signal: int = signal.SIGKILL,
    drop: Callable[[], None] | None = None,
    keep: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output at the end of `log`. Call from the main thread:
    the kernel takes the end of the starting thread for the end of the parent."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if env is None else dict(env),
            start_new_session=True,
            pass_fds=keep,
            preexec_fn=_before_exec(death_signal, drop),  # noqa: PLW1509  we have one thread when we start
        )


def signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to a program and everything it started; nothing happens when all of it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def wait(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a program to end. False when it is still there after `seconds`."""
    try:
        child.wait(timeout=max(seconds, 0.01))
    except subprocess.TimeoutExpired:
        return False
    return True


def stop(child: subprocess.Popen[bytes], *, with_signal: int = signal.SIGTERM, seconds: float = 20) -> bool:
    """Ask a program to end, wait, then end it and what it started by force. False when force was needed."""
    if child.poll() is None:
        child.send_signal(with_signal)
    calm = wait(child, seconds)
    signal_group(child, signal.SIGKILL)
    child.wait()
    return calm


def is_running(pid: int) -> bool:
    """Is this process doing anything? A dead one nobody has buried yet counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return sys.platform != "linux" and _answers(pid)


def _answers(pid: int) -> bool:
    """Does the system know this process? For systems without /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until(holds: Callable[[], bool], *, seconds: float, step: float = 0.02) -> bool:
    """Look until something holds; False when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True
