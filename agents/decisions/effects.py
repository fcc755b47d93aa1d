"""What a turn wants done. The caller carries effects out, in order; the engine itself touches nothing."""

from dataclasses import dataclass

from agents.decisions.values import EscalationReason, FoundSlot


@dataclass(frozen=True, slots=True)
class SaveSlot:
    """Store this value with its provenance (message id, span, quote)."""

    slot: FoundSlot


@dataclass(frozen=True, slots=True)
class Say:
    """Send these bubbles, in this order."""

    bubbles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalate:
    """A rule forces a handoff: reason code, a plain sentence, the customer's words and their message."""

    reason: EscalationReason
    because: str
    quote: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Qualify:
    """All required slots are known and the score reaches the threshold."""

    score: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """Pass the conversation to a person: `qualified` or an escalation's reason code."""

    reason: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """The customer wants no more messages: the bot is silent until they write of something again, and offers end until
    they say yes to them."""

    quote: str
    message_id: str


@dataclass(frozen=True, slots=True)
class DoNothing:
    """Nothing is to be sent this turn, and why."""

    because: str


Effect = SaveSlot | Say | Escalate | Qualify | HandOver | OptOut | DoNothing
