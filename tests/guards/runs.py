"""Running the named tests in a copy of the tree, and judging what pytest found."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 300  # seconds for the tests of one guard
# A test that fails because a name is gone proves nothing about what the guard does.
NO_PROOF = (
    "NameError",
    "UnboundLocalError",
    "ImportError",
    "ModuleNotFoundError",
    "SyntaxError",
    "IndentationError",
)


@dataclass
class Found:
    """How the tests ended: `failed` and `passed` by node id (without parameters), `trouble` when it says nothing."""

    failed: dict[str, str] = field(default_factory=dict)  # the first line of each failure
    passed: set[str] = field(default_factory=set)
    trouble: str = ""


def run(tests: Collection[str], tree: Path, var_dir: Path, patience: float = PATIENCE) -> Found:
    """Run these tests in the copy, in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "--tb=line",
                   f"--junitxml={report}", *tests]  # fmt: skip
        try:
            done = subprocess.run(
                command, cwd=tree, env=_environment(var_dir), capture_output=True, text=True,
                timeout=patience, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Found(trouble=f"the tests did not end within {patience:.0f} s")
        if done.returncode not in {0, 1} or not report.exists():
            return Found(
                trouble=f"pytest ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}"
            )
        return read_report(report)


def _environment(var_dir: Path) -> dict[str, str]:
    """Servers of our own, so that tables without a wall are nobody else's template."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
    }
    return {**inherited, "VAR_DIR": str(var_dir), "TESTING": "1", "SECRET_KEY": "test-only-" * 6}


def read_report(report: Path) -> Found:
    """What the XML says of each test: a failure, a pass, or an error around the test (which proves nothing)."""
    found = Found()
    for case in ET.parse(report).getroot().iter("testcase"):
        name = _node_of(case)
        failure, error = case.find("failure"), case.find("error")
        if error is not None:
            found.trouble = found.trouble or f"{name} broke before it began: {_line_of(error)}"
        elif failure is not None:
            found.failed.setdefault(name, _line_of(failure))
        elif case.find("skipped") is None:
            found.passed.add(name)
    return found


def _node_of(case: ET.Element) -> str:
    """ "tests/crm/test_files.py::test_name" of the class name and name that the report gives."""
    path = case.get("classname", "").replace(".", "/")
    return f"{path}.py::{case.get('name', '').partition('[')[0]}"


def _line_of(part: ET.Element) -> str:
    return " ".join((part.get("message") or part.text or "").split())[:200]


def verdict(found: Found, tests: Collection[str]) -> str:
    """Why the removal was not rightly noticed; empty when each of the tests failed for it."""
    if found.trouble:
        return found.trouble
    if unmoved := sorted({base(test) for test in tests} - set(found.failed)):
        return f"not noticed by {', '.join(unmoved)}"
    return next(_no_proofs(found), "")


def _no_proofs(found: Found) -> Iterator[str]:
    for name, line in found.failed.items():
        if line.startswith(NO_PROOF):
            yield f"{name} failed for want of a name: {line}"


def base(test: str) -> str:
    """A node id without parameters."""
    return test.partition("[")[0]
