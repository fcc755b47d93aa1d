"""Which of the values seen in a batch fill which slot: one value per slot, one slot per span."""

import re
from dataclasses import replace

from agents.decisions.values import FoundSlot, KnownSlot, SlotSpec
from agents.llm.offline import topic_patterns
from agents.llm.offline.businesses import find_businesses
from agents.llm.offline.custom import find_custom
from agents.llm.offline.found import Candidate
from agents.llm.offline.money import BY_COUNTRY, find_money
from agents.llm.offline.names import find_names
from agents.llm.offline.needs import find_needs, unwrap
from agents.llm.offline.phrasebook import pattern
from agents.llm.offline.phrases import sentences, trim
from agents.llm.offline.places import find_places, gazetteer
from agents.llm.offline.readable import is_noise
from agents.llm.offline.reading import Reading, fold
from agents.llm.offline.topics import is_small_talk
from agents.llm.port import UnderstandRequest

CORRECTS = pattern("slots_corrects", r"(?:<phrases>)")
_NEGATES = pattern("slots_negates", r"\b(?:<phrases>)\s+(?:in |en |di |from |de |\$|rp ?)?$")
_GENERIC = {"text", "choice", "number", "phone", "email"}
_KIND_ORDER = ("email", "phone", "money", "place", "name", "business_type", "need")
OTHERS = pattern("slots_others", r"\b(?:<phrases>)\b(?!-)")
OWN_AGAIN = pattern("slots_own_again", r"\b(?:<phrases>)\b[^.;!?]*$")
_WHERE = pattern("slots_where", r"(?:(?:<phrases>)\s+)+")
LEAST = 0.5
RAW = "is the answer to what was asked"


def find_slots(reading: Reading, request: UnderstandRequest, language: str) -> tuple[FoundSlot, ...]:
    """The slots a batch fills, each with its place in its own message."""
    is_correcting = bool(CORRECTS.search(reading.flat))
    candidates = _candidates(reading, request, language, is_correcting=is_correcting)
    candidates = _own_only(reading, _apart(reading, candidates))
    negated = {
        fold(one.value)
        for _key, one in candidates
        if one.is_negated or _NEGATES.search(reading.flat[: one.start])
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
    chosen = _with_fallback(reading, request, chosen, is_correcting=is_correcting)
    return tuple(
        _found(reading, request, key, one, is_correcting=is_correcting)
        for key, one in sorted(chosen.items(), key=lambda pair: pair[1].start)
        if _may_replace(request.known.get(key), one, key, request, is_correcting=is_correcting)
    )


def _candidates(
    reading: Reading, request: UnderstandRequest, language: str, *, is_correcting: bool
) -> list[tuple[str, Candidate]]:
    """What every extractor saw, under the key of the slot it may fill."""
    found: list[tuple[str, Candidate]] = []
    country = request.country
    taken_kinds: set[str] = set()
    for slot in sorted(
        request.slots, key=lambda one: (one.key != request.asked_slot, one.key in request.known)
    ):
        is_asked = slot.key == request.asked_slot
        if slot.kind in {"name", "place", "money"} and slot.kind in taken_kinds:
            continue
        taken_kinds.add(slot.kind)
        seen = _extract(
            reading, request, slot, language, country, is_asked=is_asked, is_correcting=is_correcting
        )
        if slot.kind == "place" and seen:
            country = seen[0].normalised.get("country") or country
        found += [(slot.key, one) for one in seen]
    return _with_currency(found, request, country, language)


def _apart(reading: Reading, candidates: list[tuple[str, Candidate]]) -> list[tuple[str, Candidate]]:
    """Businesses without the place they end in: "imprenta familiar de Logroño" is two facts."""
    places = [one for _key, one in candidates if one.kind == "place" and one.confidence >= 0.55]
    apart = []
    for key, one in candidates:
        inner = [place.start for place in places if one.start < place.start < one.end]
        if one.kind == "business_type" and inner:
            cut = _cut(reading, one, min(inner))
            apart += [(key, cut)] if cut else []
        else:
            apart.append((key, one))
    return apart


def _own_only(reading: Reading, candidates: list[tuple[str, Candidate]]) -> list[tuple[str, Candidate]]:
    """Without names and places of other people, and without what only occurs in a question."""
    kept = []
    for key, one in candidates:
        before = re.split(r"[.!?;\n]|, (?=i\b|yo\b|saya\b|y yo\b)", reading.flat[: one.start])[-1]
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


def _extract(
    reading: Reading,
    request: UnderstandRequest,
    slot: SlotSpec,
    language: str,
    country: str,
    *,
    is_asked: bool,
    is_correcting: bool,
) -> list[Candidate]:
    """What the extractor of this slot's kind saw."""
    if slot.kind == "name":
        return find_names(reading, is_asked=is_asked)
    if slot.kind == "place":
        return find_places(reading, is_asked=is_asked)
    if slot.kind == "money":
        is_expected = is_asked or (is_correcting and slot.key in request.known)
        place = request.known.get("location")
        known = (place.normalised.get("country") if place else "") or country
        return find_money(reading, is_asked=is_expected, language=language, country=known)
    if slot.key == "business_type":
        return find_businesses(reading, is_asked=is_asked, language=language)
    if slot.key == "need":
        return find_needs(reading, is_asked=is_asked)
    return find_custom(reading, slot, is_asked=is_asked, country=country, language=language)


def _with_currency(
    found: list[tuple[str, Candidate]], request: UnderstandRequest, country: str, language: str
) -> list[tuple[str, Candidate]]:
    """Amounts without a currency take the one of a country named in the same batch."""
    del language
    code = BY_COUNTRY.get(country, "")
    return [
        (key, replace(one, normalised={**one.normalised, "currency": code}))
        if one.kind == "money" and code and "currency" not in one.normalised
        else (key, one)
        for key, one in found
    ]


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
        cut = _cut(reading, need, business.start)
        chosen = (
            {**chosen, "need": cut} if cut else {key: one for key, one in chosen.items() if key != "need"}
        )
    return chosen


def _free_part(reading: Reading, one: Candidate, taken: list[Candidate]) -> Candidate | None:
    """The candidate, or what of it no other slot has taken, or None."""
    overlaps = [other for other in taken if one.start < other.end and other.start < one.end]
    if not overlaps:
        return one
    first = min(other.start for other in overlaps)
    return _cut(reading, one, first) if one.kind == "need" and first > one.start else None


_DANGLING = pattern("slots_dangling", r"(?:\s+(?:<phrases>))+$")


def _cut(reading: Reading, one: Candidate, at: int) -> Candidate | None:
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


def _with_fallback(
    reading: Reading, request: UnderstandRequest, chosen: dict[str, Candidate], *, is_correcting: bool
) -> dict[str, Candidate]:
    """The answer to what was just asked, in the customer's own words, when no grammar knew it."""
    corrected = _corrected(reading, request) if not chosen and is_correcting else None
    if corrected is not None:
        return corrected
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


_MEANT = pattern(
    "slots_meant", r"(?:\b(?:<phrases>)|(?<=\n)\*|^\*)\s*(?:in |en |di |it's |es |kak,? |itu )?(?=[a-z])"
)


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


_CHATTER = pattern("slots_chatter")


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
        RAW,
    )


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


def is_known_place(written: str) -> bool:
    """Is this the name of a place of the gazetteer?"""
    return fold(written) in gazetteer()
