"""Texts as people type them when they look for something."""

import re
import unicodedata
from dataclasses import dataclass

SHORTEST = 2  # letters; one alone finds everybody
LONGEST = 100
WORDS = 6
DIGITS = 4  # fewer could be anything
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")  # +62 (0)811: nobody dials both


def fold(text: str) -> str:
    """Lower case without accents: how texts are compared and searched."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spread if not unicodedata.combining(c)).casefold()


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: the text as typed, its folded words, and its digits when it is a number."""

    text: str
    words: tuple[str, ...]
    digits: str

    @property
    def folded(self) -> str:
        """The words on one line."""
        return " ".join(self.words)

    @property
    def is_usual(self) -> bool:
        """Words of three letters and more, or a number: what such a search asks depends on no word."""
        words = (*self.words, *self.text.split())
        is_read_as_it_is = not set(self.text) & set("%_\\")  # not so in LIKE
        is_of_a_kind = bool(self.digits) or all(word.isalpha() for word in words)
        return is_read_as_it_is and is_of_a_kind and min(map(len, words), default=0) > SHORTEST

    @property
    def is_too_short(self) -> bool:
        """True while nothing could be found but everything."""
        return not self.digits and max(map(len, self.words), default=0) < SHORTEST


def wanted(text: str) -> Wanted:
    """Read a search. A number loses what countries and habits put in front: 0811 and 0062 811 are +62 811."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    digits = "".join(c for c in _TRUNK_ZERO.sub("", text) if c.isdecimal() and c.isascii())
    is_number = len(digits) >= DIGITS and not any(c.isalpha() or c == "@" for c in text)
    return Wanted(text, tuple(fold(text).split()[:WORDS]), digits.lstrip("0") if is_number else "")


def around(text: str, words: tuple[str, ...], width: int = 120) -> str:
    """The part of a text in which the first of these words stands."""
    line, place = " ".join(text.split()), -1
    for word in words:
        place = fold(line).find(word) if place < 0 else place
    start = max(0, place - width // 4)
    start = line.rfind(" ", 0, start) + 1 if start else 0
    cut = line[start : start + width]
    return f"{'…' if start else ''}{cut}{'…' if len(line) > start + width else ''}"
