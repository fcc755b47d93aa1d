"""The figures of a set: shares between 0 and 1, the floors they must keep, and the table for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.evaluation.replay import Tally, Verdict, replay
from agents.evaluation.sets import LabelledSet
from agents.runtime.engine import AgentModel

FLOORS: Mapping[str, float] = {"slots_right": 0.90, "escalations_found": 0.99, "intent_right": 0.85}
CEILINGS: Mapping[str, float] = {"false_escalations": 0.01}


@dataclass(frozen=True, slots=True)
class SetResult:
    """A set with its figures and every verdict."""

    name: str
    hash: str
    n: int
    figures: Mapping[str, float]
    verdicts: tuple[Verdict, ...]
    blind: bool = False

    @property
    def title(self) -> str:
        """The name people read: `en`, or `en (blind)`."""
        return f"{self.name.removeprefix('blind-')} (blind)" if self.blind else self.name

    @property
    def floors(self) -> dict[str, float]:
        """The floors and, for `false_escalations`, the ceiling; a blind set has neither."""
        return {} if self.blind else {**FLOORS, **CEILINGS}

    @property
    def broken(self) -> tuple[str, ...]:
        """The figures on the wrong side of their line; never one of a blind set."""
        if self.blind:
            return ()
        low = [name for name, floor in FLOORS.items() if self.figures[name] < floor]
        high = [name for name, ceiling in CEILINGS.items() if self.figures[name] > ceiling]
        return (*low, *high)


def evaluate(labelled: LabelledSet, model: AgentModel) -> SetResult:
    """Replay the whole set."""
    verdicts = tuple(replay(one, model) for one in labelled.conversations)
    figures = figures_of(verdicts)
    return SetResult(labelled.name, labelled.hash, len(verdicts), figures, verdicts, labelled.blind)


def figures_of(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """The shares over all conversations; a question never asked counts as answered right."""
    return {
        "slots_right": _share([one.slots for one in verdicts]),
        "slots_invented": _rest([one.invented for one in verdicts]),
        "intent_right": _share([one.intents for one in verdicts]),
        "escalations_found": _share([one.escalations for one in verdicts]),
        "false_escalations": _rest([one.ordinary for one in verdicts]),
        "language_right": _share([one.languages for one in verdicts]),
    }


def as_json(results: Sequence[SetResult]) -> dict[str, dict[str, Any]]:
    """What machines read: {set: {hash, n, figures, floors}}."""
    return {
        one.name: {"hash": one.hash, "n": one.n, "figures": dict(one.figures), "floors": one.floors}
        for one in results
    }


def as_table(results: Sequence[SetResult]) -> str:
    """What people read: one line per figure, one column per set, broken lines marked."""
    head = f"{'figure':<20}{'line':>8}" + "".join(f"{one.title:>12}" for one in results)
    lines = [head, f"{'conversations':<20}{'':>8}" + "".join(f"{one.n:>12}" for one in results)]
    for figure in results[0].figures if results else ():
        line = FLOORS.get(figure, CEILINGS.get(figure))
        sign = "" if line is None else f"{'<=' if figure in CEILINGS else '>='}{line:.2f}"
        cells = [f"{one.figures[figure]:.3f}" + ("!" if figure in one.broken else " ") for one in results]
        lines.append(f"{figure:<20}{sign:>8}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def _share(tallies: Sequence[Tally]) -> float:
    """The share of right answers, rounded to four places."""
    asked = sum(one.asked for one in tallies)
    return round(sum(one.right for one in tallies) / asked, 4) if asked else 1.0


def _rest(tallies: Sequence[Tally]) -> float:
    """The share of wrong answers."""
    return round(1 - _share(tallies), 4)
