"""`make up`: starts the whole house, watches over it in the foreground, and stops it in order."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from config.launcher import children, environment, leftovers, locks, notices, ports, programs, services
from config.launcher.errors import ServiceFailedError
from config.launcher.nursery import Nursery
from config.launcher.passwords import kept_secret
from config.launcher.paths import VarDir, write_private
from config.launcher.programs import Addresses
from config.launcher.progress import say, show

LOOK_EVERY = 0.2  # seconds
READY_WITHIN = 240.0  # seconds
SERVICES_EVERY = 1.0  # seconds
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
ASKED_EVERY = 0.5  # seconds


class RefusedError(Exception):
    """The house cannot start; the message says why and what to do."""


class StopAsked(BaseException):
    """Somebody wants us to stop."""


class House:
    """One running house."""

    def __init__(self) -> None:
        """Read where the house is and who it is."""
        self.var = VarDir(environment.var_dir())
        self.addresses = Addresses(_number("PORT", 8000), _number("SIM_PORT", 8100))
        self.lock = -1
        self.listening = -1  # the socket all web processes accept from
        self.nursery = Nursery(self.var, {})
        self.found = services.Services("", "")
        self.token = ""

    def run(self) -> int:
        """Start, watch, stop. The exit code: 0 after an orderly stop, 1 when it could not start."""
        for number in STOPS:
            signal.signal(number, _ask_to_stop)
        try:
            self._claim()
            self._start()
            self._watch()
        except StopAsked:
            code = 0
        except (RefusedError, ServiceFailedError) as error:
            show(f"\n{error}\n")
            code = 1
        finally:
            _deafen()
            self._stop()
        return code

    def _claim(self) -> None:
        """Make sure that this VAR_DIR and both ports are ours."""
        self.var.prepare()
        self.lock = locks.open_lock(self.var.run / "up.lock")
        if not locks.try_alone(self.lock):
            self.lock = -1
            raise RefusedError(notices.already_running(self.var))
        (self.var.run / "up.json").unlink(missing_ok=True)
        if count := leftovers.end_all(self.var):
            say(f"ended {count} programs that an earlier house left behind")
        self.listening = _listen(self.addresses.port)
        if not ports.is_free(self.addresses.sim_port):
            raise RefusedError(notices.busy("SIM_PORT", self.addresses.sim_port))
        self.token = kept_secret(self.var.secrets / "simulator")
        self._tell()

    def _start(self) -> None:
        """Services, database, programs; back when the product answers."""
        self.found = services.ensure(self.var.path)
        say("database and queue are up")
        self.nursery.environment = self._environment()
        self.nursery.start(programs.simulator(self.var, self.addresses, self.token))
        self._prepare_database()
        counts = self._empty_counts()
        self.nursery.start(programs.web(1, self.listening, counts))
        for program in programs.workers():
            self.nursery.start(program)
        say("web, worker and loopback world are starting")
        self._wait_until_ready()
        self.nursery.start(programs.scheduler())  # these two need not keep anybody waiting
        for number in range(2, _number("WEB_PROCESSES", min(2, os.cpu_count() or 1)) + 1):
            self.nursery.start(programs.web(number, self.listening, counts))
        self._tell()
        show(notices.welcome(self.addresses, self.token, self.var, demo=self._is_demo()))

    def _empty_counts(self) -> Path:
        """Where the web processes count together. One that is replaced leaves its counts; a new house begins anew."""
        folder = self.var.run / "counts"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _environment(self) -> dict[str, str]:
        """What every program of this house sees."""
        return {
            **os.environ,
            **self._extras(),
            **environment.house_environment(self.var, self.found),
            **leftovers.mark(self.var),
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "PYTHONUNBUFFERED": "1",
        }

    def _extras(self) -> dict[str, str]:
        """What `manage.py` beside us should see too."""
        return {
            "DEMO": os.environ.get("DEMO") or "1",
            "PORT": str(self.addresses.port),
            **programs.loopback_environment(self.addresses),
        }

    def _is_demo(self) -> bool:
        """Are we the demo? Yes, unless somebody says DEMO=0."""
        return self._extras()["DEMO"] == "1"

    def _prepare_database(self) -> None:
        """Bring the tables up to date; fill an empty database with the demo workspace."""
        from config.launcher import database  # noqa: PLC0415  its driver is only needed here

        url = self.found.database_url
        if database.needs_migrating(self.var, url):
            say("bringing the tables up to date")
            database.migrate(self.var, url, self.nursery.environment)
        if self._is_demo() and database.is_empty(url):
            say("filling the demo workspace")
            database.manage(self.var, "seed_demo", self.nursery.environment)
        say("the database is ready")

    def _tell(self) -> None:
        """Write down where we are, for `manage.py`, for a second `make up` and for people."""
        house: dict[str, Any] = {
            "pid": os.getpid(),
            "url": self.addresses.url,
            "sim_url": self.addresses.sim_url,
            "sim_token": self.token,
            "programs": self.nursery.pids(),
            "environment": self._extras(),
        }
        write_private(self.var.run / "up.json", json.dumps(house, indent=1))

    def _wait_until_ready(self) -> None:
        """Look after the programs until the product says that it is ready."""
        end, answer = time.monotonic() + READY_WITHIN, "no answer"
        while answer != "200":
            if time.monotonic() > end:
                raise RefusedError(f"/health/ready still says {answer}. The logs are in {self.var.log}.")
            self._look()
            time.sleep(LOOK_EVERY / 2)
            answer = _ask_health(self.addresses.port)

    def _watch(self) -> None:
        """Keep everything alive until somebody wants us to stop."""
        services_seen = time.monotonic()
        while True:
            self._look()
            if time.monotonic() - services_seen > SERVICES_EVERY:
                self._look_at_services()
                services_seen = time.monotonic()
            time.sleep(LOOK_EVERY)

    def _look(self) -> None:
        """Start again what died."""
        if self.nursery.look():
            self._tell()

    def _look_at_services(self) -> None:
        """The keeper restarts a server that dies; if the keeper itself dies, we start another."""
        if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
            return
        if services.running(self.var.path) is not None:
            return
        found = services.ensure(self.var.path)
        say("database and queue had stopped; they are up again")
        if found != self.found:  # another port: everybody must know
            self.found = found
            self.nursery.restart(self._environment())
            self._tell()

    def _stop(self) -> None:
        """People first, then work in progress, then the outside world, then the database. Data stays."""
        if self.lock == -1:
            return
        if self.nursery.wards:
            say("stopping")
        self.nursery.stop(
            ["scheduler", *[name for name in self.nursery.wards if name.startswith("web")], "worker", "turns"]
        )
        self.nursery.stop(["simulator"])
        services.release(self.var.path)
        with contextlib.suppress(FileNotFoundError):
            (self.var.run / "up.json").unlink()
        if self.listening != -1:
            os.close(self.listening)
        os.close(self.lock)
        if self.found.database_url:
            say(f"stopped; everything is kept in {self.var.path}")


def _number(name: str, default: int) -> int:
    """A whole number from the environment. Raises RefusedError when it is none."""
    text = os.environ.get(name) or str(default)
    if not text.isdigit():
        raise RefusedError(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def _ask_to_stop(*_: object) -> None:
    """A signal asks us to stop, and a clock asks again until we do: Python drops what is raised while it runs certain
    callbacks of its own, as at a fork."""
    signal.setitimer(signal.ITIMER_REAL, ASKED_EVERY, ASKED_EVERY)
    raise StopAsked


def _deafen() -> None:
    """We are stopping already; asking again changes nothing (every step has an end of its own)."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


def _listen(port: int) -> int:
    """The socket all web processes accept from. Raises RefusedError when the port is taken."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Handed down, it does not look like TCP to the server, which then leaves out what accepted ones inherit here:
    # without it the second packet of an answer waits 40 ms for the other side's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError:
        listening.close()
        raise RefusedError(notices.busy("PORT", port)) from None
    listening.listen(2048)
    return listening.detach()


def _ask_health(port: int) -> str:
    """What /health/ready answers: a status, or that nobody answers yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return f"nothing ({type(error).__name__})"
    finally:
        connection.close()


def main() -> int:
    """Run the house. STOP_WITH_PARENT=1 (set by make and by tests): stop when whoever started us is gone."""
    environment.read_dot_env()
    if os.environ.get("STOP_WITH_PARENT") == "1":
        children.die_with_parent(signal.SIGTERM, os.getppid())
    try:
        house = House()
    except RefusedError as error:
        show(str(error))
        return 1
    return house.run()


if __name__ == "__main__":
    sys.exit(main())
