"""The very first start, and stopping before the house stands."""

import contextlib
import signal
import subprocess
import sys

import pytest

from config.launcher import children, leftovers, services
from config.launcher.paths import ROOT, VarDir
from tests.stack import make_stack

pytestmark = pytest.mark.processes


def until(holds, seconds=60.0):
    return children.wait_until(holds, seconds=seconds, step=0.1)


def test_the_first_start_makes_everything_and_the_second_nothing(tmp_path):
    stack = make_stack(tmp_path)

    stack.start()
    first = stack.says()
    stack.restart()
    second = stack.says()
    stack.stop()

    done_once = {"bringing the tables up to date", "filling the demo workspace"}
    assert {step for step in done_once if step in first} == done_once
    assert {step for step in done_once if step in second} == set()


def test_it_stops_with_whoever_started_it(tmp_path):
    stack = make_stack(tmp_path, DEMO="0")
    source = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'config.launcher', 'up'])"
    starter = subprocess.Popen(
        [sys.executable, "-c", source], cwd=ROOT, env=stack.env, stdout=subprocess.DEVNULL
    )
    assert until((stack.var_dir / "run" / "services.json").exists)
    everybody = [stack.house()["pid"], *stack.services()["pids"].values(), stack.services()["keeper"]]

    starter.kill()
    starter.wait()

    assert until(lambda: not any(children.is_running(pid) for pid in everybody))
    assert leftovers.wearing(VarDir(stack.var_dir)) == []


ASKED_IN_A_CALLBACK = """
import os, signal, time
from config.launcher import up
for number in up.STOPS:
    signal.signal(number, up._ask_to_stop)
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM))
try:
    if os.fork() == 0:
        os._exit(0)
    time.sleep(20)
except up.StopAsked:
    up._deafen()
    time.sleep(2 * up.ASKED_EVERY)
    print("stopped")
"""


def test_asked_where_python_drops_what_is_raised_it_stops_all_the_same():
    command = [sys.executable, "-c", ASKED_IN_A_CALLBACK]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    assert "Exception ignored in" in said.stderr
    assert said.stdout == "stopped\n"


@pytest.mark.parametrize("after", [0.2, 0.8, 3.0])
def test_asked_to_stop_while_starting_it_leaves_nothing_behind(tmp_path, after):
    stack = make_stack(tmp_path, DEMO="0")
    starting = subprocess.Popen(
        [sys.executable, "-m", "config.launcher", "up"],
        cwd=ROOT,
        env=stack.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        starting.wait(after)  # a moment in the middle of its start

    starting.terminate()
    said, _ = starting.communicate(timeout=60)

    assert starting.returncode in {0, -signal.SIGTERM}  # the latter: before it could listen
    assert "Traceback" not in said
    assert leftovers.wearing(VarDir(stack.var_dir)) == []
    assert until(lambda: services.running(stack.var_dir) is None)
