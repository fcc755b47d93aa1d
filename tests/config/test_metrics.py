"""Figures of a house with several web processes: whoever is asked says them for all."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.db import connection

from config.launcher import children, programs
from config.launcher.paths import ROOT

TWO_PROCESSES = """
import os, sys
from prometheus_client import Counter
from config.metrics import Moment, page

knocks = Counter("knocks_total", "", ["door"])
for times in (3, 4):
    if not (child := os.fork()):
        knocks.labels("front").inc(times)
        os._exit(0)
    os.waitpid(child, 0)
moment = Moment()
moment.add("oldest", "", "queue", {"intake": 7.0})
sys.stdout.write(page(moment).decode())
"""


@pytest.mark.parametrize(("shared", "knocks"), [(True, ['knocks_total{door="front"} 7.0']), (False, [])])
def test_what_several_processes_counted_is_one_figure(tmp_path, shared, knocks):
    env = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
    env |= {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)} if shared else {}

    done = subprocess.run(
        [sys.executable, "-c", TWO_PROCESSES], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )

    # then the counts of both are added where they are shared, and what is asked at the moment is there once
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("knocks_total{")] == knocks
    assert [line for line in lines if line.startswith("oldest")] == ['oldest{queue="intake"} 7.0']


def test_every_web_process_of_a_house_counts_in_the_same_place(tmp_path):
    one, two = (programs.web(number, 5, tmp_path) for number in (1, 2))
    assert one.environment == two.environment
    assert one.environment["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path)
    assert "PROMETHEUS_MULTIPROC_DIR" not in programs.workers()[0].environment


@contextlib.contextmanager
def serving(number, folder):
    """A web process of its own, as the house starts them, at a socket of its own; (its port, the process)."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        program = programs.web(number, door.fileno(), folder / "counts")
        env = {**os.environ, **program.environment, "DATABASE_URL": _database_url()}
        env.pop("DJANGO_SETTINGS_MODULE")
        log = folder / f"{program.name}.log"
        process = children.start(program.command, log=log, cwd=ROOT, env=env, keep=program.keep)
        try:
            yield door.getsockname()[1], process
        finally:
            children.stop(process, seconds=10)


def _database_url():
    """The database of this test run."""
    name = connection.settings_dict["NAME"]
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def ask(port, method, path, host="127.0.0.1"):
    """Status and text; waits until the process is there to answer."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        caller.request(method, path, headers={"Host": host})
        answer = caller.getresponse()
        return answer.status, answer.read().decode()
    finally:
        caller.close()


@pytest.mark.processes
def test_two_web_processes_say_the_same_figures(db, tmp_path):
    # given two web processes, and deliveries for another host that knock at both
    (tmp_path / "counts").mkdir()
    said = 'crm_webhooks_total{kind="whatsapp_meta",verdict="other_host"} 5.0'
    with serving(1, tmp_path) as (first, gone), serving(2, tmp_path) as (second, _):
        for port in (first, first, second, second, second):
            assert ask(port, "POST", "/hooks/whatsapp_meta/any/", host="evil.example")[0] == 400

        # then each says the figures of both, and still does when the other has ended
        for port in (first, second):
            status, page = ask(port, "GET", "/metrics")
            assert (status, said in page.splitlines()) == (200, True)
        children.stop(gone, seconds=10)
        assert said in ask(second, "GET", "/metrics")[1].splitlines()
