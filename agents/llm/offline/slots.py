"""Which of the values seen in a batch fill which slot: one value per slot, one slot per span."""

import re

from agents.decisions.values import FoundSlot, KnownSlot
from agents.llm.offline.answers import with_answer
from agents.llm.offline.found import Candidate
from agents.llm.offline.phrasebook import pattern
from agents.llm.offline.phrases import behind
from agents.llm.offline.reading import Reading, fold
from agents.llm.offline.seeing import candidates_of
from agents.llm.offline.sifting import apart, cut, own_only
from agents.llm.port import UnderstandRequest

CORRECTS = pattern("slots_corrects", r"(?:<phrases>)")
_NEGATES = pattern("slots_negates", r"\b(?:<phrases>)\s+(?:in |en |di |from |de |\$|rp ?)?$")
_KIND_ORDER = ("email", "phone", "money", "place", "name", "business_type", "need")
LEAST = 0.5


def find_slots(reading: Reading, request: UnderstandRequest, language: str) -> tuple[FoundSlot, ...]:
    """The slots a batch fills, each with its place in its own message."""
    is_correcting = bool(CORRECTS.search(reading.flat))
    candidates = candidates_of(reading, request, language, is_correcting=is_correcting)
    candidates = own_only(reading, apart(reading, candidates))
    negated = {
        fold(one.value)
        for _key, one in candidates
        if one.is_negated or _NEGATES.search(behind(reading.flat, one.start))
    }
    ranked = sorted(
        ((key, one) for key, one in candidates if fold(one.value) not in negated and one.confidence >= LEAST),
        key=lambda pair: (
            -_rank(reading, request, pair[1], pair[0], is_correcting=is_correcting),
            _order(pair[1]),
            pair[1].start,
        ),
    )
    chosen = _choose(reading, ranked)
    chosen = with_answer(reading, request, chosen, is_correcting=is_correcting)
    return tuple(
        _found(reading, request, key, one, is_correcting=is_correcting)
        for key, one in sorted(chosen.items(), key=lambda pair: pair[1].start)
        if _may_replace(request.known.get(key), one, key, request, is_correcting=is_correcting)
    )


def _rank(
    reading: Reading, request: UnderstandRequest, one: Candidate, key: str, *, is_correcting: bool
) -> float:
    """A candidate's weight: being asked for helps; after "I meant" the last value wins."""
    weight = one.confidence
    if key in request.known and not is_correcting and not one.is_explicit:
        weight -= 0.15
    if is_correcting:
        cue = [match.start() for match in CORRECTS.finditer(reading.flat)]
        if one.start > cue[0] and (key in request.known or _has_value_before(reading, cue[0])):
            weight += 0.3 + one.start / 100000
    return weight


def _has_value_before(reading: Reading, cue: int) -> bool:
    """Is there anything before the correction in the same batch that it may correct?"""
    return bool(re.search(r"[a-z0-9]{2}", reading.flat[:cue]))


def _order(one: Candidate) -> int:
    """Ties go to the kinds that are hardest to mistake."""
    return _KIND_ORDER.index(one.kind) if one.kind in _KIND_ORDER else len(_KIND_ORDER)


def _choose(reading: Reading, ranked: list[tuple[str, Candidate]]) -> dict[str, Candidate]:
    """The best candidate for each slot whose span is still free; a need may be cut before another's span."""
    chosen: dict[str, Candidate] = {}
    for key, one in ranked:
        if key in chosen:
            continue
        free = _free_part(reading, one, list(chosen.values()))
        if free is not None:
            chosen[key] = free
    need, business = chosen.get("need"), chosen.get("business_type")
    if need and business and need.start <= business.start < need.end:
        part = cut(reading, need, business.start)
        chosen = (
            {**chosen, "need": part} if part else {key: one for key, one in chosen.items() if key != "need"}
        )
    return chosen


def _free_part(reading: Reading, one: Candidate, taken: list[Candidate]) -> Candidate | None:
    """The candidate, or what of it no other slot has taken, or None."""
    overlaps = [other for other in taken if one.start < other.end and other.start < one.end]
    if all(_names_trade_within(one, other) for other in overlaps):
        return one
    first = min(other.start for other in overlaps)
    return cut(reading, one, first) if one.kind == "need" and first > one.start else None


def _names_trade_within(one: Candidate, other: Candidate) -> bool:
    """Is it a listed trade at the end of a need, which is then cut: "paket branding | kedai kopi"?"""
    is_trade = one.kind == "business_type" and "type" in one.normalised
    return is_trade and other.kind == "need" and other.start < one.start


def _may_replace(
    known: KnownSlot | None, one: Candidate, key: str, request: UnderstandRequest, *, is_correcting: bool
) -> bool:
    """May this value be saved, given what is known? Nothing new is not saved again."""
    if known is None:
        return True
    if fold(known.value) == fold(one.value) and dict(known.normalised) == dict(one.normalised):
        return False
    if known.is_confirmed and (one.is_inferred or not (is_correcting or one.is_explicit)):
        return False
    if is_correcting:
        return one.confidence >= {"need": 0.85, "business_type": 0.75}.get(key, 0.0)
    if key == request.asked_slot:
        return True
    is_said = one.is_explicit and one.kind in {"name", "money", "place"} and one.confidence >= 0.9
    return is_said or (one.confidence > known.confidence + 0.1 and not one.is_inferred and one.kind != "need")


def _found(
    reading: Reading, request: UnderstandRequest, key: str, one: Candidate, *, is_correcting: bool
) -> FoundSlot:
    """The candidate with its provenance."""
    message_id, start, end = reading.locate(one.start, one.end)
    part = next(part for part in reading.parts if part.message_id == message_id)
    return FoundSlot(
        key=key,
        value=one.value,
        normalised=dict(one.normalised),
        confidence=round(min(one.confidence, 0.99), 2),
        message_id=message_id,
        start=start,
        end=end,
        quote=reading.text[part.start + start : part.start + end],
        is_correction=is_correcting or key in request.known,
        is_inferred=one.is_inferred,
        because=one.because,
    )
