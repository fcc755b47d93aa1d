"""Free ports on loopback, the same ones at every start when possible."""

import json
import random
import socket
from pathlib import Path

from config.launcher.paths import write_private

# Below the range from which systems take ports for outgoing connections, so nobody
# borrows ours while we restart.
LOWEST, HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Could a server listen on this loopback port now?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Any free loopback port."""
    while True:
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311  a port is no secret
        if is_free(port):
            return port


def kept_port(file: Path, name: str) -> int:
    """The port this service had last time, or a free one from now on."""
    known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    if name not in known or not is_free(known[name]):
        known[name] = free_port()
        write_private(file, json.dumps(known))
    return known[name]
