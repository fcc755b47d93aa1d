"""The API's own page: every operation of the schema, without a script or a stranger's server."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@login_not_required
def docs(request: HttpRequest) -> HttpResponse:
    """Collections with their operations, and the shapes they take and give."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    shapes = schema.get("components", {}).get("schemas", {})
    context = {
        "info": schema["info"],
        "collections": _collections(schema["paths"]),
        "shapes": [_shape(name, shape) for name, shape in sorted(shapes.items())],
    }
    return render(request, "crm/api_docs.html", context)


def _collections(paths: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by collection: the first word behind /api/v1/."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in paths.items():
        operations = [_operation(path, m, item[m]) for m in METHODS if m in item]
        found.setdefault(path.removeprefix("/api/v1/").split("/")[0], []).extend(operations)
    return found


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": path,
        "method": method.upper(),
        "says": operation.get("description", ""),
        "parameters": [p for p in operation.get("parameters", []) if p["in"] == "query"],
        "takes": _shape_in(operation.get("requestBody", {})),
        "gives": [
            {"status": code, "shape": _shape_in(answer)}
            for code, answer in operation["responses"].items()
            if code < "400"  # refusals are alike everywhere: the page says so once
        ],
    }


def _shape_in(body: dict[str, Any]) -> str:
    """The name of the shape that a body refers to; "" for none."""
    for media in body.get("content", {}).values():
        return _name_of(media.get("schema", {}))
    return ""


def _name_of(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref") or schema.get("items", {}).get("$ref", "")).rpartition("/")[2]


def _shape(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    needed = shape.get("required", [])
    fields = [
        {"name": field, "type": _type(kind), "needed": field in needed, "says": kind.get("description", "")}
        for field, kind in shape.get("properties", {}).items()
    ]
    return {"name": name, "fields": fields, "choices": shape.get("enum", [])}


def _type(kind: dict[str, Any]) -> str:
    """A type in a few words: "string (uuid)", "list of Identity", "string or null"."""
    if named := _name_of(kind):
        return f"list of {named}" if kind.get("type") == "array" else named
    for several in ("allOf", "oneOf", "anyOf"):
        if several in kind:
            return " or ".join(_type(k) for k in kind[several])
    types = kind.get("type", "anything")
    text = " or ".join(types) if isinstance(types, list) else str(types)
    return f"{text} ({kind['format']})" if "format" in kind else text
