"""A value an extractor believes to have seen, before the values are weighed against each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Candidate:
    """`start:end` is a place in the folded message; `kind` is a slot kind or a default slot's key.

    `is_explicit` means the customer named the slot ("my name is", "budget:"), so it may replace what is known.
    """

    kind: str
    value: str
    start: int
    end: int
    confidence: float
    because: str
    normalised: Mapping[str, str] = field(default_factory=dict)
    is_inferred: bool = False
    is_explicit: bool = False
    is_negated: bool = False
