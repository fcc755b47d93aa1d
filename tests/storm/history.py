"""What happened when, kept line by line: a storm that fails can be read afterwards."""

import json
import time
from pathlib import Path
from typing import Any, TextIO


class History:
    """The event log of one storm."""

    def __init__(self, folder: Path) -> None:
        """Begins now, in `folder`/events.jsonl."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.began = folder, time.monotonic()
        self._file: TextIO = (folder / "events.jsonl").open("w")
        self.lines: list[dict[str, Any]] = []

    def note(self, what: str, **facts: Any) -> None:
        """One line: seconds since the beginning, what, and the facts."""
        line = {"t": round(time.monotonic() - self.began, 3), "what": what, **facts}
        self.lines.append(line)
        self._file.write(json.dumps(line, default=str) + "\n")
        self._file.flush()

    def count(self, what: str, **facts: Any) -> int:
        """How often this happened."""
        return len([one for one in self.lines if one["what"] == what and facts.items() <= one.items()])

    def keep(self, name: str, document: Any) -> Path:
        """A JSON file beside the log."""
        path = self.folder / name
        path.write_text(json.dumps(document, indent=1, default=str))
        return path

    def close(self) -> None:
        """The log is complete."""
        self._file.close()
