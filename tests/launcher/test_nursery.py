"""Programs that die are started again, with patience, and take what they started along."""

import os
import sys

import pytest

from config.launcher import children, leftovers
from config.launcher.nursery import Nursery
from config.launcher.paths import VarDir
from config.launcher.programs import Program

pytestmark = pytest.mark.processes

SLEEPER = "import time; print('hello', flush=True); time.sleep(600)"
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""

INATTENTIVE = """
import os, signal, time
def end(*_):
    raise SystemExit
signal.signal(signal.SIGTERM, end)
class Dropped:
    def __del__(self):
        print("ready", flush=True)
        time.sleep(600)
one = Dropped()
del one
time.sleep(600)
"""


@pytest.fixture
def nursery(tmp_path):
    var = VarDir(tmp_path / "var")
    var.prepare()
    made = Nursery(var, {**os.environ, **leftovers.mark(var)})
    yield made
    made.stop(list(made.wards))


def program(source, name="sleeper", **options):
    return Program(name=name, command=(sys.executable, "-c", source), **options)


def log_of(nursery, name):
    return nursery.var.log_file(name).read_text()


def test_a_killed_program_is_started_again(nursery, until, kill, capsys):
    nursery.start(program(SLEEPER))
    assert until(lambda: "hello" in log_of(nursery, "sleeper"))
    first = nursery.pids()["sleeper"]

    kill(first)

    assert until(nursery.look)
    assert nursery.pids()["sleeper"] != first
    assert "sleeper ended (signal SIGKILL); starting it again in 0.5 s" in capsys.readouterr().out


def test_a_program_that_keeps_dying_is_given_longer_pauses(nursery, until):
    nursery.start(program("raise SystemExit(3)"))
    assert until(nursery.look)
    assert until(nursery.look)
    assert until(lambda: nursery.wards["sleeper"].process.poll() is not None)

    nursery.look()

    assert nursery.wards["sleeper"].pause == 4.0


def test_what_a_killed_program_had_started_is_ended_too(nursery, until, kill, gone):
    nursery.start(program(FAMILY))
    assert until(lambda: log_of(nursery, "sleeper").strip().isdigit())
    grandchild = int(log_of(nursery, "sleeper"))
    assert children.is_running(grandchild)

    kill(nursery.pids()["sleeper"])

    assert until(nursery.look)
    assert gone(grandchild)


def test_stop_waits_no_longer_than_the_grace(nursery, until, gone, capsys):
    nursery.start(program(DEAF, grace=0.3))
    assert until(lambda: "deaf" in log_of(nursery, "sleeper"))
    pid = nursery.pids()["sleeper"]

    nursery.stop(["sleeper"])

    assert gone(pid)
    assert nursery.wards == {}
    assert "did not end in 0 s; ending it by force" in capsys.readouterr().out


def test_programs_die_with_a_killed_house(tmp_path, python, gone, kill):
    source = f"""
import sys, time
from pathlib import Path
from config.launcher import children
here = Path(sys.argv[1])
child = children.start([sys.executable, "-c", {SLEEPER!r}], log=here / "log", cwd=here)
print(child.pid, flush=True)
time.sleep(600)
"""
    house = python(source, tmp_path)
    pid = int(house.stdout.readline())
    assert children.is_running(pid)

    kill(house.pid)

    assert gone(pid)


def test_leftovers_of_this_house_are_ended_and_nobody_else(nursery, tmp_path, until, gone):
    neighbour = VarDir(tmp_path / "var-of-a-neighbour")
    nursery.start(program(SLEEPER, name="ours"))
    nursery.start(program(SLEEPER, name="theirs", environment=leftovers.mark(neighbour)))
    assert until(lambda: "hello" in log_of(nursery, "ours") and "hello" in log_of(nursery, "theirs"))
    pids = nursery.pids()

    assert leftovers.end_all(nursery.var) == 1

    assert gone(pids["ours"])
    assert children.is_running(pids["theirs"])


def test_a_program_that_did_not_hear_is_asked_again(nursery, until, capsys):
    # given a program in a callback whose exceptions Python drops
    nursery.start(program(INATTENTIVE))
    assert until(lambda: "ready" in log_of(nursery, "sleeper"))

    nursery.stop(["sleeper"])
    assert "Exception ignored in" in log_of(nursery, "sleeper")
    assert "by force" not in capsys.readouterr().out
