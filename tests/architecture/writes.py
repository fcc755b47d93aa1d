"""Finds writes to tables in a syntax tree."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source

ALWAYS = {
    "save", "asave", "create", "acreate", "delete", "adelete", "bulk_create", "abulk_create", "bulk_update",
    "abulk_update", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create",
}  # fmt: skip
OF_ROWS = {"update", "aupdate"}  # sets, dicts and hashes have these too: counted on what looks like rows
ROW_MAKERS = {
    "filter", "exclude", "all", "select_for_update", "order_by", "annotate", "using", "none", "distinct",
}  # fmt: skip
ROOMS = {"services", "models", "bus", "projections", "migrations", "management"}


def may_write(source: Source) -> bool:
    """Only the rooms that own tables, and the launcher, which has none."""
    return source.rooms[1] in ROOMS or source.rooms[:2] == ("config", "launcher")


def writes(source: Source) -> Iterator[tuple[int, str]]:
    """Line and name of each call that would write rows."""
    scopes = [n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    rows = {name for scope in [source.tree, *scopes] for name in _names_of_rows(scope)}
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, receiver = node.func.attr, node.func.value
        if (name in ALWAYS and not _is_super(receiver)) or (
            name in OF_ROWS and _looks_like_rows(receiver, rows)
        ):
            yield node.lineno, name


def _names_of_rows(scope: ast.AST) -> set[str]:
    """Variables that were given something that looks like rows."""
    given = [n for n in ast.walk(scope) if isinstance(n, ast.Assign)]
    names: set[str] = set()
    for assignment in given:
        if _looks_like_rows(assignment.value, names):
            names |= {t.id for t in assignment.targets if isinstance(t, ast.Name)}
    return names


def _looks_like_rows(node: ast.AST, names: set[str]) -> bool:
    """A manager, a chain of query set methods, a selector of visible rows, or a variable that holds one."""
    if isinstance(node, ast.Name):
        return node.id in names or node.id in {"rows", "queryset", "qs"}
    if isinstance(node, ast.Attribute):
        return node.attr in {"objects", "_default_manager", "_base_manager", "queryset"}
    if isinstance(node, ast.Call):
        called = node.func
        name = getattr(called, "attr", getattr(called, "id", ""))
        return name in ROW_MAKERS or name.startswith("visible_") or name in {"get_queryset"}
    return False


def _is_super(node: ast.AST) -> bool:
    """`super().save(...)`: a form or an admin of Django's that goes on with what it was asked to do."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"
