"""What other rules would do to leads: which change their score, and which move from warm to hot. Pure."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from leads.decisions.scoring import score
from leads.decisions.values import Facts, Rule, Thresholds


@dataclass(frozen=True, slots=True)
class Standing:
    """A lead as it is scored now, and the facts it is scored by."""

    id: Hashable
    score: int
    temperature: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Shift:
    """A lead's score now and then."""

    id: Hashable
    old: int
    new: int
    was: str
    becomes: str

    @property
    def is_move(self) -> bool:
        """Does it get hotter or colder, not only more or fewer points?"""
        return self.was != self.becomes


def shifts(leads: Iterable[Standing], rules: Sequence[Rule], thresholds: Thresholds) -> list[Shift]:
    """The leads whose score or temperature these rules would change, by the very judgement that scores them."""
    found = []
    for lead in leads:
        then = score(rules, lead.facts, thresholds)
        if (then.score, then.temperature) != (lead.score, lead.temperature):
            found.append(Shift(lead.id, lead.score, then.score, lead.temperature, then.temperature))
    return found


def moves(found: Iterable[Shift]) -> dict[tuple[str, str], int]:
    """How many move from which temperature to which, the most first."""
    counted = Counter((shift.was, shift.becomes) for shift in found if shift.is_move)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
