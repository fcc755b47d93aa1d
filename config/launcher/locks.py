"""Locks that the kernel lets go of when their holder dies, however it dies."""

import fcntl
import os
from pathlib import Path


def open_lock(path: Path) -> int:
    """Open a lock file; programs started by us do not inherit it."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_alone(fd: int) -> bool:
    """Take the lock for ourselves alone, or say that somebody has it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_alone(fd: int) -> None:
    """Take the lock for ourselves alone; waits while anybody has it."""
    fcntl.flock(fd, fcntl.LOCK_EX)


def share(fd: int) -> None:
    """Take the lock together with others; waits while somebody has it alone."""
    fcntl.flock(fd, fcntl.LOCK_SH)


def is_held(path: Path) -> bool:
    """Does anybody hold this lock? Looks by taking it for a moment."""
    fd = open_lock(path)
    try:
        return not try_alone(fd)
    finally:
        os.close(fd)
