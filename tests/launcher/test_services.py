"""The embedded services: started once, shared by all, gone with the last, nothing lost."""

import os
import stat

import psycopg
import pytest
import redis

from config.launcher import services
from config.launcher.errors import ServiceFailedError
from config.launcher.paths import VarDir
from config.launcher.postgres import Postgres

pytestmark = pytest.mark.processes

USE_AND_WAIT = """
import sys
from config.launcher import services
from config.launcher.errors import ServiceFailedError
found = services.ensure(sys.argv[1])
print(found.database_url, flush=True)
sys.stdin.read()
"""


def write_row(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS hits (n serial)")
        connection.execute("INSERT INTO hits DEFAULT VALUES")


def count_rows(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM hits").fetchall()[0][0]


def answers(url):
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_first_start_makes_a_database_that_the_product_owns(var_dir):
    found = services.ensure(var_dir)

    with psycopg.connect(found.database_url) as connection:
        role = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        extensions = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
        settings = {row[0]: row[1] for row in connection.execute("SELECT name, setting FROM pg_settings")}
    queue = redis.Redis.from_url(found.redis_url)

    assert role == ("crm", False, False, True)
    assert {"vector", "pg_trgm", "unaccent", "btree_gin"} <= extensions
    assert (settings["fsync"], settings["synchronous_commit"]) == ("on", "on")
    assert settings["listen_addresses"] == "127.0.0.1"
    assert queue.config_get("appendonly", "maxmemory-policy") == {
        "appendonly": "yes",
        "maxmemory-policy": "noeviction",
    }
    queue.close()


def test_nobody_comes_in_without_the_password(var_dir):
    found = services.ensure(var_dir)
    database = psycopg.conninfo.conninfo_to_dict(found.database_url)
    queue = redis.Redis(port=redis.connection.parse_url(found.redis_url)["port"])

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(found.database_url, password="guess")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(found.database_url, user="postgres", password=database["password"])
    with pytest.raises(redis.AuthenticationError):
        queue.ping()
    queue.close()


def test_secrets_are_for_the_owner_only(var_dir):
    services.ensure(var_dir)

    folders = [var_dir, var_dir / "secrets", var_dir / "run", var_dir / "log", var_dir / "postgres"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    files = [
        *(var_dir / "secrets").iterdir(),
        var_dir / "run" / "services.json",
        var_dir / "run" / "valkey.conf",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_three_who_start_at_once_share_one_database(var_dir, python, running_in):
    users = [python(USE_AND_WAIT, var_dir) for _ in range(3)]

    urls = {user.stdout.readline() for user in users}

    assert len(urls) == 1
    assert urls.pop().startswith("postgres://crm:")
    assert running_in(var_dir)["pids"].keys() == {"postgres", "valkey"}


def test_services_stop_with_the_last_user_even_a_killed_one(var_dir, python, running_in, gone, kill):
    first, second = python(USE_AND_WAIT, var_dir), python(USE_AND_WAIT, var_dir)
    url = first.stdout.readline().strip()
    second.stdout.readline()
    state = running_in(var_dir)

    first.communicate()
    assert answers(url)
    kill(second.pid)

    assert all(gone(pid) for pid in [state["keeper"], *state["pids"].values()])
    assert not answers(url)


def test_next_start_finds_the_rows_at_the_same_address(var_dir):
    first = services.ensure(var_dir)
    write_row(first.database_url)
    services.release(var_dir)
    assert not answers(first.database_url)

    second = services.ensure(var_dir)

    assert second == first
    assert count_rows(second.database_url) == 1


def test_killed_database_is_started_again_with_its_rows(var_dir, running_in, kill, until):
    found = services.ensure(var_dir)
    write_row(found.database_url)
    before = running_in(var_dir)["pids"]["postgres"]

    kill(before)

    assert until(lambda: running_in(var_dir)["pids"]["postgres"] != before)
    assert until(lambda: answers(found.database_url))
    assert count_rows(found.database_url) == 1


def test_killed_queue_is_started_again_with_what_was_queued(var_dir, running_in, kill, until):
    found = services.ensure(var_dir)
    queue = redis.Redis.from_url(found.redis_url)
    queue.rpush("line", "one", "two")
    queue.execute_command("WAITAOF", 1, 0, 5000)
    before = running_in(var_dir)["pids"]["valkey"]

    kill(before)

    assert until(lambda: running_in(var_dir)["pids"]["valkey"] != before)
    queue.close()
    queue = redis.Redis.from_url(found.redis_url)
    assert queue.lrange("line", 0, -1) == [b"one", b"two"]
    queue.close()


def test_killed_keeper_takes_the_services_along_and_the_next_start_works(var_dir, running_in, gone, kill):
    found = services.ensure(var_dir)
    write_row(found.database_url)
    state = running_in(var_dir)

    kill(state["keeper"])

    assert all(gone(pid) for pid in state["pids"].values())
    again = services.ensure(var_dir)
    assert count_rows(again.database_url) == 1


def test_everything_killed_at_once_loses_nothing(var_dir, running_in, gone, kill):
    found = services.ensure(var_dir)
    write_row(found.database_url)
    state = running_in(var_dir)

    for pid in [state["keeper"], *state["pids"].values()]:
        kill(pid)

    assert all(gone(pid) for pid in [state["keeper"], *state["pids"].values()])
    again = services.ensure(var_dir)
    assert count_rows(again.database_url) == 1


def test_a_pid_file_of_a_stranger_is_no_obstacle(var_dir, python):
    services.ensure(var_dir)
    services.release(var_dir)
    stranger = python("import sys; sys.stdin.read()")
    (var_dir / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{var_dir / 'postgres'}\n")

    found = services.ensure(var_dir)

    assert answers(found.database_url)
    assert stranger.poll() is None


def test_an_interrupted_first_start_leaves_no_half_database(var_dir):
    half = var_dir / "postgres.new"
    half.mkdir(parents=True, mode=0o700)
    (half / "PG_VERSION").write_text("18\n")

    found = services.ensure(var_dir)

    assert answers(found.database_url)
    assert not half.exists()


def test_servers_of_the_environment_are_left_to_their_owners(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/crm")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    found = services.ensure(tmp_path / "var")

    assert found == services.Services("postgres://elsewhere/crm", "redis://elsewhere/0")
    assert not (tmp_path / "var").exists()


def test_one_server_of_the_environment_and_one_embedded(var_dir, running_in, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/crm")

    found = services.ensure(var_dir)

    assert found.database_url == "postgres://elsewhere/crm"
    assert running_in(var_dir)["pids"].keys() == {"valkey"}


def test_throwaway_services_trade_safety_for_speed(var_dir):
    found = services.ensure(var_dir, durable=False)

    with psycopg.connect(found.database_url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_a_broken_database_says_why(var_dir):
    services.ensure(var_dir)
    services.release(var_dir)
    (var_dir / "postgres" / "global" / "pg_control").unlink()

    with pytest.raises(ServiceFailedError, match="PostgreSQL did not start"):
        services.ensure(var_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give away")
def test_root_without_user_namespaces_becomes_nobody(var_dir, monkeypatch):
    monkeypatch.setattr("config.launcher.privileges.enter_namespace", lambda: False)
    monkeypatch.setattr("config.launcher.privileges.can_use_namespace", lambda: False)
    var = VarDir(var_dir)
    var.prepare()
    server = Postgres(var, durable=False)

    server.start()

    assert answers(server.url)
    assert (var_dir / "postgres").stat().st_uid == 65534
    server.stop()
