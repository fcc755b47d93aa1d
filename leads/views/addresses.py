"""The address of the list: its parts, and the addresses one click away."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse


@dataclass(frozen=True)
class Address:
    """Where the list is now. Every way out of it starts at the first page."""

    params: QueryDict

    def _url(self, params: QueryDict) -> str:
        query = params.urlencode()
        return f"{reverse('leads:list')}?{query}" if query else reverse("leads:list")

    def _fresh(self) -> QueryDict:
        params = self.params.copy()
        params.pop("cursor", None)
        return params

    def toggled(self, name: str, value: str) -> str:
        """With this value of a filter switched on, or off when it is on."""
        params, held = self._fresh(), self.params.getlist(name)
        params.setlist(name, [v for v in held if v != value] if value in held else [*held, value])
        return self._url(params)

    def only(self, name: str, value: str) -> str:
        """With this value as the filter's only one."""
        params = self._fresh()
        params.setlist(name, [value] if value else [])
        return self._url(params)

    def without(self, *names: str) -> str:
        """With these filters off."""
        params = self._fresh()
        for name in names:
            params.pop(name, None)
        return self._url(params)

    def at(self, cursor: str) -> str:
        """At another page of the same list; empty without a position."""
        if not cursor:
            return ""
        params = self._fresh()
        params["cursor"] = cursor
        return self._url(params)

    def hidden(self, *, but: set[str]) -> list[tuple[str, str]]:
        """The parts as hidden fields for a form that brings the others itself."""
        params = self._fresh()
        return [(name, value) for name, values in params.lists() for value in values if name not in but]
