"""The labelled conversations the engine is judged on, as they lie in the folders `sets` and `blind`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "sets"
BLIND_FOLDER = Path(__file__).parent / "blind"
Accepted = str | Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """One batch of messages, what the customer wants, and the escalation it must bring, if any.

    `asked` is the slot the agent had just asked for where the turn only makes sense as an answer.
    """

    messages: tuple[str, ...]
    intent: str
    escalation: str | None
    asked: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledConversation:
    """A whole conversation; `slots` lists the accepted final values per slot, `absent` slots nobody filled."""

    id: str
    language: str
    tags: tuple[str, ...]
    turns: tuple[LabelledTurn, ...]
    slots: Mapping[str, tuple[Accepted, ...]]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """One file of a folder; `hash` is the SHA-256 of its bytes.

    A blind set was written without looking at the engine: it is a measurement and has no floors.
    """

    name: str
    hash: str
    conversations: tuple[LabelledConversation, ...]
    blind: bool = False


def load_sets(folder: Path = FOLDER, blind_folder: Path = BLIND_FOLDER) -> tuple[LabelledSet, ...]:
    """Every set by name, the blind ones after the others."""
    judged = [load_set(path) for path in sorted(folder.glob("*.json"))]
    measured = [load_set(path) for path in sorted(blind_folder.glob("*.json"))]
    blind = [replace(one, name=f"blind-{one.name}", blind=True) for one in measured]
    return (*judged, *blind)


def load_set(path: Path) -> LabelledSet:
    """One set; a missing key is a KeyError: half a label is worse than none."""
    content = path.read_bytes()
    plain = json.loads(content)
    return LabelledSet(
        name=path.stem,
        hash=hashlib.sha256(content).hexdigest(),
        conversations=tuple(_conversation(one, plain["language"]) for one in plain["conversations"]),
    )


def _conversation(plain: Mapping[str, Any], language: str) -> LabelledConversation:
    """One labelled conversation."""
    return LabelledConversation(
        id=plain["id"],
        language=language,
        tags=tuple(plain["tags"]),
        turns=tuple(
            LabelledTurn(tuple(turn["messages"]), turn["intent"], turn["escalation"], turn.get("asked"))
            for turn in plain["turns"]
        ),
        slots={key: tuple(values) for key, values in plain["slots"].items()},
        absent=tuple(plain["absent"]),
    )
