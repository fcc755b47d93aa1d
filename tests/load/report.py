"""What was measured, for people and for later."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.load.houses import RESULTS


@dataclass(frozen=True)
class Table:
    """A title, heads and rows."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def text(self) -> str:
        """As Markdown."""
        lines = [self.heads, ["---"] * len(self.heads), *self.rows]
        return "\n".join([f"\n{self.title}\n", *(f"| {' | '.join(map(str, line))} |" for line in lines)])


def keep(results: dict[str, Any], day: date) -> Path:
    """Write `var/load/<date>.json`; parts measured earlier that day stay unless they were measured again."""
    path = RESULTS / f"{day.isoformat()}.json"
    earlier: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(earlier | results, indent=1, ensure_ascii=False) + "\n")
    return path
