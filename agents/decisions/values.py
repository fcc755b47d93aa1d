"""The plain values a turn is made of: what an agent must find out, what it saw, what it understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SlotKind = Literal["text", "name", "place", "money", "choice", "number", "phone", "email"]
EscalationReason = Literal[
    "human_request", "legal", "refund", "negative_sentiment", "pricing", "knowledge_misses"
]
INTENTS = (
    "give_info",
    "greet",
    "ask_price",
    "ask_question",
    "request_person",
    "complaint",
    "refund",
    "legal",
    "thanks",
    "bye",
    "confirm",
    "deny",
    "opt_out",
    "other",
)


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """One fact the agent must find out; `label`, `question` and `example` are keyed by language code.

    `question` is the workspace's own phrasing and may be empty; then the agent uses its own words.
    `options` are the accepted values of a `choice`, and shown as a help when the answer was not understood.
    """

    key: str
    kind: SlotKind = "text"
    label: Mapping[str, str] = field(default_factory=dict)
    is_required: bool = True
    options: tuple[str, ...] = ()
    question: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """One message of the customer that this turn answers; `kind` is text, image, audio, sticker, ..."""

    id: str
    text: str
    kind: str = "text"
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownSlot:
    """A slot's value as the session holds it; `normalised` is for machines, `value` for people.

    money: {"amount": "5000000", "currency": "IDR", "min"?, "max"?}; place: {"city", "country"};
    business types of the taxonomy: {"type": "coffee_shop"}.
    """

    key: str
    value: str
    normalised: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 1.0
    message_id: str = ""
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class FoundSlot:
    """A value found in one message. `quote` is `text[start:end]` of that message, literally.

    `is_inferred` says that the value follows from the quote without being it ("I sell shoes" -> shoe shop);
    `because` says how it was found, in one plain sentence.
    """

    key: str
    value: str
    normalised: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 0.9
    message_id: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    is_correction: bool = False
    is_inferred: bool = False
    because: str = ""


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """What the customer wants with these messages: one of `INTENTS`, confidence 0..1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class EscalationSign:
    """A reason to hand over now, and the words it came from."""

    reason: EscalationReason
    confidence: float
    quote: str
    message_id: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the messages of one turn mean. `sentiment` -1..1; `topics` are fine-grained hints
    ("are_you_a_bot", "opening_hours", "price_insistent", "media:audio", "unreadable", ...)."""

    language: str
    language_confidence: float = 0.0
    intents: tuple[IntentGuess, ...] = ()
    slots: tuple[FoundSlot, ...] = ()
    escalations: tuple[EscalationSign, ...] = ()
    sentiment: float = 0.0
    asks_question: bool = False
    looks_unfinished: bool = False
    topics: tuple[str, ...] = ()
    declined_slot: str | None = None
    model_name: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: str = "0"

    @property
    def intent(self) -> IntentGuess:
        """The best guess; `other` with confidence 0 when there is none."""
        return self.intents[0] if self.intents else IntentGuess("other", 0.0)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a reply does: greet, acknowledge, ask, defer_price, hand_over, ...; in the order it is said.

    `slot` names the slot an `ask` is about, `level` its rung on the re-ask ladder (0 = first time),
    `facts` the words a template may fill in.
    """

    kind: str
    slot: str = ""
    level: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)
