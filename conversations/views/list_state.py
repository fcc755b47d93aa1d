"""What the address of an inbox list says (folder, filters, order), and the addresses one click away."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import QueryDict

from conversations import selectors
from conversations.models import Priority
from conversations.selectors import ListFilters
from crm.core.actors import Actor
from crm.core.addresses import address_of
from crm.core.conditions import Group

FILTERS = ("q", "label", "channel", "assignee", "priority", "unread", "filter")
STATE = ("folder", *FILTERS, "sort")


@dataclass(frozen=True)
class ListState:
    """Where the list is now, and the addresses one click away."""

    params: QueryDict
    actor: Actor

    @property
    def folder(self) -> str:
        """The folder; an unknown one is everything."""
        asked = self.params.get("folder", "all")
        return asked if asked in selectors.FOLDERS else "all"

    @property
    def sort(self) -> str:
        """The order; who waits is listed by what there is to lose, everything else by the newest."""
        usual = "stakes" if self.folder == "waiting" else "newest"
        asked = self.params.get("sort", usual)
        return asked if asked in selectors.SORTS else usual

    @property
    def search(self) -> str:
        """What is searched for."""
        return self.params.get("q", "").strip()[:100]

    def filters(self) -> ListFilters:
        """What is filtered by; "me" is the reader, "nobody" nobody."""
        return ListFilters(
            search=self.search,
            labels=ids_among(self.params.getlist("label")),
            channels=ids_among(self.params.getlist("channel")),
            assignees=[*self._people()],
            is_unread=self.params.get("unread") == "1",
            priorities=[int(Priority[n.upper()]) for n in self._priorities()],
        )

    @cached_property
    def tree(self) -> Group:
        """The conditions; one that nobody can follow is refused by name."""
        return selectors.read_filter(self.params.get("filter", ""))

    def _priorities(self) -> list[str]:
        known = {each.name.lower() for each in Priority}
        return [name for name in self.params.getlist("priority") if name in known]

    def _people(self) -> list[UUID | None]:
        given = self.params.getlist("assignee")
        found: list[UUID | None] = [*ids_among(given)]
        if "me" in given:
            found.append(self.actor.user_id)
        return [*found, None] if "nobody" in given else found

    def kept(self) -> QueryDict:
        """The state without what only passes: the page and the open conversation."""
        kept = QueryDict(mutable=True)
        for name in STATE:
            if values := [value for value in self.params.getlist(name) if value]:
                kept.setlist(name, values)
        return kept

    def url(self, **changes: str | list[str]) -> str:
        """The list with some of its state changed; an empty value takes it away."""
        params = self.kept()
        for name, value in changes.items():
            params.setlist(name, [value] if isinstance(value, str) else value)
            if not value:
                params.pop(name)
        return f"{address_of('conversations:inbox')}?{params.urlencode()}"

    def toggled(self, name: str, value: str) -> str:
        """The list with one value of a filter switched on, or off when it is on."""
        held = self.params.getlist(name)
        return self.url(**{name: [v for v in held if v != value] if value in held else [*held, value]})

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the folder."""
        return any(self.params.get(name) for name in FILTERS)


def ids_among(given: list[str]) -> list[UUID]:
    """The ids among what an address says."""
    found = []
    for text in given:
        try:
            found.append(UUID(text))
        except ValueError:
            continue  # "me", "nobody", or nothing anybody knows: it filters nothing
    return found
