"""Noun phrases in chat: where they end, and what of them is only manners."""

import re

from agents.llm.offline.phrasebook import pattern

REACH = 120
_ENDS = re.compile(r"[.!?;:,()\n\"|/]| - |\s-\s|\.\.|[\U0001F000-\U0001FAFF\u2600-\u27BF\u2190-\u21ff]")
_LEAD = pattern("phrases_lead", r"(?:(?:<phrases>)\s+)+")
_TAIL = pattern("phrases_tail", r"(?:\s+(?:<phrases>))+$")

_CODA = pattern("phrases_coda", r",?\s+(?:<phrases>)(?: for now| por ahora| dulu)?$")


def trim(flat: str, start: int, end: int) -> tuple[int, int]:
    """The same span without articles before it and politeness after it."""
    written = flat[start:end]
    if coda := _CODA.search(written.rstrip(" .!")):
        end = start + coda.start()
        written = flat[start:end]
    start += len(written) - len(written.lstrip(" -*:,.'\""))
    if lead := _LEAD.match(flat, start, end):
        start = lead.end()
    tail = _TAIL.search(flat[start:end].rstrip(" .,!?-*'\""))
    stop = start + (tail.start() if tail else len(flat[start:end].rstrip(" .,!?-*'\"")))
    return start, max(start, stop)


def clause_end(flat: str, start: int, stops: re.Pattern[str], *, most_words: int) -> int:
    """Where the phrase that starts here ends: at a mark, a stop word, or after so many words."""
    mark = _ENDS.search(flat, start)
    end = mark.start() if mark else len(flat)
    if mark and mark[0] == "." and flat[mark.end() : mark.end() + 1].isalnum():
        end = clause_end(flat, mark.end(), stops, most_words=most_words)
    stop = stops.search(flat, start, end)
    if stop and stop.start() > start:
        end = stop.start()
    listed = list(re.finditer(r"\S+", flat[start:end]))
    return start + listed[most_words - 1].end() if len(listed) > most_words else end


def behind(flat: str, start: int) -> str:
    """The words just before `start`: what decides about a phrase stands close to it, and a long message
    must not be searched from its beginning for every word."""
    return flat[max(0, start - REACH) : start]


def lines(flat: str) -> list[tuple[int, int]]:
    """The lines of a folded batch as spans, empty ones left out."""
    return [(match.start(), match.end()) for match in re.finditer(r"[^\n]+", flat) if match[0].strip()]


def sentences(flat: str) -> list[tuple[int, int]]:
    """The sentences of a folded batch as spans; a point inside a number or an address does not end one."""
    return [
        (match.start(), match.end())
        for match in re.finditer(r"(?:[^\n.!?;]|[.](?=\w))+[.!?]*", flat)
        if match[0].strip(" .!?")
    ]
