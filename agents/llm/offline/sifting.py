"""Values that are not the customer's own, and values that hold two facts."""

import re
from dataclasses import replace

from agents.llm.offline import topic_patterns
from agents.llm.offline.found import Candidate
from agents.llm.offline.phrasebook import pattern
from agents.llm.offline.phrases import behind, sentences, trim
from agents.llm.offline.reading import Reading

OTHERS = pattern("slots_others", r"\b(?:<phrases>)\b(?!-)")
OWN_AGAIN = pattern("slots_own_again", r"\b(?:<phrases>)\b[^.;!?]*$")
_DANGLING = pattern("slots_dangling", r"(?:\s+(?:<phrases>))+$")


def apart(reading: Reading, candidates: list[tuple[str, Candidate]]) -> list[tuple[str, Candidate]]:
    """Businesses without the place they end in: "imprenta familiar de Logroño" is two facts."""
    places = [one for _key, one in candidates if one.kind == "place" and one.confidence >= 0.55]
    kept = []
    for key, one in candidates:
        inner = [place.start for place in places if one.start < place.start < one.end]
        if one.kind == "business_type" and inner:
            part = cut(reading, one, min(inner))
            kept += [(key, part)] if part else []
        else:
            kept.append((key, one))
    return kept


def own_only(reading: Reading, candidates: list[tuple[str, Candidate]]) -> list[tuple[str, Candidate]]:
    """Without names and places of other people, and without what only occurs in a question."""
    kept = []
    for key, one in candidates:
        before = re.split(r"[.!?;\n]|, (?=i\b|yo\b|saya\b|y yo\b)", behind(reading.flat, one.start))[-1]
        is_others = one.kind in {"name", "place"} and OTHERS.search(before) and not OWN_AGAIN.search(before)
        is_asked_about = one.kind in {"name", "place", "business_type"} and _in_question(reading.flat, one)
        if not is_others and not is_asked_about:
            kept.append((key, one))
    return kept


def _in_question(flat: str, one: Candidate) -> bool:
    """Does the value only occur in a question that asks for something else?"""
    span = next(((start, end) for start, end in sentences(flat) if start <= one.start < end), None)
    if span is None or one.is_explicit or one.kind == "name":
        return False
    sentence = flat[span[0] : span[1]]
    words_before = len(flat[span[0] : one.start].split())
    return (
        "?" in sentence
        and words_before > 1
        and not topic_patterns.REQUEST.search(sentence)
        and not topic_patterns.PRICE.search(sentence)
    )


def cut(reading: Reading, one: Candidate, at: int) -> Candidate | None:
    """A need without the words from `at` on."""
    start, end = trim(reading.flat, one.start, at)
    written = reading.flat[start:end]
    written = _DANGLING.sub("", written)
    if not re.search(r"[a-z]{2}", written):
        return None
    return replace(
        one,
        start=start,
        end=start + len(written),
        value=" ".join(reading.quote(start, start + len(written)).split()),
    )
