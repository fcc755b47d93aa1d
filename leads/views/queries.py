"""The address of a lead's page: which part of the story, and the list one came from."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.selectors import Asked

LONGEST = 1500  # of the list's own address, carried along


@dataclass(frozen=True)
class Query:
    """What the address of the page says."""

    show: str = ""  # messages, notes, changes, ai
    before: int | None = None  # the place in the story
    origin: str = ""  # the query of the list one came from

    @classmethod
    def of(cls, request: HttpRequest) -> "Query":
        """From the address; the answer to a button's press keeps to the address of the page it was pressed on."""
        params = request.GET
        if request.method == "POST":
            params = QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)
        show, before = params.get("show", ""), params.get("before", "")
        return cls(
            show if show in {"messages", "notes", "changes", "ai"} else "",
            int(before) if before.isdecimal() and len(before) < 18 else None,
            params["list"][:LONGEST] if "list" in params else _origin_of(request),
        )

    @property
    def story(self) -> Asked:
        """The part of the story."""
        return Asked(self.show, self.before)

    def url(self, lead_id: UUID) -> str:
        """The page of a lead, asked for like this."""
        said = {"show": self.show, "before": self.before or "", "list": self.origin}
        query = urlencode({name: value for name, value in said.items() if value})
        return reverse("leads:detail", args=[lead_id]) + (f"?{query}" if query else "")

    def links(self, lead_id: UUID, older: int | None) -> dict[str, Any]:
        """Addresses around the page: itself, the filters of the story, its older part, the list, its place there."""
        base = replace(self, before=None)
        older_url = replace(self, before=older).url(lead_id) if older is not None else ""
        listed = reverse("leads:list") + (f"?{self.origin}" if self.origin else "")
        place = reverse("leads:place", args=[lead_id]) + "?" + urlencode({"list": self.origin})
        return {
            "self_url": self.url(lead_id),
            "story_filters": [
                {"label": label, "url": replace(base, show=key).url(lead_id), "is_on": key == self.show}
                for key, label in _labels().items()
            ],
            "older_url": older_url,
            "newer_url": base.url(lead_id) if self.before is not None else "",
            "list_url": listed,
            "place_url": place,
        }


def _labels() -> dict[str, str]:
    return {
        "": _("All"),
        "messages": _("Messages"),
        "notes": _("Notes"),
        "changes": _("Changes"),
        "ai": _("AI"),
    }


def _origin_of(request: HttpRequest) -> str:
    """The list's query, when one came from there by a link."""
    parts = urlsplit(request.headers.get("Referer", ""))
    is_list = parts.path == reverse("leads:list") and parts.netloc in {"", request.get_host()}
    return parts.query[:LONGEST] if is_list else ""
