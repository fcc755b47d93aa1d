"""Talking to the engine in a test: messages in, the last outcome and the state out."""

from datetime import UTC, datetime

from agents.llm.registry import offline_model
from agents.runtime.engine import (
    AgentSpec,
    SeenMessage,
    SessionState,
    TurnInput,
    TurnOutcome,
    run_turn,
)

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SPEC = AgentSpec(name="Sarah", business_name="Acme")


def say(state, *texts, spec=SPEC, model=None, score=60, seed=1, kind="text") -> TurnOutcome:
    """One turn over these messages."""
    messages = tuple(SeenMessage(f"m{state.turns}-{place}", text, kind) for place, text in enumerate(texts))
    turn = TurnInput(state, messages, spec, NOW, seed)
    return run_turn(turn, model=model or offline_model(), score=lambda known: score)


def converse(*batches, spec=SPEC, score=60) -> list[TurnOutcome]:
    """A whole conversation, one batch (a text or a tuple of texts) a turn."""
    outcomes, state = [], SessionState()
    for batch in batches:
        texts = batch if isinstance(batch, tuple) else (batch,)
        outcomes.append(say(state, *texts, spec=spec, score=score))
        state = outcomes[-1].state
    return outcomes


def values(state) -> dict[str, str]:
    """What is known, as people see it."""
    return {key: slot.value for key, slot in state.known.items()}


def effects(outcome, kind):
    """The outcome's effects of one kind."""
    return [effect for effect in outcome.effects if isinstance(effect, kind)]


def reply(outcome) -> str:
    """All that is said, as one text."""
    from agents.runtime.engine import Say

    return " ".join(bubble for effect in effects(outcome, Say) for bubble in effect.bubbles)
