"""The plain values a score is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class SlotLike(Protocol):
    """What the score reads of a slot: the text people see, the value machines read, and how sure we are."""

    @property
    def value(self) -> str: ...
    @property
    def normalised(self) -> Mapping[str, Any]: ...
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True)
class SlotFact:
    """A value somebody found for a slot, and the words it came from.

    `normalised`: money {"amount": "5000000", "currency": "IDR"}, place {"city", "country"}.
    `confidence` 0..1; `quote` is `text[start:end]` of the message; `is_correction` says that the contact took
    an earlier value back; `is_inferred` that the value follows from the quote without being it.
    """

    key: str
    value: str
    normalised: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    message_id: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    is_inferred: bool = False
    because: str = ""
    is_correction: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One scoring rule as the judgement needs it; `params` as described by `PARAMS[when]`."""

    name: str
    when: str
    params: Mapping[str, Any]
    points: int
    because: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a lead when it is scored; `reply_seconds` is the fastest answer it ever gave us."""

    slots: Mapping[str, SlotLike] = field(default_factory=dict)
    source: str = ""
    language: str = ""
    intents: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    reply_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score a lead is hot, warm (else cold), and worth a salesperson's time."""

    hot_from: int = 70
    warm_from: int = 40
    qualify_from: int = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that counted: its name, its points, and the sentence that says why."""

    rule: str
    points: int
    because: str


@dataclass(frozen=True, slots=True)
class Scored:
    """The judgement: 0..100, hot, warm or cold, and the reasons whose points it is the sum of."""

    score: int
    temperature: str
    reasons: tuple[Reason, ...]
