"""PostgreSQL refuses to run as root. When we are root, it runs as somebody without rights.

First choice: a user namespace in which root's id is shown as "nobody"; files stay root's and any
folder works.
Where user namespaces are forbidden (many containers): become "nobody" for real and keep only the right to
walk through private folders.
"""

import ctypes
import functools
import os
import pwd
from pathlib import Path

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library, for the three calls Python does not offer."""
    return ctypes.CDLL(None, use_errno=True)


@functools.cache
def can_use_namespace() -> bool:
    """May we make a user namespace? Tried in a child, which then ends."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if _try_namespace() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _try_namespace() -> bool:
    """Enter a namespace; False when the system forbids a step."""
    try:
        return enter_namespace()
    except OSError:
        return False


def enter_namespace() -> bool:
    """Look like "nobody" from now on, on disk stay who we are. False when the system forbids it."""
    uid, gid = os.geteuid(), os.getegid()
    if libc().unshare(CLONE_NEWUSER) != 0:
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")
    return True


def become_nobody() -> None:
    """Become "nobody" for good, keeping only the right to pass through private folders where we have it."""
    libc().prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    rights = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(rights, rights, rights, 0, 0, 0)
    if libc().capset(header, data) == 0:
        libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def has_no_name() -> bool:
    """Is our user id unknown to the system, as in some containers? PostgreSQL refuses that too."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return True
    return False


def drop_root() -> None:
    """Called in the child just before PostgreSQL starts; does nothing for a plain user."""
    if os.geteuid() == 0:
        if not enter_namespace():
            become_nobody()
    elif has_no_name():
        enter_namespace()


def give_to_postgres(folder: Path) -> None:
    """Make a folder belong to whoever PostgreSQL will be on disk, also when that changed since last time."""
    if os.geteuid() != 0:
        return
    owner = 0 if can_use_namespace() else NOBODY
    if folder.stat().st_uid == owner:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)
