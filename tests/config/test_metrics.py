"""Figures of a house with several web processes: whoever is asked says them for all."""

import os
import subprocess
import sys

import pytest

from config.launcher import programs
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
