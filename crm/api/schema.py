"""What every operation of the API may answer beside what it is for: refusals, as problem JSON."""

from typing import Any

PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457): what can't be done, why, and which fields it is about.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: programs may go by it."},
        "detail": {"type": "string", "description": "A sentence for people."},
        "errors": {
            "type": "object",
            "description": "Sentences by field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["type", "title", "status", "code", "detail", "errors"],
}
ALWAYS = {
    "400": "Something that was sent can't be used; the fields say what.",
    "401": "No API key, or one that is unknown, expired or revoked.",
    "403": "The caller's role or the key's scopes don't allow it.",
    "406": "The answer can't be had in the form that was asked for.",
    "429": "Too many requests; Retry-After says when to come again.",
}
OF_A_ROW = {"404": "There is no such row, or it isn't the caller's to see."}
OF_A_WRITE = {
    "409": "It can't be done as things are; the code says why.",
    "412": "The row was changed since the version in If-Match.",
    "415": "The body is not JSON.",
}
WRITES = {"post", "put", "patch", "delete"}


def with_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The schema with its refusals: drf-spectacular only knows what went well."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            is_write = method in WRITES
            told = ALWAYS | (OF_A_ROW if "{" in path or is_write else {}) | (OF_A_WRITE if is_write else {})
            for status, words in told.items():
                operation["responses"].setdefault(status, _refusal(words))
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _refusal(words: str) -> dict[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": words, "content": {"application/problem+json": problem}}
