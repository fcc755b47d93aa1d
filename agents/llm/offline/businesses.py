"""What kind of business a customer runs: a taxonomy, "I run a X", and "I sell shoes"."""

import re
from collections.abc import Iterator
from functools import cache

from agents.llm.offline import reasons
from agents.llm.offline.found import Candidate
from agents.llm.offline.lexicons import load
from agents.llm.offline.phrasebook import pattern, word_set
from agents.llm.offline.phrases import behind, clause_end, sentences, trim
from agents.llm.offline.reading import Reading, fold

_OWNED = pattern(
    "businesses_owned",
    r"\b(?:<phrases>)(?:\s+(?:a|an|the|un|una|unos|unas|el|la|los|las|sebuah|de|own|small|little|propi[oa]"
    r"|pequen[oa]s?|called|seorang|kecil-kecilan))*\s+$",
)
_RATHER = pattern("businesses_rather", r"\b(?:<phrases>)\s+(?:(?:a|an|un|una|saya)\s+)*$")
_HOPED = pattern(
    "businesses_hoped",
    r"\b(?:<phrases>)\s+(?:to\s+)?(?:(?:punya|have|own|tener|mi|my|our|nuestr[oa])\s+)+"
    r"(?:(?:a|an|my|our|own|un|una|mi|propi[oa])\s+)*$",
)
_FOR = pattern(
    "businesses_for",
    r"\b(?:<phrases>)(?:\s+(?:a|an|the|my|our|un|una|mi|el|la|nuestr[oa]|usaha|bisnis))*\s+$",
)
_WANTED = pattern(
    "businesses_wanted",
    r"\b(?:<phrases>)\s+(?:(?:a|an|the|un|una|some|new|me|us|el|la|nueva|nuevo|good)\s+)*$",
)
_NOT_THEIRS = pattern("businesses_not_theirs", r"\b(?:<phrases>)\b[^,.;!?\n]{0,18}$")
_TOGETHER = re.compile(r"\b(?:and (?:i|me)|y yo|(?:dan|sama) (?:saya|aku))\b[^.;!?]*$")
_NEGATED = pattern(
    "businesses_negated", r"\b(?:<phrases>)\s+(?:(?:a|an|un|una|really|actually|lagi|el|la)\s+)*$"
)
_DOES = pattern("businesses_does", r"\b(?:<phrases>)\s+")
_DOES_NOT = pattern("businesses_does_not", r"(?:<phrases>)\b")
_STOPS = pattern("businesses_stops")
_ADJECTIVES_BREAK = pattern("businesses_adjectives_break", r"^(?:<phrases>)$")
_RIGHT = re.compile(
    r"(?:\s+(?!(?:de|del|d|para|con|en)\b)[a-z][a-z-]+)?(?:\s+(?:de|del|d|para)\s+[a-z][a-z-]+(?:\s+(?:y|e)\s+[a-z-]+)?)?(?:\s+[a-z][a-z-]+)?"
)
_FOR_UNLISTED = re.compile(
    r"(?:\b(?:for|4) (?:my|our)|\b(?:para|pa) (?:mi|nuestr[oa])"
    r"|(?<=[a-z] )(?<!kalian )(?<!kamu )(?<!anda )(?:untuk|buat))"
    r"\s+(?:usaha\s+|bisnis\s+|negocio de\s+)?(?=[a-z])"
)
_PRIVATE = pattern("businesses_private")
_VERBS = pattern("businesses_verbs")

_WEIGHTS = ((_HOPED, 0.0), (_OWNED, 0.95), (_FOR, 0.9), (_RATHER, 0.85), (_WANTED, 0.0))


def find_businesses(reading: Reading, *, is_asked: bool, language: str) -> list[Candidate]:
    """The businesses a batch names, surest first. `is_asked`: the agent just asked for it."""
    named = list(_listed(reading, is_asked=is_asked, language=language))
    done = list(_done(reading, language))
    sure = [one for one in named if not any(_belongs_to(reading.flat, one, other) for other in done)]
    spans = [(one.start, one.end) for one in sure]
    rest = [one for one in done if not any(one.start < end and start < one.end for start, end in spans)]
    return sorted([*sure, *rest, *_for_whom(reading, [*sure, *rest])], key=lambda one: -one.confidence)


def _belongs_to(flat: str, one: Candidate, done: Candidate) -> bool:
    """Is the business only whom they sell to ("we sell software to factories")?"""
    between = flat[done.start : one.start]
    return done.start <= one.start and not re.search(r"[.!?;\n]", between) and one.confidence <= 0.9


def _for_whom(reading: Reading, found: list[Candidate]) -> Iterator[Candidate]:
    """The trade after "for" when nothing else tells: "web buat pondok wisata"."""
    if found:
        return
    for match in _FOR_UNLISTED.finditer(reading.flat):
        start = match.end()
        start, end = trim(reading.flat, start, clause_end(reading.flat, start, _STOPS, most_words=3))
        written = reading.flat[start:end]
        if not re.search(r"[a-z]{3}", written) or _PRIVATE.search(written) or _is_small(written.split()[0]):
            continue
        yield Candidate(
            "business_type",
            _tidy(reading.quote(start, end)),
            start,
            end,
            0.58,
            reasons.NEEDED_FOR,
        )


def _listed(reading: Reading, *, is_asked: bool, language: str) -> Iterator[Candidate]:
    """Phrases around a word of the taxonomy."""
    flat, place = reading.flat, 0
    tokens = list(re.finditer(r"[a-z0-9&'-]+", flat))
    while place < len(tokens):
        hit = next(
            (
                (length, term)
                for length in range(min(5, len(tokens) - place), 0, -1)
                if (term := _term(flat[tokens[place].start() : tokens[place + length - 1].end()]))
            ),
            None,
        )
        if hit is None:
            place += 1
            continue
        length, (kind, is_generic) = hit
        start, end = tokens[place].start(), tokens[place + length - 1].end()
        candidate = _phrase(
            reading, start, end, kind, is_generic=is_generic, is_asked=is_asked, language=language
        )
        place += length
        if candidate is not None:
            while place < len(tokens) and tokens[place].start() < candidate.end:
                place += 1
            yield candidate


def _phrase(
    reading: Reading, start: int, end: int, kind: str, *, is_generic: bool, is_asked: bool, language: str
) -> Candidate | None:
    """The whole noun phrase around a taxonomy word, weighed by the words before it."""
    flat = reading.flat
    is_english = language == "en" and not _looks_latin(flat[start:end], flat[end:])
    first = _left(flat, start) if is_english else start
    last = end if is_english else _right(flat, end)
    before = behind(flat, first)
    if _NEGATED.search(before):
        return Candidate(
            "business_type", reading.quote(first, last), first, last, 0.5, reasons.DENIED, is_negated=True
        )
    if is_generic and ((last - first) == (end - start) or (is_english and _goes_on(flat, end))):
        return None
    confidence = _weigh(flat, first, last, before, is_asked=is_asked)
    if confidence <= 0:
        return None
    first, last = trim(flat, first, last)
    return Candidate(
        kind="business_type",
        value=_tidy(reading.quote(first, last)),
        start=first,
        end=last,
        confidence=confidence - (0.1 if is_generic else 0),
        because=reasons.KIND_OF_BUSINESS,
        normalised={} if is_generic else {"type": kind},
        is_explicit=bool(_OWNED.search(before)) or is_asked,
    )


def _weigh(flat: str, first: int, last: int, before: str, *, is_asked: bool) -> float:
    """How sure it is that this is the customer's own business: 0 when it is somebody else's, or wanted."""
    line_start = flat.rfind("\n", 0, first) + 1
    line_end = flat.find("\n", last)
    line = flat[line_start : line_end if line_end >= 0 else len(flat)]
    if _is_of_others(before.rsplit("\n", 1)[-1]):
        return 0.0
    for grammar, weight in _WEIGHTS:
        if grammar.search(before):
            return weight
    rest = (line[: first - line_start] + " " + line[last - line_start :]).strip(" .,!?")
    if len(re.findall(r"[a-z]+", rest)) <= 2:
        return 0.9 if is_asked else 0.85
    starts_sentence = not flat[line_start:first].strip(" *") or bool(re.search(r"[.!?;,]\s*$", before))
    if is_asked or starts_sentence:
        return 0.75
    return 0.6


def _is_of_others(before: str) -> bool:
    """Do the words before speak of somebody else ("my cousin has a"), and not of both ("my cousin and I")?"""
    return bool(_NOT_THEIRS.search(before)) and not _TOGETHER.search(before)


def _left(flat: str, start: int) -> int:
    """Where the adjectives and nouns before the word start: at most three, none of them a small word."""
    first = start
    for _ in range(3):
        previous = re.search(r"([a-z0-9'&-]+) $", behind(flat, first))
        if previous is None or _ADJECTIVES_BREAK.match(previous[1]) or _is_small(previous[1]):
            break
        first -= len(previous[0])
    return first


def _right(flat: str, end: int) -> int:
    """Where the words that say more ("artesanal", "de ropa", "mobil") end."""
    more = _RIGHT.match(flat, end)
    if more is None:
        return end
    written = more[0]
    stop = _STOPS.search(written)
    return end + (stop.start() if stop else len(written)) if stop is None or stop.start() > 0 else end


def _goes_on(flat: str, end: int) -> bool:
    """Does a noun follow, so that this is no business but a thing for one ("office chairs")?"""
    following = re.match(r" ([a-z][a-z'-]+)", flat[end:])
    return following is not None and not _STOPS.match(following[1]) and not _is_small(following[1])


def _looks_latin(term: str, after: str) -> bool:
    """A Spanish or Indonesian term inside an English sentence may go on: "tienda de ropa"."""
    return after.startswith((" de ", " d ")) or term.split(maxsplit=1)[0] in {
        "toko",
        "warung",
        "kedai",
        "taller",
        "tienda",
    }


def _done(reading: Reading, language: str) -> Iterator[Candidate]:
    """What they do says what they are: "I sell X", "alquilamos X", "jualan X"."""
    flat = reading.flat
    for match in _DOES.finditer(flat):
        start = match.end()
        if _DOES_NOT.match(flat, start) or _is_of_others(behind(flat, match.end())):
            continue
        start, end = trim(flat, start, clause_end(flat, start, _STOPS, most_words=5))
        written = flat[start:end]
        if not re.search(r"[a-z]{2}", written) or _is_small(written) or written.split()[0] in _NEVER:
            continue
        inferred = _inferred(written, language)
        yield Candidate(
            kind="business_type",
            value=inferred.get("value", _tidy(reading.quote(start, end))),
            start=start,
            end=end,
            confidence=0.75 if inferred else 0.8,
            because=reasons.SAYS % {"words": reading.quote(match.start(), end)},
            normalised={"type": inferred["type"]} if inferred else {},
            is_inferred=bool(inferred),
            is_explicit=False,
        )
    yield from _unlisted(reading)


def _unlisted(reading: Reading) -> Iterator[Candidate]:
    """An X that is in no list, after "I run a X", "tengo una X", "punya usaha X"."""
    flat = reading.flat
    for match in _RUNS.finditer(flat):
        start = match.end()
        start, end = trim(flat, start, clause_end(flat, start, _STOPS, most_words=4))
        written = flat[start:end]
        if re.search(r"[a-z]{3}", written) and not _is_small(written) and written.split()[0] not in _NEVER:
            yield Candidate(
                "business_type",
                _tidy(reading.quote(start, end)),
                start,
                end,
                0.8 if _RUNS_SURELY.match(match[0]) else 0.62,
                reasons.OWNED,
                is_explicit=True,
            )


_RUNS = pattern("businesses_runs", r"\b(?:<phrases>)(?:\s+|(?<=\s))")
_RUNS_SURELY = pattern("businesses_runs_surely", r"(?:<phrases>)")
_NEVER = word_set("businesses_never")


def _inferred(written: str, language: str) -> dict[str, str]:
    """The business that sells exactly this product, or nothing."""
    entry = _products().get(written)
    return {"type": entry["type"], "value": entry.get(language, entry["en"])} if entry else {}


def _tidy(quote: str) -> str:
    """The customer's words without stray space and shouting."""
    plain = " ".join(quote.split())
    return plain.lower() if plain.isupper() and len(plain) > 4 else plain


def _is_small(word: str) -> bool:
    """Is it one of the function words of the three languages?"""
    return word in _small_words()


@cache
def _small_words() -> frozenset[str]:
    """Function words that never are part of a kind of business."""
    marks = " ".join(load("markers").values()).split()
    return frozenset(marks) - {
        "shop",
        "store",
        "tienda",
        "toko",
        "warung",
        "kedai",
        "usaha",
        "bisnis",
        "business",
        "negocio",
        "punya",
        "online",
    }


@cache
def _terms() -> dict[str, tuple[str, bool]]:
    """Every term of the taxonomy with its type, and whether it says nothing by itself."""
    words = load("businesses")
    listed = {
        fold(term): (kind, False) for kind, terms in words["types"].items() for term in terms.split("|")
    }
    for term in words["generic"].split("|"):
        listed.setdefault(term, ("", True))
    return listed


def _term(written: str) -> tuple[str, bool] | None:
    """The taxonomy entry of these words; plurals and "d" for "de" count too."""
    terms = _terms()
    plain = written.replace(" d ", " de ").strip("'-")
    for form in (
        plain,
        plain.removesuffix("s"),
        plain.removesuffix("es"),
        plain.replace("es de ", " de "),
        plain.replace("s de ", " de "),
    ):
        if form in terms:
            return terms[form]
    return None


@cache
def _products() -> dict[str, dict[str, str]]:
    """What is sold, and the shop that sells it."""
    return {
        name: entry for names, entry in load("businesses")["products"].items() for name in names.split("|")
    }


def bare_sentences(reading: Reading) -> list[tuple[int, int]]:
    """Sentences without a verb: answers rather than stories."""
    spans = sentences(reading.flat)
    return [(start, end) for start, end in spans if not _VERBS.search(reading.flat[start:end])]
