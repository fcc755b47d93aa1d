"""The house itself: starts, refuses a twin, survives every kill, keeps what it was given."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest

from config.launcher import children, leftovers, ports
from config.launcher.paths import ROOT, VarDir
from tests.stack import make_stack

pytestmark = pytest.mark.processes


LOOPBACK = "0100007F"  # 127.0.0.1 in /proc/net/tcp
LISTENING = "0A"


def until(holds, seconds=60.0):
    return children.wait_until(holds, seconds=seconds, step=0.1)


def is_ready(stack):
    return stack.get("/health/ready")[0] == 200 and not ports.is_free(int(stack.env["SIM_PORT"]))


def count_workspaces(stack):
    with psycopg.connect(stack.database_url, options="-c app.everywhere=on") as connection:
        return connection.execute("SELECT count(*) FROM crm_workspace").fetchall()[0][0]


def run_up(env):
    return subprocess.run(
        [sys.executable, "-m", "config.launcher", "up"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def listening_addresses(pid):
    """The local addresses this process listens on, as the kernel writes them; none when it has ended meanwhile."""
    try:
        files = [os.readlink(entry.path) for entry in os.scandir(f"/proc/{pid}/fd")]
    except FileNotFoundError:
        return set()
    sockets = {name[8:-1] for name in files if name.startswith("socket:[")}
    lines = [
        line.split()
        for kind in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]
    ]
    return {line[1].rpartition(":")[0] for line in lines if line[3] == LISTENING and line[9] in sockets}


@pytest.fixture(autouse=True)
def _standing(own_stack):
    """A test finds the house up, whatever the one before it killed."""
    if own_stack.has_ended():
        own_stack.start()
    assert until(lambda: is_ready(own_stack))


def test_it_says_where_it_is_and_how_to_sign_in(own_stack):
    said = own_stack.says()

    assert own_stack.url in said
    assert "admin@demo.test" in said
    assert own_stack.sim_url in said
    assert own_stack.sim_token in said


def test_everything_listens_on_loopback_only(own_stack):
    everybody = {*own_stack.pids().values(), *leftovers.wearing(VarDir(own_stack.var_dir))}

    addresses = {address for pid in everybody for address in listening_addresses(pid)}

    assert addresses == {LOOPBACK}


def test_a_second_house_in_the_same_place_is_refused_in_words(own_stack):
    refused = run_up(own_stack.env)

    assert refused.returncode == 1
    assert f"process {own_stack.pids('house')}, {own_stack.url}" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr
    assert is_ready(own_stack)


@pytest.mark.parametrize("name", ["PORT", "SIM_PORT"])
def test_a_taken_port_is_refused_with_the_way_out(own_stack, tmp_path, name):
    other = make_stack(tmp_path, **{name: own_stack.env[name]})

    refused = run_up(other.env)

    assert refused.returncode == 1
    assert f"Port {own_stack.env[name]} is taken" in refused.stdout
    assert f"make up {name}=" in refused.stdout
    assert leftovers.wearing(VarDir(other.var_dir)) == []


@pytest.mark.parametrize("name", ["web", "worker", "scheduler", "simulator"])
def test_a_killed_program_is_started_again_and_it_is_said(own_stack, name):
    before = own_stack.kill(name)

    assert until(lambda: own_stack.pids(name) != before)
    assert f"{name} ended (signal SIGKILL)" in own_stack.says()
    assert until(lambda: is_ready(own_stack))


def test_a_killed_database_comes_back_and_the_product_with_it(own_stack):
    rows, web = count_workspaces(own_stack), own_stack.pids("web")

    before = own_stack.kill("postgres")

    assert until(lambda: own_stack.pids("postgres") != before)
    assert until(lambda: is_ready(own_stack))
    assert count_workspaces(own_stack) == rows
    assert own_stack.pids("web") == web


def test_a_killed_keeper_is_replaced(own_stack):
    rows, before = count_workspaces(own_stack), own_stack.kill("keeper")

    assert until(lambda: "they are up again" in own_stack.says())
    assert own_stack.pids("keeper") != before
    assert until(lambda: is_ready(own_stack))
    assert count_workspaces(own_stack) == rows


def test_nothing_outlives_a_killed_house_and_the_next_one_has_the_rows(own_stack):
    own_stack.manage("create_workspace", "kept", "--name", "Kept")
    rows, pids = count_workspaces(own_stack), own_stack.pids()
    marked = partial(leftovers.wearing, VarDir(own_stack.var_dir))
    assert until(lambda: set(marked()) - set(pids.values()))  # the worker's own children wear the mark too
    everybody = {*pids.values(), *marked()}

    own_stack.kill("house")

    assert until(lambda: not any(children.is_running(pid) for pid in everybody), seconds=10)
    own_stack.start()
    assert count_workspaces(own_stack) == rows


def test_everything_killed_at_once_loses_nothing(own_stack):
    rows = count_workspaces(own_stack)
    everybody = {*own_stack.pids().values(), *leftovers.wearing(VarDir(own_stack.var_dir))}

    for pid in everybody:
        with suppress(ProcessLookupError):  # a child of the database that was done just then
            os.kill(pid, signal.SIGKILL)

    assert until(own_stack.has_ended)
    assert until(lambda: not any(children.is_running(pid) for pid in everybody), seconds=10)
    own_stack.start()
    assert count_workspaces(own_stack) == rows


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_stop_it_stops_everything_in_order_and_keeps_the_data(own_stack, number):
    rows, pids = count_workspaces(own_stack), own_stack.pids()

    assert own_stack.stop(number) == 0

    assert [name for name, pid in pids.items() if children.is_running(pid)] == []
    assert leftovers.wearing(VarDir(own_stack.var_dir)) == []
    assert [line for line in own_stack.says().splitlines() if "by force" in line] == []
    own_stack.start()
    assert count_workspaces(own_stack) == rows
