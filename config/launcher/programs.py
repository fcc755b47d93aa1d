"""The programs of the house: web, worker, scheduler and the loopback world."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from config.launcher.paths import VarDir

PYTHON = sys.executable
# Provider addresses that point into the loopback world when nobody sets them.
LOOPBACK = {"META_GRAPH_URL": "/meta"}


@dataclass(frozen=True)
class Program:
    """One process to keep alive. `keep`: open sockets it inherits; `grace`: seconds it may take to end."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    keep: tuple[int, ...] = ()
    grace: float = 10.0


@dataclass(frozen=True)
class Addresses:
    """Where the house is reached."""

    port: int
    sim_port: int

    @property
    def url(self) -> str:
        """The product."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sim_url(self) -> str:
        """The loopback world."""
        return f"http://127.0.0.1:{self.sim_port}"


def loopback_environment(addresses: Addresses) -> dict[str, str]:
    """Provider addresses for whatever the environment does not set."""
    return {name: addresses.sim_url + path for name, path in LOOPBACK.items() if not os.environ.get(name)}


def web(number: int, listening: int, counts: Path | None = None) -> Program:
    """One web process. All of them accept from one socket, which stays open while a process is replaced. `counts`: a
    folder where they keep what they count, so that each can say it for all."""
    server = ("uvicorn", "config.asgi:application", "--fd", str(listening), "--ws", "websockets-sansio")
    manners = (
        "--no-access-log",
        "--timeout-graceful-shutdown",
        "8",
        "--no-proxy-headers",
        "--timeout-keep-alive",
        "30",
    )
    return Program(
        name="web" if number == 1 else f"web-{number}",
        command=(PYTHON, "-m", *server, *manners),
        environment={"DB_POOL": "1", "PROGRAM": "web"}
        | ({"PROMETHEUS_MULTIPROC_DIR": str(counts)} if counts else {}),
        keep=(listening,),
    )


def workers() -> list[Program]:
    """Who does the work. A model at the other end of a wire takes seconds to answer, and who waits for it must not
    keep a process from other work: with a key for one, turns have a worker of their own whose threads do the waiting.
    The offline model needs none, it answers in a millisecond."""
    if not _has_model_key():
        return [_worker("worker", *_concurrency())]
    threads = os.environ.get("TURN_THREADS") or "32"
    return [
        _worker("worker", *_concurrency(), "--queues", "messages,others"),
        _worker("turns", "--concurrency", threads, "--pool", "threads", "--queues", "turns"),
    ]


def _has_model_key() -> bool:
    """As the programs themselves will see it: from the environment or from `.env`."""
    from config import env  # noqa: PLC0415  reads `.env`, which is not for whoever only wants the names of programs

    return bool(env.OPENAI_API_KEY)


def _concurrency() -> tuple[str, str]:
    return "--concurrency", os.environ.get("WORKER_CONCURRENCY") or "2"


def _worker(name: str, *options: str) -> Program:
    """A worker: what it has begun it finishes before it ends."""
    celery = ("celery", "-A", "config.celery", "worker", "--loglevel", "INFO", "--hostname", f"{name}@%h")
    return Program(
        name=name,
        command=(PYTHON, "-m", *celery, *options, "--without-gossip", "--without-mingle"),
        environment={"PROGRAM": name},
        grace=25.0,
    )


def scheduler() -> Program:
    """The scheduler: pokes whoever looks for due rows. No pid file, so a crash leaves nothing in the way."""
    celery = ("celery", "-A", "config.celery", "beat", "--loglevel", "INFO", "--pidfile", "")
    return Program(name="scheduler", command=(PYTHON, "-m", *celery), environment={"PROGRAM": "scheduler"})


def simulator(var: VarDir, addresses: Addresses, token: str) -> Program:
    """The loopback world: plays the providers."""
    places = ("--port", str(addresses.sim_port), "--data", str(var.path / "simulator"))
    # One word: a token may begin with "-", and would be read as an option.
    product = ("--product-url", addresses.url, f"--token={token}")
    return Program(name="simulator", command=(PYTHON, "-m", "simulator", *places, *product))
