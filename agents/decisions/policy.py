"""What to do with what was understood: the dialogue policy, pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.decisions.effects import Effect
from agents.decisions.session import AgentSpec, SessionState
from agents.decisions.values import Act, KnownSlot, Understanding


@dataclass(frozen=True, slots=True)
class Decision:
    """The state after the turn, what to carry out, what to say, and why in plain sentences."""

    state: SessionState
    effects: tuple[Effect, ...]
    acts: tuple[Act, ...]
    why: tuple[str, ...]


def decide(
    state: SessionState,
    understanding: Understanding,
    spec: AgentSpec,
    score: Callable[[Mapping[str, KnownSlot]], int],
) -> Decision:
    """The policy's answer to one turn."""
    return Decision(state, (), (), ())
