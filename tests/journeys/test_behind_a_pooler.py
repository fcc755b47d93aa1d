"""The whole house behind pgbouncer in transaction mode: a customer writes and is answered, a program reads it."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config.launcher.paths import VarDir
from tests.databases import migrated_template
from tests.journeys.program import Program
from tests.journeys.world import World, new_number, until
from tests.poolers import pooler
from tests.stack import make_stack

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def database_url():
    """A migrated database of the test run's own server."""
    ours = os.environ["DATABASE_URL"]
    template = migrated_template(VarDir(Path(os.environ["VAR_DIR"])), ours)
    name = f"pooled_{os.environ['TEST_SLOT']}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    with psycopg.connect(ours, dbname="postgres", autocommit=True) as server:
        server.execute(drop)
        server.execute(make)
        yield urlsplit(ours)._replace(path=f"/{name}").geturl()
        server.execute(drop)


@pytest.fixture(scope="module")
def pooled_house(tmp_path_factory, database_url):
    """Web, worker, scheduler and loopback world on a few connections of the server."""
    folder = tmp_path_factory.mktemp("pooled-house")
    with pooler(folder, database_url, size=4) as pooled:
        house = make_stack(folder, DATABASE_URL=pooled, DB_POOLER="1", DEMO="1")
        house.start()
        try:
            yield house
        finally:
            house.stop()


def test_a_customer_is_answered_through_a_pooler(pooled_house, database_url):
    world, number = World(pooled_house), new_number()

    with Program(pooled_house) as program:
        world.say(number, "Hello, we have a bakery")
        until(lambda: program.answered(number), seconds=90)
        assert program.heard(number) == ["Hello, we have a bakery"]

    # Nobody told the server anything that outlives a transaction, and nothing broke on the way.
    assert pooled_house.get("/health/ready") == (200, '{"status": "ok"}')
    with psycopg.connect(database_url) as bare:
        assert bare.execute("SELECT count(*) FROM crm_workspace").fetchone() == (0,)
    assert "prepared statement" not in pooled_house.logs()
