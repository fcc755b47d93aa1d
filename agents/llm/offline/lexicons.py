"""Loads the word lists beside this file, once per process."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "words"


@cache
def load(name: str) -> dict[str, Any]:
    """The lexicon of that name, e.g. "places"."""
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
