"""A copy of the tree, in which guards are removed one at a time: the tree itself is never touched."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from config.launcher.paths import ROOT
from tests.guards.guard import Guard

BORROWED = (".venv", "node_modules", "assets/dist")  # made by commands, not ours to change
_ticks = count(1_700_000_000, 10)


def copy_tree(target: Path) -> Path:
    """Every file that is ours, tracked or new, and links to what was built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for name in BORROWED:
        if (ROOT / name).exists() and not (target / name).exists():
            (target / name).symlink_to((ROOT / name).resolve())
    return target


@contextmanager
def without(guard: Guard, tree: Path) -> Iterator[None]:
    """In this block the tree lacks the guard."""
    whole = guard.source(tree)
    _write(tree / guard.file, guard.removed_from(whole))
    try:
        yield
    finally:
        _write(tree / guard.file, whole)


def _write(path: Path, text: str) -> None:
    """With a time of its own: Python knows a compiled file by the second and the size of its source."""
    path.write_text(text)
    tick = next(_ticks)
    os.utime(path, (tick, tick))
