"""The customer's own words as a value: the answer to what was asked, or a correction nothing else knew."""

import re
from dataclasses import replace

from agents.decisions.values import SlotSpec
from agents.llm.offline import reasons, topic_patterns
from agents.llm.offline.found import Candidate
from agents.llm.offline.needs import unwrap
from agents.llm.offline.phrasebook import pattern
from agents.llm.offline.phrases import sentences, trim
from agents.llm.offline.readable import is_noise
from agents.llm.offline.reading import Reading
from agents.llm.offline.topics import is_small_talk
from agents.llm.port import UnderstandRequest

_WHERE = pattern("slots_where", r"(?:(?:<phrases>)\s+)+")
_MEANT = pattern(
    "slots_meant", r"(?:\b(?:<phrases>)|(?<=\n)\*|^\*)\s*(?:in |en |di |it's |es |kak,? |itu )?(?=[a-z])"
)
_CHATTER = pattern("slots_chatter")


def with_answer(
    reading: Reading, request: UnderstandRequest, chosen: dict[str, Candidate], *, is_correcting: bool
) -> dict[str, Candidate]:
    """The answer to what was just asked, in the customer's own words, when no grammar knew it."""
    corrected = _corrected(reading, request) if not chosen and is_correcting else None
    if corrected is not None:
        return corrected
    if topic_patterns.BYE.search(reading.flat) or topic_patterns.OPT_OUT.search(reading.flat):
        return chosen
    slot = next((one for one in request.slots if one.key == request.asked_slot), None)
    if slot is None or slot.key in chosen or slot.kind in {"money", "number", "phone", "email", "choice"}:
        return chosen
    for start, end in sentences(reading.flat):
        if any(one.start < end and start < one.end for one in chosen.values()):
            continue
        first, last = trim(reading.flat, start, end)
        if slot.key == "need":
            first, last = unwrap(reading.flat, first, last)
        if slot.kind == "place" and (lead := _WHERE.match(reading.flat, first, last)):
            first = lead.end()
        if len(reading.flat[first:last].split()) > 4:
            first = start + len(reading.flat[start:end]) - len(reading.flat[start:end].lstrip(" ,-"))
        if _answers(reading, slot, reading.flat[start:end], first, last):
            return {**chosen, slot.key: _raw(reading, slot, first, last)}
    return chosen


def _corrected(reading: Reading, request: UnderstandRequest) -> dict[str, Candidate] | None:
    """The words themselves for the slot filled last, when nothing knew them: "I meant Coimbatore"."""
    slot = next((one for one in request.slots if one.key == request.recent_slot), None)
    match = next(iter(_MEANT.finditer(reading.flat)), None)
    if (
        slot is None
        or match is None
        or slot.key not in request.known
        or slot.kind not in {"text", "place", "name"}
    ):
        return None
    end = re.search(r"[,.!?;\n(]|$", reading.flat[match.end() :])
    first, last = trim(reading.flat, match.end(), match.end() + (end.start() if end else 0))
    if not 1 <= len(reading.flat[first:last].split()) <= 5:
        return None
    return {slot.key: replace(_raw(reading, slot, first, last), confidence=0.85, is_explicit=True)}


def _answers(reading: Reading, slot: SlotSpec, line: str, first: int, last: int) -> bool:
    """May this line be the answer: neither a question, manners, noise nor a refusal to say?"""
    written = reading.flat[first:last]
    if slot.kind == "place" and written[:1].isdigit():
        return False
    count = len(written.split())
    most = {"name": 4, "place": 5}.get(slot.kind, 8 if slot.key == "business_type" else 25)
    if (
        not re.search(r"[a-z]{2}", written)
        or count > most
        or is_small_talk(line)
        or is_noise(written)
        or topic_patterns.BYE.search(line)
    ):
        return False
    if (
        topic_patterns.QUESTION.search(line)
        or topic_patterns.DECLINE.search(line)
        or topic_patterns.OPT_OUT.search(line)
    ):
        return False
    return (slot.kind not in {"name", "place"} and not _is_chatter(line)) or (
        slot.kind == "place" and not _is_chatter(line)
    )


def _is_chatter(line: str) -> bool:
    """Is it talk about the conversation itself rather than an answer?"""
    return bool(_CHATTER.search(line))


def _raw(reading: Reading, slot: SlotSpec, start: int, end: int) -> Candidate:
    """The words themselves as the value."""
    return Candidate(
        slot.key,
        " ".join(reading.quote(start, end).split()),
        start,
        end,
        0.6,
        reasons.ANSWER,
    )
