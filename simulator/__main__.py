"""`python -m simulator --port 8100 --data DIR --product-url http://127.0.0.1:8000 [--token TOKEN]`."""

import argparse
import asyncio
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from simulator.app import LOOPBACK, make_app
from simulator.refusals import NotLoopbackError
from simulator.world import World

PATIENCE = 0.4  # seconds that requests have to end after SIGTERM


class Server(uvicorn.Server):
    """uvicorn that leaves signals to us and lets open phone pages go before it waits for them."""

    world: World | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the run with exit code 0."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.leave)
        yield

    def leave(self) -> None:
        """Begins the stop."""
        self.should_exit = True
        if self.world:
            self.world.hub.close()
        asyncio.get_running_loop().call_later(PATIENCE, self._cut)

    def _cut(self) -> None:
        """Ends the requests that are still held (by a slow fault, by a scenario)."""
        for task in self.server_state.tasks:
            task.cancel()


def options(arguments: list[str]) -> argparse.Namespace:
    """The command line; refuses addresses outside this machine."""
    parser = argparse.ArgumentParser(
        "simulator", description="The loopback world: plays WhatsApp on this machine."
    )
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of the books")
    parser.add_argument("--product-url", default="http://127.0.0.1:8000")
    parser.add_argument("--token", default="", help="of the control API; made up when not given")
    parser.add_argument("--host", default="127.0.0.1", help="loopback only")
    chosen = parser.parse_args(arguments)
    if chosen.host not in LOOPBACK or urlsplit(chosen.product_url).hostname not in LOOPBACK:
        raise NotLoopbackError("the loopback world binds to and talks to 127.0.0.1 only")
    chosen.token = chosen.token or secrets.token_urlsafe(18)
    return chosen


def listen(port: int) -> socket.socket:
    """A bound socket on 127.0.0.1."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def write_token(data: Path, token: str) -> None:
    """Leaves the token in DATA/token, readable by the owner only."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / "token"
    path.touch(mode=0o600)
    path.write_text(token + "\n", encoding="utf-8")


def run(chosen: argparse.Namespace) -> None:
    """Serves until SIGTERM or SIGINT."""
    bound = listen(chosen.port)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
    write_token(chosen.data, chosen.token)

    def make_world() -> World:
        return World(chosen.data, product_url=chosen.product_url, base_url=url, token=chosen.token)

    def ready(world: World) -> None:
        server.world = world
        bound.listen(2048)
        print(f"simulator ready {url} token={chosen.token}", flush=True)  # noqa: T201

    config = uvicorn.Config(
        make_app(make_world, ready),
        log_config=None,
        access_log=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=30,
    )
    server = Server(config)
    server.run(sockets=[bound])


def main() -> int:
    """Runs the world; answers the exit code."""
    try:
        run(options(sys.argv[1:]))
    except (NotLoopbackError, OSError) as wrong:
        print(f"simulator: {wrong}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
