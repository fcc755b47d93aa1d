"""A house of its own for a test: an empty VAR_DIR and an environment that names no servers."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.launcher import children, services
from config.launcher.paths import ROOT


@pytest.fixture
def bare_environment(monkeypatch):
    """An environment that says nothing about servers, as on a fresh machine."""
    for name in ("DATABASE_URL", "REDIS_URL", "VAR_DIR", "SECRET_KEY", "DEMO"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def var_dir(tmp_path, bare_environment):
    """An empty VAR_DIR; whatever runs in it is stopped after the test."""
    folder = tmp_path / "var"
    yield folder
    services.release(folder)


@pytest.fixture
def python(bare_environment):
    """Start Python programs from the root of the code; they are ended after the test."""
    started = []

    def start(source, *arguments, **environment):
        child = subprocess.Popen(
            [sys.executable, "-c", source, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate()


@pytest.fixture
def gone():
    """Wait until a process is gone: `gone(pid)` is False when it still runs after ten seconds."""

    def wait(pid, seconds=10.0):
        return children.wait_until(lambda: not children.is_running(pid), seconds=seconds)

    return wait


@pytest.fixture
def kill():
    """kill -9."""

    def kill_it(pid):
        os.kill(pid, signal.SIGKILL)

    return kill_it


@pytest.fixture
def until():
    """Wait until something holds and say whether it did."""

    def wait(holds, seconds=15.0):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    return wait


@pytest.fixture
def running_in():
    """What the keeper of a VAR_DIR says."""

    def look(folder: Path):
        return services.running(folder)

    return look
