"""What an agent is set up to do, and what it remembers of one conversation."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from agents.decisions.slots import DEFAULT_SLOTS
from agents.decisions.values import KnownSlot, SlotSpec

PricingPolicy = Literal["defer_once", "hand_over", "never"]
# "returned": a qualified lead that a person gave back to the agent; it answers and does not qualify it again
Phase = Literal["collecting", "qualified", "escalated", "complete", "returned"]
STATE_VERSION = 1


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """How an agent is configured by the workspace's admin.

    Below `answer_threshold` an intent is not acted upon, below `clarify_threshold` the agent does not even
    guess. `pricing_policy`: `defer_once` answers the first ordinary price question politely and hands over
    at the second; `hand_over` does so at the first; `never` always defers and hands over for insistence only.
    `qualify_score` is the score from which a lead with all required slots is handed over.
    """

    name: str = "Sarah"
    business_name: str = ""
    persona: str = ""
    tone: str = "friendly"
    languages: tuple[str, ...] = ("en", "es", "id")
    default_language: str = "en"
    country: str = ""
    slots: tuple[SlotSpec, ...] = DEFAULT_SLOTS
    answer_threshold: float = 0.6
    clarify_threshold: float = 0.35
    max_asks_per_slot: int = 3
    max_misses: int = 2
    pricing_policy: PricingPolicy = "defer_once"
    qualify_score: int = 50

    @property
    def required(self) -> tuple[SlotSpec, ...]:
        """The slots without which a lead is not complete, in the order they are asked for."""
        return tuple(slot for slot in self.slots if slot.is_required)

    def slot(self, key: str) -> SlotSpec | None:
        """The slot of that key, or None when the agent does not ask for it."""
        return next((slot for slot in self.slots if slot.key == key), None)


@dataclass(frozen=True, slots=True)
class SessionState:
    """What the agent remembers of a conversation between two turns; stored as JSON with the session."""

    language: str | None = None
    known: Mapping[str, KnownSlot] = field(default_factory=dict)
    asked_slot: str | None = None
    recent_slot: str | None = None
    ask_counts: Mapping[str, int] = field(default_factory=dict)
    misses: int = 0
    price_asks: int = 0
    greeted: bool = False
    phase: Phase = "collecting"
    opted_out: bool = False
    media_refused: bool = False
    declined: tuple[str, ...] = ()
    turns: int = 0
    country_hint: str = ""
    version: int = STATE_VERSION

    def to_json(self) -> dict[str, Any]:
        """A plain structure of dicts, lists, strings and numbers: what is stored and replayed."""
        plain = asdict(self)
        plain["known"] = {key: asdict(slot) for key, slot in self.known.items()}
        plain["declined"] = list(self.declined)
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "SessionState":
        """The state back from `to_json`; an empty mapping is a fresh session.

        Unknown fields of a newer release are ignored, so that a rolled-back deploy can still read them.
        """
        fields = {name: plain[name] for name in cls.__dataclass_fields__ if name in plain}
        fields["known"] = {key: KnownSlot(**slot) for key, slot in plain.get("known", {}).items()}
        fields["declined"] = tuple(plain.get("declined", ()))
        return cls(**{**fields, "version": STATE_VERSION})
