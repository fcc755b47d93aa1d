"""What one turn of an agent was made of, in lines for people."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from agents.models import Turn
from crm.core.told import said


def trace_of(turn: Turn) -> list[tuple[str, str]]:
    """(what, said) of a turn: intent, slots read, rules, model, cost, time. What there was none of is left out."""
    understood: dict[str, Any] = turn.understanding
    lines = [
        (_("Was told of the time it was out"), " · ".join(turn.saw)),
        (_("Intent"), ", ".join(_guesses(understood))),
        (_("Read"), "; ".join(_slots(understood))),
        (
            _("Warning signs"),
            "; ".join(f"{s['reason']}: “{s['quote']}”" for s in understood.get("escalations", ())),
        ),
        (_("Did"), ", ".join(" ".join(filter(None, (a["kind"], a.get("slot")))) for a in turn.acts)),
        (_("Because"), " ".join(map(said, turn.why))),
        (_("Score then"), str(turn.score)),
        (_("Model"), turn.model_name),
        (_("Tokens"), _tokens(turn)),
        (_("Cost"), f"{turn.cost:f}" if turn.cost else ""),
        (_("Time"), f"{turn.latency_ms} ms"),
    ]
    return [(what, said) for what, said in lines if said]


def _guesses(understood: dict[str, Any]) -> Iterator[str]:
    """The three best, the best first."""
    for guess in understood.get("intents", ())[:3]:
        yield f"{guess['name']} {guess['confidence']:.0%}"


def _slots(understood: dict[str, Any]) -> Iterator[str]:
    for slot in understood.get("slots", ()):
        yield f"{slot['key']} = {slot['value']} ({slot['confidence']:.0%}, “{slot['quote']}”)"


def _tokens(turn: Turn) -> str:
    if not turn.tokens_in and not turn.tokens_out:
        return ""
    return _("%(given)s in, %(made)s out") % {"given": turn.tokens_in, "made": turn.tokens_out}
