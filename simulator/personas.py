"""The demo's people: who they are and a believable path of lines, from `simulator/personas/*.json`."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from simulator.people import People, Person
from simulator.refusals import BadRequestError
from simulator.store import Store

FOLDER = Path(__file__).parent / "personas"


@dataclass(frozen=True)
class Persona:
    """One phone of the demo. `step` is added to the number at each new start."""

    id: str
    name: str
    language: str
    city: str
    business: str
    first_number: str
    shown: str  # how the first number is written, digits as 0..9 in the country's groups
    step: int
    lines: list[str]
    words: dict[str, str]  # the phone's own words in the persona's language


@cache
def all_personas() -> dict[str, Persona]:
    """The personas by id, in the order of their phones."""
    files = [json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")]
    files.sort(key=lambda each: each.pop("place"))
    return {each["id"]: Persona(**each) for each in files}


class Personas:
    """Which number each persona uses now; a new start takes a new one."""

    def __init__(self, store: Store, people: People) -> None:
        """Takes up the numbers of an earlier run."""
        self._store, self._people = store, people
        self._starts: dict[str, int] = store.fact("persona_starts", {})

    def chosen(self, persona_id: str) -> Persona:
        """The persona of this id; raises BadRequestError."""
        if persona_id not in all_personas():
            raise BadRequestError(f"no such persona: {persona_id}; there are {', '.join(all_personas())}")
        return all_personas()[persona_id]

    def person(self, persona: Persona) -> Person:
        """The person this persona is at the moment."""
        return self._people.meet(self.number(persona), name=persona.name)

    def number(self, persona: Persona) -> str:
        """Digits of the persona's number of this start."""
        return str(int(persona.first_number) + persona.step * self._starts.get(persona.id, 0))

    def shown_number(self, persona: Persona) -> str:
        """The number as people of that country write it."""
        digits = iter(self.number(persona))
        return "".join(next(digits) if sign.isdigit() else sign for sign in persona.shown)

    def start_over(self, persona: Persona) -> Person:
        """A new person with the persona's name and the next number."""
        self._starts[persona.id] = self._starts.get(persona.id, 0) + 1
        self._store.keep_fact("persona_starts", self._starts)
        return self.person(persona)

    def reset(self) -> None:
        """Everybody has the first number again."""
        self._starts = {}
        self._store.keep_fact("persona_starts", {})


def as_dict(persona: Persona) -> dict[str, Any]:
    """What the page needs to draw the phone."""
    keep = ("id", "name", "language", "city", "business", "words")
    return {name: getattr(persona, name) for name in keep}
