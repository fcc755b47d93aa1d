"""Where the house keeps its things: one folder, VAR_DIR, private to whoever starts the house."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class VarDir:
    """The folder of one house: database, queue, media, logs, secrets and what is running."""

    path: Path

    @property
    def run(self) -> Path:
        """Locks, ports and what is running now."""
        return self.path / "run"

    @property
    def log(self) -> Path:
        """What the programs print, one file each."""
        return self.path / "log"

    @property
    def secrets(self) -> Path:
        """Passwords made once, readable by the owner only."""
        return self.path / "secrets"

    def log_file(self, name: str) -> Path:
        """The log of one program."""
        return self.log / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders; what holds passwords or people's words is closed to other users."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        # `static` stays empty: the web server looks for collected files there before it looks into the apps.
        for folder in (self.run, self.log, self.secrets, self.path / "static"):
            folder.mkdir(exist_ok=True, mode=0o700)


def write_private(path: Path, text: str) -> None:
    """Write a file in one step (readers see the old text or the new one), readable by the owner only."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(draft).replace(path)
