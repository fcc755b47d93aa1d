"""The product's own source files, parsed once, for the tests that keep the house rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("crm", "conversations", "leads", "agents", "automations", "analytics")


@dataclass(frozen=True)
class Source:
    """One file: its path from the root ("crm/bus.py"), its rooms (("crm", "bus")), and its syntax tree."""

    path: str
    tree: ast.Module

    @property
    def rooms(self) -> tuple[str, ...]:
        """The path in names, without the ending."""
        return Path(self.path).with_suffix("").parts


def parsed(text: str, path: str = "leads/views/sample.py") -> Source:
    """A sample as if it stood at a path."""
    return Source(path, ast.parse(text))


@cache
def sources() -> tuple[Source, ...]:
    """Every file of the floors and of the fuse box, without migrations."""
    found = [p for top in (*FLOORS, "config") for p in sorted((ROOT / top).rglob("*.py"))]
    return tuple(
        Source(str(p.relative_to(ROOT)), ast.parse(p.read_text()))
        for p in found
        if "migrations" not in p.parts
    )


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
