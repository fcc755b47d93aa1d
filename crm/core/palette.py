"""What the command palette offers at an address. Floors hang up what can be done on their pages; plain values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.core.actors import Actor


@dataclass(frozen=True)
class Act:
    """One thing to do. It goes somewhere (`href`), posts (`url` with `fields`), copies an address (`copies`), presses
    what is on the page already (`presses`, a CSS selector), asks for a line first (`asks`, the field's name), or opens
    `steps` in its place. With `why` it is refused, and says so."""

    label: str
    icon: str
    href: str = ""
    url: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    copies: str = ""
    presses: str = ""
    asks: str = ""
    steps: tuple["Act", ...] = ()
    shortcut: str = ""
    done: str = ""  # what to say afterwards
    why: str = ""
    hint: str = ""  # a few words beside the label

    def as_plain(self) -> dict[str, Any]:
        """For JSON; what is empty is left out."""
        plain = {name: value for name, value in vars(self).items() if value and name != "steps"}
        return plain | ({"steps": [step.as_plain() for step in self.steps]} if self.steps else {})


@dataclass(frozen=True)
class Offer:
    """What a page is about, and what can be done there."""

    about: str
    acts: tuple[Act, ...]


Find = Callable[[Actor, Mapping[str, Any]], Offer | None]  # (actor, the address's parameters and query)
_offers: dict[str, Find] = {}


def add_offer(view_name: str, find: Find) -> None:
    """Hang up what can be done on the pages of a view ("leads:detail")."""
    _offers[view_name] = find


def offer_of(actor: Actor, view_name: str, given: Mapping[str, Any]) -> Offer | None:
    """What can be done at an address; nothing where no floor has hung anything."""
    find = _offers.get(view_name)
    return find(actor, given) if find else None
