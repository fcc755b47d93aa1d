"""What a customer is called."""

import re
from collections.abc import Iterator
from functools import cache

from agents.llm.offline import reasons
from agents.llm.offline.found import Candidate
from agents.llm.offline.lexicons import load
from agents.llm.offline.phrasebook import pattern
from agents.llm.offline.phrases import behind
from agents.llm.offline.places import gazetteer
from agents.llm.offline.reading import Reading, fold

_SURE = pattern("names_sure", r"\b(?:<phrases>)\s*(?:saya |aku |is |adalah |con |saja |aja )?")
_LIKELY = pattern("names_likely", r"(?:\b(?:<phrases>)(?:\s+(?:con|la|el|sendiri|ini))?\s+)")
_AFTER = re.compile(r"^[ ,]*(?:here|again|otra vez|aca|aqui|di sini|speaking|por aca|por aqui)\b")
_TITLE = r"(?:(?:" + "|".join(load("names")["titles"].split()) + r")\.?\s+)?"
_WORD = r"[^\W\d_]+(?:['’.-][^\W\d_]+)*"
_NAME = re.compile(rf"(?:{_WORD})(?:\s+{_WORD}){{0,5}}", re.UNICODE)
_PARTICLES = {"de", "del", "la", "da", "van", "von", "bin", "binti", "y", "dos", "al", "el", "san"}


_SOMEBODY_ELSE = pattern("names_somebody_else", r"\b(?:<phrases>)\s*(?:de (?:la|mi) \w+\s*)?$")
_SIGNATURE = re.compile(r"(?:^|[\n,.!*] ?|\b(?:hi|hello|hey|hola|halo|hai)[,!.]? )(?=[a-z])")
_HELLO = re.compile(r"(?:hi|hello|hey|hola|halo|hai)[,!.]? $")
_POLITE = pattern("names_polite", r"(?:(?:<phrases>)[,.!]? )+")
# "hi Sarah" greets the agent, "it's Sarah" does not
_ANSWERING = re.compile(r"(?:(?:ok|sorry|perdon|maaf|it's|its|es|el|la|con|dengan)[,.!]? )+")
_MANNERS = re.compile(r"\b(?:po|ya|kak|here|please|haha|hehe|x|min|lol|btw|by the way)\b")
_ROLE = pattern("names_role", r"\s?[,(-]\s?(?:i'm |i am |soy |saya )?(?:the |la |el |una? )?(?:<phrases>)")


def find_names(reading: Reading, *, is_asked: bool) -> list[Candidate]:
    """The names a batch gives, surest first. `is_asked`: the agent just asked for one."""
    found = [*_introduced(reading), *_signed(reading), *_bare(reading, is_asked=is_asked)]
    return sorted(found, key=lambda one: -one.confidence)


def _introduced(reading: Reading) -> Iterator[Candidate]:
    """Names after "my name is", "soy", "nama saya", ..."""
    flat = reading.flat
    for grammar, confidence in ((_SURE, 0.97), (_LIKELY, 0.88)):
        for match in grammar.finditer(flat):
            is_sure = grammar is _SURE or match[0] in {"soy la ", "soy el "}
            span = _take(reading, match.end(), is_sure=is_sure)
            if span is None or _is_negated(flat, match.start()):
                continue
            yield Candidate(
                "name",
                _shown(reading, *span),
                *span,
                confidence,
                reasons.FOLLOWS % {"words": match[0].strip()},
                is_explicit=grammar is _SURE,
            )


def _is_negated(flat: str, start: int) -> bool:
    """Is the introduction denied ("no soy Ana"), or somebody else's ("my son's name is")?"""
    return bool(_SOMEBODY_ELSE.search(behind(flat, start)))


def _signed(reading: Reading) -> Iterator[Candidate]:
    """Signatures: "Budi here", "*Annika", and at the start of a sentence "Marcus Idowu, Atlanta."."""
    flat = reading.flat
    for match in _SIGNATURE.finditer(flat):
        span = _take(reading, match.end(), is_sure=False, is_signature=True)
        if span is None:
            continue
        after = flat[span[1] :]
        is_starred = match[0].endswith("*") and bool(re.match(r"[ ]*(?:[,.!\n]|$)", after))
        is_here = is_starred or bool(_AFTER.match(after))
        is_addressed = bool(_HELLO.search(match[0])) and not re.match(r"\s*(?:from|de|dari|,)", after)
        if is_here or (_comes_from(reading, span) and not is_addressed):
            sure = 0.9 if is_here else 0.8
            yield Candidate("name", _shown(reading, *span), *span, sure, reasons.SIGNED, is_explicit=is_here)


def _comes_from(reading: Reading, span: tuple[int, int]) -> bool:
    """Is the name followed by where they are from, or by the next fact after a comma?"""
    after = reading.flat[span[1] :]
    if _is_first_name(reading.flat[slice(*span)]):
        return bool(re.match(r"\s*(?:,|\b(?:from|de|dari|desde)\b)", after))
    origin = re.match(r"\s+(?:from|de|dari|desde|in|en|di)\s+(?=[a-z])", after)
    return origin is not None and reading.is_capital(span[0]) and reading.is_capital(span[1] + origin.end())


def _bare(reading: Reading, *, is_asked: bool) -> Iterator[Candidate]:
    """A line that is nothing but a name, perhaps with a title, a role or an emoji behind it."""
    for match in re.finditer(r"[^\n]+", reading.flat):
        start = match.start() + len(match[0]) - len(match[0].lstrip(" *-"))
        polite = (_POLITE if is_asked else _ANSWERING).match(reading.flat, start)
        span = _take(
            reading, polite.end() if polite else start, is_sure=False, is_signature=True, is_loose=is_asked
        )
        if span is not None and _stands_alone(reading, span, match.end(), is_asked=is_asked):
            sure = _bare_confidence(reading, span, is_asked=is_asked)
            yield Candidate(
                "name", _shown(reading, *span), *span, sure, reasons.ONLY_A_NAME, is_explicit=is_asked
            )


def _stands_alone(reading: Reading, span: tuple[int, int], stop: int, *, is_asked: bool) -> bool:
    """Is there nothing behind the name but manners, a role, or (when asked) an afterthought?"""
    rest = reading.flat[span[1] : stop]
    if not re.search(r"[a-z0-9]", _MANNERS.sub("", rest)) or _ROLE.match(rest):
        return True
    is_name = _is_first_name(reading.flat[slice(*span)]) or reading.is_capital(span[0])
    return is_asked and is_name and bool(re.match(r"\s?(?:[,&(-]|(?:and|y|dan|e)\b)", rest))


def _bare_confidence(reading: Reading, span: tuple[int, int], *, is_asked: bool) -> float:
    """How sure a bare name is: known first names most, lower-case words nobody asked for least."""
    known = _is_first_name(reading.flat[slice(*span)])
    if not is_asked:
        return 0.8 if known else 0.45
    return 0.92 if known else 0.78 if reading.is_capital(span[0]) else 0.7


def _take(
    reading: Reading, start: int, *, is_sure: bool, is_signature: bool = False, is_loose: bool = False
) -> tuple[int, int] | None:
    """The span of the name that starts here, or None when these words are no name."""
    flat = reading.flat
    while start < len(flat) and flat[start] == " ":
        start += 1
    title = re.match(_TITLE, flat[start:])
    first = start + (title.end() if title else 0)
    match = _NAME.match(flat, first)
    if match is None or "\n" in flat[start:first]:
        return None
    end, count = first, 0
    for token in re.finditer(_WORD, match[0]):
        gap = flat[end : first + token.start()] if count else " "
        word = token[0].rstrip(".'-")
        if word in _PARTICLES and count and _leads_to_place(flat, first + token.end()):
            break
        if (
            "\n" in gap
            or (count and gap.strip())
            or not _is_name_word(
                reading, first + token.start(), word, is_sure=is_sure, is_loose=is_loose, count=count
            )
        ):
            break
        end, count = first + token.start() + len(word), count + 1
        if token[0].endswith(".") and len(word) > 2:
            break
    while count > 1 and flat[first:end].split()[-1] in _PARTICLES:
        end = first + len(flat[first:end].rsplit(" ", 1)[0].rstrip())
        count -= 1
    return (
        (first, end)
        if count
        and _is_plausible(
            reading, first, end, is_sure=is_sure, is_signature=is_signature, has_title=first > start
        )
        else None
    )


def _leads_to_place(flat: str, start: int) -> bool:
    """Is what follows the particle a place ("Néstor de Posadas")?"""
    following = re.match(r"\s+([a-z]+(?:\s+[a-z]+)?)", flat[start:])
    return following is not None and any(
        _is_place(written) for written in (following[1], following[1].split()[0])
    )


def _is_name_word(
    reading: Reading, place: int, word: str, *, is_sure: bool, is_loose: bool, count: int
) -> bool:
    """May this word be part of a name?"""
    if word in _PARTICLES and count:
        return True
    if word in _not_names() and not (word in _first_names() and reading.is_capital(place)):
        return False
    if len(word) < 2:
        return False
    if count == 0 or reading.is_shouted():
        return True
    starts_small = not reading.is_capital(place)
    return not starts_small or word in _first_names() or ((is_sure or is_loose) and reading.text.islower())


def _is_plausible(
    reading: Reading, start: int, end: int, *, is_sure: bool, is_signature: bool, has_title: bool
) -> bool:
    """Is it a name rather than any other word? A lower-case word must be known, or introduced for sure."""
    words = reading.flat[start:end].split()
    if _is_place(reading.flat[start:end]) and words[0] not in _first_names():
        return False
    if len(words) > 1 and all(word in gazetteer() for word in words) and not is_sure:
        return False
    if words[0] in _first_names() or is_sure or is_signature or has_title:
        return True
    return reading.is_capital(start) and not reading.is_shouted()


def _is_place(written: str) -> bool:
    """Is it a place of the gazetteer that is hardly ever a name?"""
    place = gazetteer().get(written)
    return place is not None and not place.is_ambiguous


def _is_first_name(written: str) -> bool:
    """Does it start with a known first name?"""
    return bool(written) and written.split(maxsplit=1)[0] in _first_names()


def _shown(reading: Reading, start: int, end: int) -> str:
    """The name as it is written on an envelope."""
    written = " ".join(reading.quote(start, end).split())
    if not (written.islower() or written.isupper()):
        return written
    return " ".join(
        word if fold(word) in _PARTICLES else word[:1].upper() + word[1:].lower() for word in written.split()
    )


@cache
def _first_names() -> frozenset[str]:
    """First names known to the three languages' countries, folded."""
    return frozenset(fold(name) for name in load("names")["first"].split())


@cache
def _not_names() -> frozenset[str]:
    """Words that follow "I am" without being a name."""
    words = load("names")["not_names"].split()
    return frozenset(words) | frozenset(" ".join(load("markers").values()).split()) - {"de", "may"}
