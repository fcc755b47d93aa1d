"""Where a customer is: a gazetteer that forgives typos, and "based in X" for places it does not know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from agents.llm.offline import reasons
from agents.llm.offline.found import Candidate
from agents.llm.offline.lexicons import load
from agents.llm.offline.phrasebook import pattern, word_set
from agents.llm.offline.phrases import behind
from agents.llm.offline.reading import Reading, fold

LONGEST_NAME = 5
_WORD = re.compile(r"[a-z0-9][a-z0-9.'-]*[a-z0-9.]|[a-z0-9]")
_BEFORE = pattern(
    "places_before",
    r"(?:\b(?:<phrases>)(?:\s*:)?\s*(?:the\s|la ciudad de\s|kota\s|el\s|sini\s|centro de\s|downtown\s"
    r"|central\s|greater\s|north\s|south\s|east\s|west\s)?)$",
)
_NAMED = pattern("places_named", r"\b(?:<phrases>)\s+")
_LOOSE = re.compile(r"\b(?:in|en|di|from|dari|desde|near)\s+(?=[a-z])")
_DISH = pattern("places_dish", r"\b(?:<phrases>)\s$")
_NOT_PLACES = word_set("places_never")
_STOP = word_set("places_stops")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer; `city` is empty for a country."""

    name: str
    city: str
    country: str
    is_ambiguous: bool


def find_places(reading: Reading, *, is_asked: bool) -> list[Candidate]:
    """The places of a message, known ones first. `is_asked` says the agent just asked where they are."""
    known = list(_known(reading, is_asked=is_asked))
    unknown = [one for each in _unknown(reading) if (one := _before_known(reading, each, known)) is not None]
    return _cities_first(known) + unknown


def _before_known(reading: Reading, one: Candidate, known: list[Candidate]) -> Candidate | None:
    """An unknown name, cut where a known one starts ("Parigi Sulawesi Tengah"), whose country it takes."""
    over = next((other for other in known if one.start < other.end and other.start < one.end), None)
    if over is None:
        return one
    if over.start <= one.start:
        return None
    end = one.start + len(reading.flat[one.start : over.start].rstrip(" ,"))
    return replace(
        one,
        value=_title(reading.quote(one.start, end)),
        end=end,
        confidence=max(one.confidence, over.confidence + 0.02),
        normalised={"country": over.normalised.get("country", "")},
    )


def _known(reading: Reading, *, is_asked: bool) -> Iterator[Candidate]:
    """Places of the gazetteer, the longest name at each point."""
    tokens = list(_WORD.finditer(reading.flat))
    place = 0
    while place < len(tokens):
        for length in range(min(LONGEST_NAME, len(tokens) - place), 0, -1):
            start, end = tokens[place].start(), tokens[place + length - 1].end()
            if (candidate := _match(reading, start, end, length, is_asked=is_asked)) is not None:
                yield candidate
                place += length - 1
                break
        place += 1


_SOURCE = pattern("places_source", r"\b(?:<phrases>)\b[^.,;!?\n]{0,30}(?:from|to|de|desde|a|dari|ke)\s$")


def _match(reading: Reading, start: int, end: int, length: int, *, is_asked: bool) -> Candidate | None:
    """The place these words name, if they do and the words around them allow it."""
    written = reading.flat[start:end].rstrip(".,")
    before = behind(reading.flat, start)
    is_placed = bool(_BEFORE.search(before))
    is_alone = len(_segment(reading.flat, start, end)) <= len(written) + 6
    found, is_typo = gazetteer().get(written), False
    if found is None and length == 1 and len(written) >= 5 and (is_placed or is_alone):
        found, is_typo = _forgive(written), True
    if found is None or _DISH.search(before) or _SOURCE.search(before) or (written in _NOT_PLACES):
        return None
    if found.is_ambiguous and not (is_placed or is_asked or is_alone or _is_capital(reading, start)):
        return None
    if (
        is_typo
        and not (is_asked or _NAMED.search(before))
        and not _is_capital(reading, start)
        and len(written) < 7
    ):
        return None
    named = _ends_with(_NAMED, before)
    confidence = 0.95 if named else 0.9 if is_placed or is_asked else 0.6 if found.is_ambiguous else 0.75
    return Candidate(
        kind="place",
        value=found.name,
        start=start,
        end=start + len(written),
        confidence=confidence - (0.1 if is_typo else 0),
        because=(reasons.PLACE_MISSPELT if is_typo else reasons.PLACE) % {"place": found.name},
        normalised={**({"city": found.city} if found.city else {}), "country": found.country},
        is_explicit=named or is_asked,
    )


def _segment(flat: str, start: int, end: int) -> str:
    """The words between the marks around this span: "nico, pizzeria, cordoba arg" has three."""
    first = max(flat.rfind(mark, 0, start) for mark in ",.;\n|!")
    last = min((place for mark in ",.;\n|!" if (place := flat.find(mark, end)) >= 0), default=len(flat))
    return flat[first + 1 : last].strip(" ?-*")


def _is_capital(reading: Reading, start: int) -> bool:
    """Does the word start with a capital inside a sentence that is not shouted?"""
    return reading.is_capital(start) and start > 0 and reading.flat[start - 1] != "\n"


def _ends_with(pattern: re.Pattern[str], before: str) -> bool:
    """Does one of the pattern's matches end exactly where the text ends?"""
    return any(match.end() == len(before) for match in pattern.finditer(before + "")) or any(
        not before[match.end() :].strip() for match in pattern.finditer(before)
    )


def _cities_first(found: list[Candidate]) -> list[Candidate]:
    """A city that is followed by its country says both; the country alone is the weaker answer."""
    cities = [one for one in found if "city" in one.normalised]
    countries = [one for one in found if "city" not in one.normalised]
    return cities + countries if cities else countries


def _unknown(reading: Reading) -> Iterator[Candidate]:
    """Names after "based in", "ubicada en", "lokasi di", ... that no gazetteer lists."""
    for grammar, confidence in ((_NAMED, 0.7), (_LOOSE, 0.55)):
        for match in grammar.finditer(reading.flat):
            start, end = match.end(), _name_end(reading, match.end())
            written = reading.flat[start:end]
            first = written.split()[0] if written else ""
            if not first or first in _NOT_PLACES or first[0].isdigit():
                continue
            starts_big = reading.is_capital(start)
            if not starts_big and (grammar is _LOOSE or len(written.split()) > 3):
                continue
            yield Candidate(
                kind="place",
                value=_title(reading.quote(start, end)),
                start=start,
                end=end,
                confidence=confidence if starts_big else confidence - 0.15,
                because=reasons.WHEREABOUTS,
                is_explicit=grammar is _NAMED,
            )


def _name_end(reading: Reading, start: int) -> int:
    """Where the name that starts here ends: at a stop word, a mark, or after four words."""
    end, count = start, 0
    for token in _WORD.finditer(reading.flat, start):
        gap = reading.flat[end : token.start()]
        if gap.strip() or "\n" in gap or token[0] in _STOP or count == 4:
            break
        end, count = token.end(), count + 1
        if token[0].endswith("."):
            end -= 1
            break
    return end


def _title(name: str) -> str:
    """A place's name as it is written on maps; a name with capitals is left alone."""
    is_plain = name.islower() or name.isupper()
    return " ".join(word.capitalize() for word in name.split()) if is_plain else name


@cache
def gazetteer() -> dict[str, Place]:
    """Every folded name and nickname of a known place; countries lose against cities of the same name."""
    words = load("places")
    ambiguous = frozenset(word.replace("_", " ") for word in words["ambiguous"].split())
    listed: dict[str, Place] = {}
    for country, entry in words["countries"].items():
        _add(listed, entry, country, ambiguous, is_city=False)
    for country, entries in words["cities"].items():
        for entry in entries:
            _add(listed, entry, country, ambiguous, is_city=True)
    return listed


def _add(
    listed: dict[str, Place], entry: str, country: str, ambiguous: frozenset[str], *, is_city: bool
) -> None:
    """List one place under all its names; the first city of a name wins."""
    name, *nicknames = entry.split("/")
    for written in (name, *nicknames):
        folded = fold(written)
        place = Place(name, name if is_city else "", country, folded in ambiguous or len(folded) <= 3)
        if is_city and folded in listed and not listed[folded].city:
            listed[folded] = place
        listed.setdefault(folded, place)


@cache
def _forgive(written: str) -> Place | None:
    """The one known place that a misspelt name can only mean, or None."""
    allowed = 1 if len(written) < 8 else 2
    close = {
        place.name: place
        for name, place in gazetteer().items()
        if abs(len(name) - len(written)) <= allowed
        and len(name) >= 5
        and name[0] == written[0]
        and distance(name, written) <= allowed
    }
    return next(iter(close.values())) if len(close) == 1 else None


def distance(left: str, right: str) -> int:
    """How many letters must be added, dropped, replaced or swapped with their neighbour."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
