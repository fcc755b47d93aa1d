"""Tells words from keyboard noise, by the pairs of letters that occur in names, places and lexicons."""

import re
from collections import Counter
from functools import cache

from agents.llm.offline.lexicons import load
from agents.llm.offline.places import gazetteer
from agents.llm.offline.reading import fold

_WORD = re.compile(r"[a-z]+")
SEEN_ENOUGH = 3


def is_noise(flat: str) -> bool:
    """Is the folded text nothing anybody could read: letters at random, or marks only?"""
    words = [word for word in _WORD.findall(flat) if len(word) > 2]
    if not words:
        return not re.search(r"[a-z0-9]", flat) and bool(re.fullmatch(r"[\W_]+", flat))
    if any(word in _vocabulary() or word in _short_forms() for word in words):
        return False
    pairs = [pair for word in words for pair in _pairs_of(word)]
    rare = sum(1 for pair in pairs if _pairs()[pair] < SEEN_ENOUGH)
    has_vowels = all(re.search(r"[aeiouy]", word) for word in words)
    return (rare >= 2 and rare * 5 >= len(pairs)) or not has_vowels


def _pairs_of(word: str) -> list[str]:
    """The pairs of letters of a word."""
    return [word[place : place + 2] for place in range(len(word) - 1)]


@cache
def _vocabulary() -> frozenset[str]:
    """Every word of the lexicons."""
    return frozenset(_WORD.findall(fold(_all_text())))


@cache
def _short_forms() -> frozenset[str]:
    """Chat abbreviations of all languages: words, though they hardly look it."""
    return frozenset(word for words in load("abbreviations").values() for word in words)


@cache
def _pairs() -> Counter[str]:
    """How many different words of the lexicons hold each pair of letters."""
    return Counter(pair for word in _vocabulary() for pair in set(_pairs_of(word)))


def _all_text() -> str:
    """All lexicons as one text."""
    businesses, names, services = load("businesses"), load("names"), load("services")
    return " ".join(
        [
            *businesses["types"].values(), businesses["generic"], *businesses["products"],
            names["first"], names["not_names"], services["nouns"], services["phrases"],
            *load("markers").values(),
            *(full for words in load("abbreviations").values() for full in words.values()),
            *gazetteer(),
        ]
    )  # fmt: skip
