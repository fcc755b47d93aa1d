"""What the engine asks of a model, offline or not: understand messages, and put acts into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from agents.decisions.values import (
    Act,
    EscalationSign,
    FoundSlot,
    IntentGuess,
    KnownSlot,
    SeenMessage,
    SlotSpec,
    Understanding,
)

__all__ = [
    "Act",
    "AgentModel",
    "ComposeRequest",
    "Composition",
    "EscalationSign",
    "FoundSlot",
    "IntentGuess",
    "KnownSlot",
    "Persona",
    "SeenMessage",
    "SlotSpec",
    "UnderstandRequest",
    "Understanding",
]


@dataclass(frozen=True, slots=True)
class UnderstandRequest:
    """The unanswered messages of one turn and what is known so far.

    `language` is the conversation's language or None at its start; `languages` those the workspace speaks;
    `recent_slot` is the slot filled last: what a correction without a name is about;
    `country` the ISO code of the contact's phone number ("ID"), or empty: it tells currencies apart.
    """

    messages: tuple[SeenMessage, ...]
    slots: tuple[SlotSpec, ...]
    known: Mapping[str, KnownSlot] = field(default_factory=dict)
    asked_slot: str | None = None
    recent_slot: str | None = None
    language: str | None = None
    languages: tuple[str, ...] = ("en", "es", "id")
    default_language: str = "en"
    country: str = ""


@dataclass(frozen=True, slots=True)
class Persona:
    """In whose name the reply is written."""

    name: str
    business_name: str = ""
    text: str = ""
    tone: str = "friendly"


@dataclass(frozen=True, slots=True)
class ComposeRequest:
    """What the reply must do (`acts`, in order) and may mention (`known`). `seed` picks among variants; `meanwhile` is
    what was said and changed while people had the conversation."""

    persona: Persona
    language: str
    acts: tuple[Act, ...]
    known: Mapping[str, KnownSlot] = field(default_factory=dict)
    slots: tuple[SlotSpec, ...] = ()
    seed: int = 0
    messages: tuple[SeenMessage, ...] = ()
    meanwhile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """The reply as bubbles to send one by one, and where the words came from; `cost` is US dollars."""

    bubbles: tuple[str, ...]
    template_keys: tuple[str, ...] = ()
    model_name: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: str = "0"


class AgentModel(Protocol):
    """A model behind the engine. Both calls are pure from the caller's view and never raise on odd text."""

    @property
    def name(self) -> str:
        """How the model is called in stored turns, e.g. "offline-rules-1"."""
        ...

    def understand(self, request: UnderstandRequest) -> Understanding:
        """What the messages mean: language, intents, slots with their spans, escalation signs."""
        ...

    def compose(self, request: ComposeRequest) -> Composition:
        """The acts in the persona's words and the conversation's language."""
        ...
