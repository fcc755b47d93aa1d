"""`manage.py` finds the same servers, the same secret and the same providers as the house."""

import json

import pytest

from config.launcher import locks, services

SHOW = """
import json, os, sys
from config.launcher.attach import prepare_environment
prepare_environment(sys.argv)
names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "VAR_DIR", "DEMO", "META_GRAPH_URL")
print(json.dumps({name: os.environ.get(name) for name in names}), flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.processes


def seen_by(child):
    return json.loads(child.stdout.readline())


def test_a_command_alone_starts_its_own_and_stops_them(var_dir, python, running_in, until):
    command = python(SHOW, "migrate", VAR_DIR=str(var_dir))

    seen = seen_by(command)
    state = running_in(var_dir)
    command.communicate()

    assert seen["DATABASE_URL"] == state["urls"]["postgres"]
    assert seen["REDIS_URL"] == state["urls"]["valkey"]
    assert seen["SECRET_KEY"] == (var_dir / "secrets" / "secret-key").read_text()
    assert seen["DEMO"] == "1"
    assert seen["META_GRAPH_URL"] is None
    assert until(lambda: running_in(var_dir) is None)


def test_two_commands_at_once_agree(var_dir, python):
    first = python(SHOW, "migrate", VAR_DIR=str(var_dir))
    second = python(SHOW, "shell", VAR_DIR=str(var_dir))

    assert seen_by(first) == seen_by(second)


def test_a_command_beside_a_running_house_sees_its_providers(var_dir, python):
    found = services.ensure(var_dir)
    house = locks.open_lock(var_dir / "run" / "up.lock")
    assert locks.try_alone(house)
    environment = {"META_GRAPH_URL": "http://127.0.0.1:8100/meta", "DEMO": "1"}
    (var_dir / "run" / "up.json").write_text(json.dumps({"environment": environment}))

    seen = seen_by(python(SHOW, "shell", VAR_DIR=str(var_dir)))

    assert seen["DATABASE_URL"] == found.database_url
    assert seen["META_GRAPH_URL"] == "http://127.0.0.1:8100/meta"


def test_a_house_that_was_killed_is_not_believed(var_dir, python):
    services.ensure(var_dir)
    locks.open_lock(var_dir / "run" / "up.lock")
    environment = {"META_GRAPH_URL": "http://127.0.0.1:8100/meta"}
    (var_dir / "run" / "up.json").write_text(json.dumps({"environment": environment}))

    seen = seen_by(python(SHOW, "shell", VAR_DIR=str(var_dir)))

    assert seen["META_GRAPH_URL"] is None


def test_help_needs_no_database(var_dir, python):
    seen = seen_by(python(SHOW, "help", VAR_DIR=str(var_dir)))

    assert seen["DATABASE_URL"] == ""
    assert not (var_dir / "postgres").exists()


def test_production_servers_are_no_demo(tmp_path, python):
    servers = {"DATABASE_URL": "postgres://elsewhere/crm", "REDIS_URL": "redis://elsewhere/0"}

    seen = seen_by(python(SHOW, "migrate", VAR_DIR=str(tmp_path / "var"), **servers))

    assert seen["DATABASE_URL"] == "postgres://elsewhere/crm"
    assert seen["DEMO"] is None
