"""One turn of an agent: state and new messages in, state and effects out. No clock, no network, no tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from agents.decisions.effects import (
    DoNothing,
    Effect,
    Escalate,
    HandOver,
    OptOut,
    Qualify,
    SaveSlot,
    Say,
)
from agents.decisions.policy import decide
from agents.decisions.session import AgentSpec, SessionState
from agents.decisions.turn import Decision
from agents.decisions.values import Act, KnownSlot, SeenMessage, SlotSpec, Understanding
from agents.llm.port import AgentModel, ComposeRequest, Composition, Persona, UnderstandRequest

__all__ = [
    "Act",
    "AgentModel",
    "AgentSpec",
    "DoNothing",
    "Effect",
    "Escalate",
    "HandOver",
    "KnownSlot",
    "OptOut",
    "Qualify",
    "SaveSlot",
    "Say",
    "Score",
    "SeenMessage",
    "SessionState",
    "SlotSpec",
    "TurnInput",
    "TurnOutcome",
    "Understanding",
    "run_turn",
]

Score = Callable[[Mapping[str, KnownSlot]], int]


@dataclass(frozen=True, slots=True)
class TurnInput:
    """All a turn may depend on: the same input gives the same outcome."""

    state: SessionState
    messages: tuple[SeenMessage, ...]
    spec: AgentSpec
    now: datetime
    seed: int = 0
    meanwhile: tuple[str, ...] = ()  # what was said and changed while people had the conversation


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """The state after the turn, the effects to carry out in order, and why; `cost` is US dollars."""

    state: SessionState
    effects: tuple[Effect, ...]
    understanding: Understanding
    acts: tuple[Act, ...]
    why: tuple[str, ...]
    model_name: str
    template_keys: tuple[str, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    cost: str = "0"


def run_turn(turn: TurnInput, *, model: AgentModel, score: Score) -> TurnOutcome:
    """Understand the messages, decide, and put the decision into words.

    `score` maps the known slots to the lead's score; it is asked only when all required slots are known.
    """
    understanding = model.understand(_question(turn))
    decision = decide(turn.state, understanding, turn.spec, score, turn.messages)
    reply = model.compose(_order(turn, decision)) if decision.acts else Composition(())
    effects = (*decision.effects, Say(reply.bubbles)) if reply.bubbles else decision.effects
    return TurnOutcome(
        state=decision.state,
        effects=effects,
        understanding=understanding,
        acts=decision.acts,
        why=decision.why,
        model_name=_model_names(understanding.model_name, reply.model_name) or model.name,
        template_keys=reply.template_keys,
        tokens_in=understanding.tokens_in + reply.tokens_in,
        tokens_out=understanding.tokens_out + reply.tokens_out,
        cost=str(Decimal(understanding.cost) + Decimal(reply.cost)),
    )


def _question(turn: TurnInput) -> UnderstandRequest:
    """What the model is asked about these messages."""
    state, spec = turn.state, turn.spec
    return UnderstandRequest(
        messages=turn.messages,
        slots=spec.slots,
        known=state.known,
        asked_slot=state.asked_slot,
        recent_slot=state.recent_slot,
        language=state.language,
        languages=spec.languages,
        default_language=spec.default_language,
        country=state.country_hint or spec.country,
    )


def _order(turn: TurnInput, decision: Decision) -> ComposeRequest:
    """What the model is asked to say."""
    spec = turn.spec
    return ComposeRequest(
        persona=Persona(spec.name, spec.business_name, spec.persona, spec.tone),
        language=decision.state.language or spec.default_language,
        acts=decision.acts,
        known=decision.state.known,
        slots=spec.slots,
        seed=turn.seed,
        messages=turn.messages,
        meanwhile=turn.meanwhile,
    )


def _model_names(*names: str) -> str:
    """The models that took part, each once: "gpt-5, offline-rules-1"."""
    return ", ".join(dict.fromkeys(name for name in names if name))
