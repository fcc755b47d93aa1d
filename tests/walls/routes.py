"""Every address of the product, read from the URL table itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver

_PARAMETER = re.compile(r"<(?:[a-z]+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One line of the URL table: "leads/<uuid:lead_id>/note/"."""

    pattern: str
    methods: frozenset[str] = frozenset()  # what it answers, once somebody has tried

    @property
    def parameters(self) -> list[str]:
        """Names of what has to be put in."""
        return _PARAMETER.findall(self.pattern)

    @property
    def is_api(self) -> bool:
        """Called by programs with a key."""
        return self.pattern.startswith("api/")

    def address(self, values: dict[str, object]) -> str:
        """The concrete path."""
        return "/" + _PARAMETER.sub(lambda match: str(values[match[1]]), self.pattern)


def routes() -> list[Route]:
    """All of them, in the order of the table."""
    return list(_walk(get_resolver(), ""))


def _walk(resolver: Any, before: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from _walk(entry, pattern)
        else:
            yield Route(pattern)
