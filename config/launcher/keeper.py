"""The keeper: a small process that runs PostgreSQL and Valkey for as long as anybody needs them.

Whoever needs them shares the lock `users`. The keeper holds the lock `keeper`, handed to it already taken, so
there is never a moment in which two could start. When nobody shares `users` any more - the kernel notices,
also after `kill -9` - it stops both servers and ends. When it is killed itself, both servers stop with it.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from config.launcher import locks, logs
from config.launcher.errors import ServiceFailedError
from config.launcher.paths import VarDir, write_private
from config.launcher.postgres import Postgres
from config.launcher.valkey import Valkey

LOOK_EVERY = 0.2  # seconds
LINGER = 2.0  # seconds: commands that follow each other find the servers warm
Service = Postgres | Valkey


class Keeper:
    """Runs the wanted services and restarts one that dies."""

    def __init__(self, var: VarDir, services: list[Service]) -> None:
        """`services`: those this house runs itself, in the order they start."""
        self.var, self.services = var, services
        self.state = var.run / "services.json"
        self.users = locks.open_lock(var.run / "users.lock")
        self.in_a_hurry = False

    def run(self) -> None:
        """Start, watch until nobody is left, stop."""
        try:
            for service in self.services:
                service.start()
            self._tell()
            self._watch()
        except ServiceFailedError as error:
            write_private(self.var.run / "services-failed.txt", str(error))
            say(str(error))
        finally:
            self.state.unlink(missing_ok=True)
            for service in reversed(self.services):
                service.stop()

    def _tell(self) -> None:
        """Write down where the services are, for those who wait."""
        pids = {service.name: service.process.pid for service in self.services if service.process}
        urls = {service.name: service.url for service in self.services}
        write_private(self.state, json.dumps({"keeper": os.getpid(), "pids": pids, "urls": urls}))

    def _watch(self) -> None:
        """Look at users and services until nobody has been here for a while."""
        alone_since: float | None = None
        while True:
            if self._is_alone():
                alone_since = alone_since or time.monotonic()
                if (self.in_a_hurry or time.monotonic() - alone_since > LINGER) and locks.try_alone(
                    self.users
                ):
                    return
            else:
                alone_since = None
            self._revive()
            time.sleep(LOOK_EVERY)

    def _is_alone(self) -> bool:
        """Does nobody use the services?"""
        return not locks.is_held(self.var.run / "users.lock")

    def _revive(self) -> None:
        """Start again what died."""
        for service in self.services:
            if service.has_ended():
                say(f"{service.name} ended; starting it again")
                service.stop()
                service.start()
                self._tell()

    def hurry(self, *_: object) -> None:
        """Asked to end: do so as soon as nobody uses the services."""
        self.in_a_hurry = True


def say(text: str) -> None:
    """One line in the keeper's log."""
    sys.stdout.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
    sys.stdout.flush()


def main(var_dir: str, wanted: str, mode: str) -> None:
    """`wanted`: names of services, with commas; `mode`: durable or throwaway. The lock is handed down."""
    if os.fork():  # the one who started us waits for this; the keeper itself belongs to nobody
        os._exit(0)
    var = VarDir(Path(var_dir))
    for name in wanted.split(","):
        logs.rotate(var.log_file(name))
    all_services: dict[str, Service] = {
        "postgres": Postgres(var, durable=mode == "durable"),
        "valkey": Valkey(var),
    }
    keeper = Keeper(var, [all_services[name] for name in wanted.split(",")])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, keeper.hurry)
    keeper.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
