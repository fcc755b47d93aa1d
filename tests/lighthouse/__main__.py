"""`python -m tests.lighthouse [URL]`: points of the pages people stay on all day; of a house of its own without a URL.

Its packages are its own and are installed by its first run: Node 20.19 or newer with npm, and a Chromium.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from config.launcher.assets import npm, packaged_node, system_node
from tests.stack import running_stack

HERE = Path(__file__).parent


@contextlib.contextmanager
def house(given):
    """The address of the running demo, or of a house started for this."""
    if given:
        yield given[0]
        return
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder)) as stack:
        yield stack.url


def main():
    """The measurement's exit code."""
    node = system_node() or packaged_node()
    env = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
    if not (HERE / "node_modules").exists():
        subprocess.run(
            [*npm(node), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE, env=env, check=True
        )
    with house(sys.argv[1:]) as url:
        return subprocess.run([node / "node", "measure.mjs", url], cwd=HERE, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
