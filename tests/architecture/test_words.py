"""Every service, selector, model and port method says in a sentence what it does."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source, parsed, sources

SPOKEN = {"services", "selectors", "models", "policies", "bus", "decisions"}

Spoken = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def silent(source: Source) -> list[str]:
    """Public functions, classes and methods without a docstring."""
    return [
        f"{source.path}:{node.lineno} {node.name} has no docstring - say in a sentence what it does"
        for node in _public(source.tree.body)
        if not ast.get_docstring(node) and not _is_wanted_value(node)
    ]


def _is_wanted_value(node: ast.AST) -> bool:
    """`@property` with `...` for a body: a field of a protocol, said by its name and type."""
    decorators = {getattr(d, "id", "") for d in getattr(node, "decorator_list", [])}
    body = getattr(node, "body", [])
    return "property" in decorators and len(body) == 1 and ast.unparse(body[0]) == "..."


def _public(body: list[ast.stmt]) -> Iterator[Spoken]:
    for node in body:
        if isinstance(node, Spoken) and not node.name.startswith("_") and node.name != "Meta":
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body)


def test_the_rooms_that_speak():
    """What others call explains itself."""
    rooms = [s for s in sources() if s.rooms[1] in SPOKEN or s.rooms[-1] == "port"]

    assert len(rooms) > 40
    assert [fault for source in rooms for fault in silent(source)] == []


def test_silence_is_caught():
    """Functions, classes, methods; private ones and Meta may be silent."""
    text = "def f(): ...\nclass C:\n    class Meta: ...\n    def m(self): ...\n    def _p(self): ...\ndef _g(): ..."

    assert [line.split()[1] for line in silent(parsed(text))] == ["f", "C", "m"]
    assert silent(parsed('def f():\n    """Says so."""')) == []
