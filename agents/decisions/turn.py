"""A turn while it is being decided, and what came of it."""

from dataclasses import dataclass, field

from agents.decisions.effects import Effect
from agents.decisions.session import AgentSpec, SessionState
from agents.decisions.values import (
    Act,
    FoundSlot,
    SeenMessage,
    Understanding,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The state after the turn, what to carry out, what to say, and why in plain sentences."""

    state: SessionState
    effects: tuple[Effect, ...] = ()
    acts: tuple[Act, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(slots=True)
class Turn:
    """The turn while it is being decided."""

    state: SessionState
    seen: Understanding
    spec: AgentSpec
    last: SeenMessage | None
    effects: list[Effect] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    learnt: list[FoundSlot] = field(default_factory=list)

    def done(self) -> Decision:
        """What was decided."""
        return Decision(self.state, tuple(self.effects), tuple(self.acts), tuple(self.why))

    def say(self, kind: str, **facts: str) -> None:
        """Add an act to the reply."""
        self.acts.append(Act(kind, facts=facts))
