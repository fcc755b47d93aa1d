"""`make storm SEED=n MESSAGES=m`: one storm over a house of its own; exit status 1 when the ledger is not clean."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from config.launcher.paths import ROOT
from tests.ground import copy_ground
from tests.storm.conductor import Conductor
from tests.storm.history import History
from tests.storm.house import House, prepare_environment
from tests.storm.plan import Size

KEPT = ROOT / "test-artifacts" / "storm"


def storm(seed: int, messages: int, folder: Path, kept: Path) -> dict[str, Any]:
    """Build a house in `folder`, let it storm, and say how it went. What happened is in `kept`."""
    shutil.rmtree(kept, ignore_errors=True)
    size = Size.of(messages)
    history, house = History(kept), House.build(folder, is_short=not size.is_long)
    copy_ground(house.stack.var_dir, house.stack.env)
    began = time.monotonic()
    try:
        house.stack.start()
        house.set_up()
        summary = asyncio.run(Conductor(house, history, seed, size).run())
        summary["seconds"] = round(time.monotonic() - began)
        history.keep("summary.json", summary)
        return summary
    finally:
        house.stack.stop()
        history.close()
        shutil.copytree(house.stack.var_dir / "log", kept / "log", dirs_exist_ok=True)
        shutil.copy2(house.stack.output, kept / "log" / "house.log")


def main(seed: int, messages: int) -> int:
    """Print the summary on one line; a clean storm leaves nothing behind."""
    prepare_environment()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the house is stopped all the same
    kept = KEPT / str(seed)
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        summary = storm(seed, messages, Path(folder), kept)
    sys.stdout.write(json.dumps(summary) + "\n")
    if not summary["is_clean"]:
        sys.stdout.write(f"NOT CLEAN: the plan, the events, the books and the logs are in {kept}\n")
        return 1
    shutil.rmtree(kept)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
