"""Patterns kept as text beside this file: one phrase a line, so that anybody can read and extend them.

A line is a regular expression over folded text (lower case, no accents). `# ...` is a comment. A line
`@name = ...` names a part that later lines may use as `<name>`.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "phrase_lists"
WORDS = r"\b(?:<phrases>)\b"


def pattern(name: str, frame: str = WORDS) -> re.Pattern[str]:
    """The phrases of that file as one pattern; `frame` says what stands around `<phrases>`."""
    return re.compile(frame.replace("<phrases>", "|".join(_lines(name))))


@cache
def word_set(name: str) -> frozenset[str]:
    """The words of that file, however they are broken into lines."""
    return frozenset((FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())


@cache
def _lines(name: str) -> tuple[str, ...]:
    """The phrases of a file, with the named parts filled in."""
    parts: dict[str, str] = {}
    phrases: list[str] = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        for part, text in parts.items():
            line = line.replace(f"<{part}>", text)  # noqa: PLW2901 - the line with its parts filled in
        if line.startswith("@"):
            key, _, text = line[1:].partition(" = ")
            parts[key.strip()] = f"(?:{text})"
        else:
            phrases.append(line)
    return tuple(phrases)
