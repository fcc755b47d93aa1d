"""In which of the workspace's languages a customer writes."""

import math
from functools import cache
from typing import Any

from agents.llm.offline.lexicons import load
from agents.llm.offline.reading import fold, words

SURE = 0.65
SWITCH_MARGIN = 0.35
CLEAR = 3
GREETINGS = {"hola": "es", "buenas": "es", "halo": "id", "hai": "id", "hello": "en", "hi": "en", "hey": "en"}


def detect(
    texts: list[str], languages: tuple[str, ...], current: str | None, default: str
) -> tuple[str, float]:
    """The language of these messages and a confidence 0..1.

    Two words or less never change the language of a conversation, and a longer text only when it is clearly
    in another: customers mix in words of other languages all the time.
    """
    known = tuple(dict.fromkeys(language for language in languages if language)) or (default,)
    flat = fold(" ".join(texts))
    shares = _shares(flat, known)
    best = max(shares, key=lambda language: (shares[language], language == current, language == default))
    if current in shares:
        return _keep_or_switch(flat, shares, best, current or default)
    if shares[best] < 0.4 or (not _markers(flat, best) and shares[best] < 0.9):
        return (default if default in known else known[0], shares[best])
    return (best, shares[best])


def _keep_or_switch(flat: str, shares: dict[str, float], best: str, current: str) -> tuple[str, float]:
    """Stay with the conversation's language unless another one is clearly ahead."""
    written = words(flat)
    told, kept = _markers(flat, best), _markers(flat, current)
    is_clear = told >= 2 and told > 2 * kept and shares[best] - shares[current] > SWITCH_MARGIN
    is_greeting = bool(written) and GREETINGS.get(written[0]) == best and len(written) <= 3
    if best != current and (is_clear or (is_greeting and shares[best] > SURE)):
        return (best, shares[best])
    return (current, max(shares[current], 0.5))


def _shares(flat: str, languages: tuple[str, ...]) -> dict[str, float]:
    """How likely each language is, from its small words and from its letters; sums to 1."""
    counts = {language: _markers(flat, language) for language in languages}
    total = sum(counts.values())
    best = max(counts.values())
    # the small words alone tell in most messages: the identifier is for the others
    letters = {} if best >= CLEAR and best == total else _letters(flat, languages)
    weight = total / (total + 1.0)
    return {
        language: weight * (counts[language] / total if total else 0.0)
        + (1 - weight) * letters.get(language, 1 / len(languages))
        for language in languages
    }


def _markers(flat: str, language: str) -> float:
    """How many words tell for this language; chat abbreviations count half."""
    marks, short = _marker_words(language)
    return sum(1.0 if word in marks else 0.5 if word in short else 0.0 for word in words(flat))


@cache
def _marker_words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The small words and the abbreviations of a language."""
    marks = frozenset(load("markers").get(language, "").split())
    return marks, frozenset(load("abbreviations").get(language, {})) - marks


def _letters(flat: str, languages: tuple[str, ...]) -> dict[str, float]:
    """What the statistical identifier says; even shares for texts too short to tell."""
    known = tuple(language for language in languages if language in load("markers"))
    if len(words(flat)) < 2 or len(known) < 2:
        return {}
    return {
        language: float(share) for language, share in _identifier(known).rank(flat) if math.isfinite(share)
    }


@cache
def _identifier(languages: tuple[str, ...]) -> Any:
    """The identifier restricted to these languages: unrestricted it is right far less often."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - half a second, on first use

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(languages))
    return identifier
