"""`make guards`: every guard is taken out once, and the tests named for it must notice.

`make guards ARGS="signature walls"` takes those whose name or file of this folder holds one of the words.
"""

import signal
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from config.launcher import services
from config.launcher.paths import ROOT
from tests.guards.copies import copy_tree, without
from tests.guards.everything import guards_of
from tests.guards.guard import Guard
from tests.guards.runs import PATIENCE, base, run, verdict

SERVERS = ROOT / "var" / "guards"


def main(words: Sequence[str]) -> int:
    """0 when the tests pass with all guards in place, and each removal is noticed."""
    chosen = guards_of(words)
    services.ensure(SERVERS / "test", durable=False)  # once, instead of for each run of pytest
    with tempfile.TemporaryDirectory(prefix="guards-") as folder:
        tree = copy_tree(Path(folder))
        if trouble := _with_all_in_place(chosen, tree):
            print(f"With all guards in place: {trouble}")
            return 1
        missed = [guard for guard in sorted(chosen, key=_is_built) if not _is_missed(guard, tree)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} removals were noticed.")
    return 1 if missed or not chosen else 0


def _is_built(guard: Guard) -> bool:
    """Does it stand in the database's tables? Those come last, because everything is migrated again for each."""
    return "/migrations/" in guard.file or guard.file == "crm/core/masonry.py"


def _with_all_in_place(chosen: Collection[Guard], tree: Path) -> str:
    """Why the tests prove nothing; empty when all of them pass as things are."""
    tests = sorted({test for guard in chosen for test in guard.tests})
    began = time.monotonic()
    found = run(tests, tree, SERVERS, patience=PATIENCE * 6)
    print(f"{len(tests)} tests with all guards in place: {time.monotonic() - began:.0f} s", flush=True)
    if found.trouble or found.failed:
        return found.trouble or f"fails already: {found.failed}"
    absent = sorted({base(test) for test in tests} - found.passed)
    return f"did not run: {', '.join(absent)}" if absent else ""


def _is_missed(guard: Guard, tree: Path) -> bool:
    """Take it out, run its tests, put it back, say how it went."""
    began = time.monotonic()
    with without(guard, tree):
        found = run(guard.tests, tree, SERVERS)
    trouble = verdict(found, guard.tests)
    said = f"NO   {trouble}" if trouble else f"yes  {next(iter(found.failed.values()))[:90]}"
    print(f"{guard.name:<58} {time.monotonic() - began:5.0f} s  {said}", flush=True)
    return not trouble


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the copy is removed all the same
    sys.exit(main(sys.argv[1:]))
