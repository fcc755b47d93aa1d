"""pgbouncer in transaction mode in front of a database: one server connection for everybody, so that leaks show."""

import contextlib
import os
import shutil
from urllib.parse import urlsplit

import psycopg
import pytest

from config.launcher import children, ports, privileges

SETTINGS = """
[databases]
{name} = host={host} port={port} dbname={name}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
"""


def pgbouncer():
    """The program. Without it the test is skipped, loudly; REQUIRE_POOLER=1 makes it fail instead."""
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if found is None:
        text = "pgbouncer is not installed: nobody has seen the walls hold behind a pooler"
        pytest.fail(text) if os.environ.get("REQUIRE_POOLER") == "1" else pytest.skip(text)
    return found


@contextlib.contextmanager
def pooler(folder, database_url, *, size=1):
    """A pooler for this database; yields its URL."""
    program, there, listen = pgbouncer(), urlsplit(database_url), ports.free_port()
    name = there.path.lstrip("/")
    config = folder / "pgbouncer.ini"
    (folder / "users").write_text(f'"{there.username}" "{there.password}"\n')
    config.write_text(
        SETTINGS.format(
            name=name, host=there.hostname, port=there.port, listen=listen, folder=folder, size=size
        )
    )
    for path in (folder, *folder.iterdir()):
        privileges.give_to_postgres(path)
    process = children.start(
        [program, config], log=folder / "pgbouncer.log", cwd=folder, drop=privileges.drop_root
    )
    url = there._replace(netloc=f"{there.username}:{there.password}@127.0.0.1:{listen}").geturl()
    try:
        assert children.wait_until(lambda: _answers(url), seconds=20), (folder / "pgbouncer.log").read_text()
        yield url
    finally:
        children.stop(process, seconds=10)


def _answers(url):
    with contextlib.suppress(psycopg.Error):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False
