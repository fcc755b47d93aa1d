"""Every answer of the API is what its published description says: programs are written by it.

Asked as the admin of the matrix's home, so that lists and histories hold rows; writes are undone.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator as Validator  # type: ignore[import-untyped]

from tests.walls.home import Home, make_home
from tests.walls.routes import Route
from tests.walls.test_matrix import call_as, guarded, ready, request_for, undone


@pytest.fixture
def home(owner, admin, channel, system, nudges) -> Home:
    """The home of the matrix."""
    return make_home(owner, ready(admin), channel, system)


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """As `/api/v1/schema/` publishes it."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def described(description: dict[str, Any]) -> Iterator[tuple[str, Route, dict[str, Any]]]:
    """Each operation: its method, its line of the URL table, its published answers by status."""
    routes = {_plain(route.pattern): route for route in guarded() if route.is_api}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), routes[_plain(path.lstrip("/"))], operation["responses"]


def _plain(path: str) -> str:
    """Without the names of its parameters, which are others there."""
    return re.sub(r"[<{][^>}]+[>}]", "*", path)


def faults(schemas: Any, answers: dict[str, Any], answer: Any) -> list[str]:
    """In what an answer differs from what is published."""
    known = answers.get(str(answer.status_code))
    if known is None:
        return ["not described"]
    content = known.get("content", {}).get(answer.headers.get("Content-Type", "").partition(";")[0])
    if content is None:
        return ["described without a body, or of another type"] if answer.content else []
    schema = {"components": schemas, **content["schema"]}
    return [
        f"{each.json_path}: {each.message[:200]}" for each in Validator(schema).iter_errors(answer.json())
    ]


@pytest.mark.django_db
def test_every_answer_is_as_it_is_described(home, admin, description):
    found, right = [], 0
    for method, route, answers in described(description):
        with undone():
            answer = call_as(admin, method, route, *request_for(home, method, route))
        here = f"{method} {route.pattern}: {answer.status_code}"
        found += [f"{here} {fault}" for fault in faults(description["components"], answers, answer)]
        right += answer.status_code < 300

    assert found == [], "\n".join(found)
    assert right > 80
