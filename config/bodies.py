"""Forms that hold what can't be kept are refused before a view reads them; the API's bodies have a parser for it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.core.errors import InvalidInputError
from crm.core.plain import fault_of_form
from crm.middleware import say

URLENCODED = "application/x-www-form-urlencoded"


class PlainFormMiddleware:
    """Names the field and the fault; a browser never sends such a form by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Only forms of pages."""
        is_form = request.method not in {"GET", "HEAD"} and not request.path.startswith(("/api/", "/hooks/"))
        fault = _fault(request) if is_form else None
        return _refused(request, *fault) if fault else self.get_response(request)


def _fault(request: HttpRequest) -> tuple[str, str] | None:
    if request.content_type == URLENCODED:
        return fault_of_form(request.body)
    if request.content_type == "multipart/form-data":
        held = [name for name, values in request.POST.lists() if "\x00" in name + "".join(map(str, values))]
        return (
            (held[0].replace("\x00", "")[:100], _("The text holds a NUL character: send it without."))
            if held
            else None
        )
    return None


def _refused(request: Any, name: str, why: str) -> HttpResponse:
    error = InvalidInputError(fields={name: [f"{name}: {why}"]})
    if getattr(request, "htmx", False):
        return say(request, error)
    return render(request, "crm/refused.html", {"message": f"{name}: {why}"}, status=400)
