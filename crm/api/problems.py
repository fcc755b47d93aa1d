"""Every refusal of the API as problem JSON."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from crm.core.errors import DomainError, MissingScopeError


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{type, title, status, code, detail, errors: {field: [..]}}`; faults fall through to the 500 page."""
    if isinstance(error, DomainError):
        return _refusal(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    fields = _fields(error)
    code = _code(error)
    detail = _("Some fields need a look.") if fields else _detail(response.data)
    response.data = {
        "type": "about:blank",
        "title": code.replace("_", " ").capitalize(),
        "status": response.status_code,
        "code": code,
        "detail": detail,
        "errors": fields,
    }
    response.content_type = "application/problem+json"
    return response


def _refusal(error: DomainError) -> Response:
    """With the scope to ask for, where a key lacks one (RFC 6750)."""
    lacking = error.fields.get("scope", []) if isinstance(error, MissingScopeError) else []
    headers = (
        {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{lacking[0]}"'} if lacking else {}
    )
    kind = "application/problem+json"
    return Response(error.as_problem(), status=error.status, content_type=kind, headers=headers)


def _code(error: Exception) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    if isinstance(error, exceptions.APIException) and isinstance(error.default_code, str):
        return error.default_code
    return "not_found" if type(error).__name__ == "Http404" else "refused"


def _fields(error: Exception) -> dict[str, list[str]]:
    if not isinstance(error, exceptions.ValidationError):
        return {}
    detail = error.detail
    if isinstance(detail, dict):
        return {str(k): _texts(v) for k, v in detail.items()}
    return {"non_field_errors": _texts(detail)}


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{k}: {t}" for k, v in value.items() for t in _texts(v)]
    if isinstance(value, list):
        return [t for v in value for t in _texts(v)]
    return [str(value)]


def _detail(data: Any) -> str:
    return str(data.get("detail", "")) if isinstance(data, dict) else str(data)
