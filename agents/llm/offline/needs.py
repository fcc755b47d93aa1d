"""What a customer wants: "I need X", "busco X", "butuh X", "how much is X", or nothing but the thing."""

import re
from collections.abc import Iterator
from functools import cache

from agents.llm.offline import reasons
from agents.llm.offline.businesses import bare_sentences
from agents.llm.offline.found import Candidate
from agents.llm.offline.lexicons import load
from agents.llm.offline.phrasebook import pattern
from agents.llm.offline.phrases import clause_end, trim
from agents.llm.offline.reading import Reading

_DISLIKED = pattern(
    "needs_disliked",
    r"\b(?:<phrases>)\s+(?:banget\s+|sekali\s+)?(?:with|sama|dengan|to)?"
    r"\s*(?:my|our|mi|nuestr[oa]|el|la|the)?\s*(?=[a-z])",
)
_WANTS = pattern(
    "needs_wants",
    r"\b(?:<phrases>)\s+(?:(?:to|for|also|just|really|ya|kak|nya|juga|sih|dengan|sama|untuk|a)\s+)*",
)
_NOT_WANTED = pattern("needs_not_wanted", r"(?:<phrases>)")
_LIGHT = pattern("needs_light", r"(?:<phrases>)+")
_STOPS = pattern("needs_stops")
_PRICED = pattern(
    "needs_priced",
    r"\b(?:<phrases>)\s+(?:(?:a|an|the|your|ur|un|una|el|la|los|las|to|for|por|hacer|bikin|buat|membuat|get"
    r"|jasa pembuatan|make|de|do|have)\s+)*",
)
_PRICED_AFTER = pattern(
    "needs_priced_after",
    r"(?:^|[\n,.!?] ?|kalau |mau tanya |kak,? |tanya,? |untuk )"
    r"(?P<thing>(?:bikin |buat |jasa |pasang |cetak )?[a-z][a-z ]{2,40}?) (?:<phrases>)",
)
_OFFERED = pattern("needs_offered", r"\b(?:<phrases>)\s+(?:(?:a|an|the|any|un|una|jasa|el|la)\s+)*")
_OWN_VERB = re.compile(
    r"\b(?:redo|redesign|rehacer|renovar|run my|manage my|modernizar|refresh|update|redise\w+)\b"
)
_INSTEAD = pattern("needs_instead", r"\b(?:<phrases>)\s+(?:el |la |un |una |just |a |the )?(?=[a-z])")
_NOUN_MISSING = pattern("needs_noun_missing", r"^(?:<phrases>)$")


def find_needs(reading: Reading, *, is_asked: bool) -> list[Candidate]:
    """The needs a batch names, surest first. `is_asked`: the agent just asked what they need."""
    flat = reading.flat
    found = [
        *_after(reading, _WANTS, 0.85, reasons.WANTED),
        *_after(reading, _PRICED, 0.75, reasons.PRICED),
        *_after(reading, _OFFERED, 0.65, reasons.ASKED_FOR),
        *_disliked(reading),
        *_priced_before(reading),
        *_instead(reading),
        *_bare(reading, is_asked=is_asked),
    ]
    return sorted(
        found,
        key=lambda one: (-one.confidence, one.start if not re.search(r"\bganti|mejor", flat) else -one.start),
    )


def _after(
    reading: Reading, pattern: re.Pattern[str], confidence: float, because: str
) -> Iterator[Candidate]:
    """The phrase after each match of the pattern, when it is a thing to want."""
    flat, place = reading.flat, 0
    while (match := pattern.search(flat, place)) is not None:
        place = match.end()
        if _is_other(flat, match.start(), match.end()):
            continue
        candidate = _thing(reading, match.end(), confidence, because)
        if candidate is not None:
            yield candidate
            place = max(place, candidate.end)


_NOT_THEIRS = pattern(
    "needs_not_theirs",
    r"\b(?:<phrases>)\s+(?:(?:really|lo|te|le|me|nos|they|you|u|would|anda|kalian|kakak|do|se|really)\s+)*$",
)


def _is_other(flat: str, start: int, end: int) -> bool:
    """Is it not theirs to want ("my customers want"), denied ("don't need"), or about persons and prices?"""
    before = flat[max(0, start - 30) : start]
    if _NOT_THEIRS.search(before):
        return True
    return bool(_NOT_WANTED.match(flat, end)) or bool(re.match(r"(?:for|untuk)\b", flat[end:]))


def _thing(reading: Reading, start: int, confidence: float, because: str) -> Candidate | None:
    """The wanted thing that starts here, without "someone to", "help with" and manners."""
    flat = reading.flat
    for _ in range(3):
        if light := _LIGHT.match(flat, start):
            start = light.end()
        start, _end = trim(flat, start, clause_end(flat, start, _STOPS, most_words=12))
        again = _WANTS.match(flat, start)
        if again and not _NOT_WANTED.match(flat, again.end()):
            start = again.end()
    start, end = trim(flat, start, clause_end(flat, start, _STOPS, most_words=12))
    written = flat[start:end]
    if not re.search(r"[a-z]{2}", written) or _NOUN_MISSING.match(written) or _NOT_WANTED.match(flat, start):
        return None
    sure = 0.07 if has_service(written) else 0.0
    return Candidate(
        "need",
        _tidy(reading.quote(start, end)),
        start,
        end,
        confidence + sure,
        because,
        is_explicit=confidence > 0.8,
    )


def unwrap(flat: str, start: int, end: int) -> tuple[int, int]:
    """The span without "que nos hagan", "someone to", "bikin": what is left is the thing."""
    light = _LIGHT.match(flat, start, end)
    return trim(flat, light.end() if light else start, end)


def _priced_before(reading: Reading) -> Iterator[Candidate]:
    """The thing stands before the question for its price: "bikin website kena berapa"."""
    for match in _PRICED_AFTER.finditer(reading.flat):
        start, end = match.span("thing")
        if light := _LIGHT.match(reading.flat, start, end):
            start = light.end()
        start, end = trim(reading.flat, start, end)
        if has_service(reading.flat[start:end]):
            yield Candidate("need", _tidy(reading.quote(start, end)), start, end, 0.8, reasons.PRICED)


def _disliked(reading: Reading) -> Iterator[Candidate]:
    """What they would replace: "I hate my logo"."""
    for match in _DISLIKED.finditer(reading.flat):
        noun = re.compile(r"[a-z-]+").match(reading.flat, match.end())
        if noun and (has_service(noun[0]) or has_service(noun[0].removesuffix("ku").removesuffix("nya"))):
            yield Candidate("need", reading.quote(*noun.span()), *noun.span(), 0.6, reasons.UNWANTED)


def _instead(reading: Reading) -> Iterator[Candidate]:
    """The last thing named is the one that counts: "mejor web no, solo el logo"."""
    for match in _INSTEAD.finditer(reading.flat):
        start, end = trim(
            reading.flat, match.end(), clause_end(reading.flat, match.end(), _STOPS, most_words=6)
        )
        after = reading.flat[end : end + 4]
        written = reading.flat[start:end]
        if has_service(written) and not written.endswith(" no") and not re.match(r"\s*no\b", after):
            yield Candidate(
                "need",
                _tidy(reading.quote(start, end)),
                start,
                end,
                0.93,
                reasons.INSTEAD,
                is_explicit=True,
            )


def _bare(reading: Reading, *, is_asked: bool) -> Iterator[Candidate]:
    """A line that is nothing but the thing: "logo", "un menu nuevo", "redo the website"."""
    flat = reading.flat
    for start, end in bare_sentences(reading):
        first, last = trim(flat, start, clause_end(flat, start, _STOPS, most_words=10))
        written = flat[first:last]
        if "?" in flat[start:end] and not is_asked:
            continue
        if has_service(written) and (len(written.split()) <= 9) and not _WANTS.search(written):
            light = _LIGHT.match(flat, first, last)
            first = light.end() if light else first
            yield Candidate(
                "need",
                _tidy(reading.quote(first, last)),
                first,
                last,
                0.85 if is_asked else 0.72,
                reasons.ONLY_THE_THING,
                is_explicit=is_asked,
            )


def has_service(written: str) -> bool:
    """Is a well-known product or service of the trade among these words?"""
    phrases, nouns = _services()
    return (
        any(phrase in written for phrase in phrases)
        or any(word in nouns for word in re.findall(r"[a-z-]+", written))
        or bool(_OWN_VERB.search(written))
    )


@cache
def _services() -> tuple[tuple[str, ...], frozenset[str]]:
    """Names of services: phrases and single words."""
    words = load("services")
    return tuple(words["phrases"].split("|")), frozenset(words["nouns"].split())


def _tidy(quote: str) -> str:
    """The customer's words without stray space and shouting."""
    plain = " ".join(quote.split())
    return plain.lower() if plain.isupper() and len(plain) > 4 else plain
