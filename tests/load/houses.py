"""The house that is measured: started as `make up` does, with servers of its own that keep what they commit."""

import contextlib
import http.client
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import httpx
import psycopg

from config.launcher import children, ports, programs
from config.launcher.paths import ROOT
from tests.journeys.world import APP_SECRET
from tests.stack import Stack, make_stack

RESULTS = ROOT / "var" / "load"
FLOOR_TABLE = """
    CREATE TABLE IF NOT EXISTS floor_delivery (
        id bigserial PRIMARY KEY, body bytea NOT NULL, received_at timestamptz NOT NULL DEFAULT now())
"""
BY_ITSELF = {"OPENAI_API_KEY": "", "SENTRY_DSN": "", "EMAIL_URL": "dummymail://"}


@dataclass
class House:
    """A running house and the bare servers beside it. `at` of a server is its port."""

    stack: Stack
    database: psycopg.Connection[tuple[Any, ...]]
    servers: dict[str, tuple[subprocess.Popen[bytes], int]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """Where the product's web process listens."""
        return int(self.stack.env["PORT"])

    def ask(self, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of its database."""
        return self.database.execute(query, values).fetchall()

    def count(self, query: LiteralString, *values: Any) -> int:
        """The one number a query answers."""
        return int(self.ask(query, *values)[0][0])

    def queries(self) -> float:
        """How many statements the product's web process has sent to the database, by its own metrics."""
        text = self.stack.get("/metrics")[1]
        found = re.findall(r"^django_db_execute_total\{.*?\} ([\d.e+]+)$", text, re.MULTILINE)
        return sum(map(float, found))

    def floor(self, application: str) -> int:
        """The port of a bare server, started with the very options of the product's."""
        if application not in self.servers:
            self.database.execute(FLOOR_TABLE)
            self.servers[application] = self._serve(application)
        return self.servers[application][1]

    def _serve(self, application: str) -> tuple[subprocess.Popen[bytes], int]:
        port = ports.free_port()
        theirs = programs.web(1, 0)
        options = theirs.command[theirs.command.index("--ws") :]
        command = (programs.PYTHON, "-m", "uvicorn", application, "--port", str(port), *options)
        secrets = {"FLOOR_SECRET": APP_SECRET.decode(), "SECRET_KEY": "floor-" * 10}
        env = {**self.stack.env, **theirs.environment, **secrets, **self._services()}
        log = self.stack.var_dir / "log" / "floor.log"
        process = children.start(command, log=log, cwd=ROOT, env=env)
        if not children.wait_until(lambda: _answers(port), seconds=30):
            children.stop(process)
            raise RuntimeError(f"{application} did not start:\n{log.read_text()[-3000:]}")
        return process, port

    def _services(self) -> dict[str, str]:
        urls = self.stack.services()["urls"]
        return {"DATABASE_URL": urls["postgres"], "REDIS_URL": urls["valkey"]}

    def close(self) -> None:
        """End the bare servers."""
        for process, _port in self.servers.values():
            children.stop(process, seconds=10)
        self.database.close()


def _answers(port: int) -> bool:
    """Does a server listen here?"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/nothing/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


@contextlib.contextmanager
def running_house(**environment: str) -> Iterator[House]:
    """A fresh house with the demo workspace, one web process, two workers; gone afterwards."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="house-", dir=RESULTS) as folder:
        stack = make_stack(Path(folder), **(BY_ITSELF | environment))
        with started(stack), opened(stack) as house:
            yield house


@contextlib.contextmanager
def started(stack: Stack) -> Iterator[None]:
    """A house that runs, and stops afterwards."""
    stack.start()
    try:
        yield
    finally:
        stack.stop()


@contextlib.contextmanager
def opened(stack: Stack) -> Iterator[House]:
    """A started house with its database at hand."""
    house = House(stack, psycopg.connect(stack.database_url, autocommit=True, options="-c app.everywhere=on"))
    try:
        yield house
    finally:
        house.close()


def sign_in(house: House, email: str = "rep@demo.test") -> str:
    """The session cookie of a member, got by the form."""
    with httpx.Client(base_url=house.stack.url, trust_env=False, timeout=20) as browser:
        browser.get("/accounts/login/")
        form = {"login": email, "password": "demo", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        answer = browser.post("/accounts/login/", data=form)
        if "sessionid" not in browser.cookies:
            raise RuntimeError(f"could not sign in as {email}: {answer.status_code}")
        return str(browser.cookies["sessionid"])


def machine() -> dict[str, Any]:
    """What else to know about the moment of a measurement: cores, and how busy they were (1, 5, 15 minutes)."""
    load = [round(value, 2) for value in os.getloadavg()]
    return {"at": time.strftime("%Y-%m-%d %H:%M:%S"), "cores": os.cpu_count(), "load": load}
