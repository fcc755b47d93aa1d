"""The whole house, really started, for tests that need it: web, worker, scheduler, loopback world, servers.

`stack` is one house per test run, shared: use it for journeys and browser tests, leave its processes alone.
`own_stack` is a house of a module's own, for tests that kill things.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.launcher import children, ports
from config.launcher.paths import ROOT
from tests.ground import copy_ground

READY_WITHIN = 300.0  # seconds, on a very busy machine
NOT_PASSED_ON = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TESTING", "TEST_SLOT", "DJANGO_SETTINGS_MODULE"}


class NotReadyError(Exception):
    """The house did not come up; the message is what it printed."""


@dataclass
class Stack:
    """A house under test. `env` is for programs beside it; `output` is what it prints."""

    var_dir: Path
    env: dict[str, str]
    output: Path
    process: subprocess.Popen | None = None

    def start(self):
        """`make up` without make: start and wait until it says that it is ready."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.launcher", "up"],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self._wait_until_ready()

    def _wait_until_ready(self):
        """Seconds it took."""
        began = time.monotonic()
        ready = children.wait_until(
            lambda: "Ready in" in self.says() or self.has_ended(), seconds=READY_WITHIN
        )
        if not ready or self.has_ended():
            self.stop()
            raise NotReadyError(self.says() + self.logs())
        return time.monotonic() - began

    def has_ended(self):
        """Is it not running (any more)?"""
        return self.process is None or self.process.poll() is not None

    def says(self):
        """Everything it has printed since its start."""
        return self.output.read_text()

    def logs(self):
        """The ends of all logs, for a failed test."""
        texts = [
            f"\n--- {log.name}\n{log.read_text()[-3000:]}"
            for log in sorted((self.var_dir / "log").glob("*.log"))
        ]
        return "".join(texts)

    def house(self):
        """What the house has written down about itself."""
        return json.loads((self.var_dir / "run" / "up.json").read_text())

    def services(self):
        """What the keeper has written down: `{keeper, pids, urls}`."""
        return json.loads((self.var_dir / "run" / "services.json").read_text())

    @property
    def url(self):
        """The product."""
        return f"http://127.0.0.1:{self.env['PORT']}"

    @property
    def sim_url(self):
        """The loopback world."""
        return f"http://127.0.0.1:{self.env['SIM_PORT']}"

    @property
    def sim_token(self):
        """The token of the loopback world's control API."""
        return self.house()["sim_token"]

    @property
    def database_url(self):
        """Its database."""
        return self.services()["urls"]["postgres"]

    def pids(self, name=None):
        """Process ids by name: web, worker, scheduler, simulator, house, keeper, postgres, valkey."""
        house, services = self.house(), self.services()
        found = {**house["programs"], "house": house["pid"], "keeper": services["keeper"], **services["pids"]}
        return found if name is None else found[name]

    def kill(self, name):
        """kill -9 one process; returns its id."""
        pid = self.pids(name)
        os.kill(pid, signal.SIGKILL)
        if name == "house":
            children.wait_until(self.has_ended, seconds=10)
        return pid

    def get(self, path, timeout=5.0):
        """Status and text of a page; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def sim(self, path, data=None):
        """Ask the loopback world's control API (`/_sim/...`); JSON in, JSON out."""
        request = urllib.request.Request(
            self.sim_url + path,
            data=None if data is None else json.dumps(data).encode(),
            headers={"X-Sim-Token": self.sim_token, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def manage(self, *arguments):
        """Run `manage.py` beside the house and return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def stop(self, with_signal=signal.SIGTERM):
        """Stop in order; the data stays. Returns the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(60)
        self.process.kill()
        return self.process.wait()

    def restart(self):
        """Stop and start; returns the seconds until ready."""
        self.stop()
        return self.start()


def make_stack(folder, **environment):
    """A house in this folder on free ports, not started yet; nothing is there, as on a fresh machine."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    places = {
        "VAR_DIR": str(folder / "var"),
        "PORT": str(ports.free_port()),
        "SIM_PORT": str(ports.free_port()),
    }
    sizes = {"WEB_PROCESSES": "1", "WORKER_CONCURRENCY": "2", "STOP_WITH_PARENT": "1"}
    env = {**inherited, **places, **sizes, **environment}
    return Stack(var_dir=folder / "var", env=env, output=folder / "house.log")


@contextlib.contextmanager
def running_stack(folder, **environment):
    """A house in this folder, started on laid ground, and stopped afterwards."""
    stack = make_stack(folder, **environment)
    copy_ground(stack.var_dir, stack.env)
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    """One house for the whole test run."""
    with running_stack(tmp_path_factory.mktemp("house")) as started:
        yield started


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory):
    """A house of this module's own: its processes may be killed."""
    with running_stack(tmp_path_factory.mktemp("own-house")) as started:
        yield started
