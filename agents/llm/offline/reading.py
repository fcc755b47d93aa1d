"""A message made readable for lexicons: lower case, no accents, spelt out, and every letter still
knows where it stood in what the customer wrote."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.llm.offline.lexicons import load
from agents.llm.offline.phrasebook import pattern

Cell = tuple[str, int, int]
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
# a customer says what matters in the first lines; what is longer was pasted
LONGEST_MESSAGE = 1500
LONGEST_BATCH = 4000
SHORTEST_PART = 60
_CONNECTIVES = (
    "for|with|in|at|from|to|of|and|my|our|a|an|the|need|want|para|pa|por|con|en|de|y|mi|un|una|el|la|necesito|quiero|busco"
    "|untuk|utk|buat|dengan|di|dari|dan|sama|mau|butuh|cari|punya|is|es|adalah|about|like|around|unos|sekitar|budget"
)
_OPEN_END = pattern("reading_open_end", r"(?:^|\s)(?:<phrases>)$")
_OPEN_START = re.compile(r"\s*(?:for|para|pa|untuk|utk|buat|with|con|dengan|and|dan)\s*$")


@dataclass(frozen=True, slots=True)
class Part:
    """Where one message stands in the text of a batch."""

    message_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A batch's `text` and its folded form `flat`; `starts` and `ends` map each letter of `flat` back."""

    text: str
    flat: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    parts: tuple[Part, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in `text` of `flat[start:end]`."""
        if start >= end:
            return (0, 0)
        return (self.starts[start], self.ends[end - 1])

    def quote(self, start: int, end: int) -> str:
        """What the customer wrote where `flat[start:end]` stands."""
        first, last = self.span(start, end)
        return self.text[first:last]

    def locate(self, start: int, end: int) -> tuple[str, int, int]:
        """Message id and place inside that message of `flat[start:end]`, cut at the message's end."""
        first, last = self.span(start, end)
        for part in self.parts:
            if part.start <= first < part.end:
                return part.message_id, first - part.start, min(last, part.end) - part.start
        return (self.parts[0].message_id if self.parts else "", 0, 0)

    def is_capital(self, start: int) -> bool:
        """Does the word at this place of `flat` start with a capital, in a text that is not shouted?"""
        return self.text[self.starts[start]].isupper() and not self.is_shouted()

    def is_shouted(self) -> bool:
        """Is the batch written in capitals only? Then capitals say nothing about names."""
        return self.text.isupper() and len(self.text) > 3


def fold(text: str) -> str:
    """The folded form of a lexicon entry or a value: lower case, no accents, long letters shortened."""
    return "".join(cell[0] for cell in _cells(text))


def read(messages: Sequence[tuple[str, str]], language: str) -> Reading:
    """The (id, text) messages as one folded text, with the language's chat abbreviations spelt out.

    Fragments of one sentence ("logo", "for", "juice bar") are joined by a space, other messages by a line.
    """
    most = min(LONGEST_MESSAGE, max(SHORTEST_PART, LONGEST_BATCH // max(1, len(messages))))
    text, parts = _join([(message_id, text[:most]) for message_id, text in messages])
    cells = _spell_out(list(_cells(text)), load("abbreviations").get(language, {}))
    return Reading(
        text=text,
        flat="".join(cell[0] for cell in cells),
        starts=tuple(cell[1] for cell in cells),
        ends=tuple(cell[2] for cell in cells),
        parts=parts,
    )


def is_open(text: str) -> bool:
    """Does the text end in the middle of a sentence: on a preposition, an article, "and" or a comma?"""
    flat = fold(text).strip()
    return bool(_OPEN_END.search(flat)) or flat.endswith((",", "...", "…", "-"))


def _join(messages: list[tuple[str, str]]) -> tuple[str, tuple[Part, ...]]:
    """The messages as one text, and where each of them stands in it."""
    text, parts = "", []
    for message_id, written in messages:
        if text:
            is_one_sentence = is_open(
                text.splitlines()[-1] if text.splitlines() else ""
            ) or _OPEN_START.match(fold(written))
            text += " " if is_one_sentence else "\n"
        parts.append(Part(message_id, len(text), len(text) + len(written)))
        text += written
    return text, tuple(parts)


def words(flat: str) -> list[str]:
    """The words of a folded text, in order."""
    return _WORD.findall(flat)


def _cells(text: str) -> list[Cell]:
    """One cell per folded letter: the letter, and where it starts and ends in the text."""
    cells: list[Cell] = []
    for place, letter in enumerate(text.translate(_QUOTES)):
        bare = unicodedata.normalize("NFKD", letter).lower()
        kept = [part for part in bare if not unicodedata.combining(part)]
        if not kept and cells:
            cells[-1] = (cells[-1][0], cells[-1][1], place + 1)
        cells.extend((part, place, place + 1) for part in kept)
    return list(_shorten(cells))


def _shorten(cells: list[Cell]) -> Iterator[Cell]:
    """Letters written three times or more, once: "hellooo" -> "hello". Digits stay."""
    place = 0
    while place < len(cells):
        stop = place
        while stop < len(cells) and cells[stop][0] == cells[place][0]:
            stop += 1
        run = cells[place:stop]
        if len(run) > 2 and run[0][0].isalpha():
            run = [(run[0][0], run[0][1], run[-1][2])]
        yield from run
        place = stop


def _spell_out(cells: list[Cell], abbreviations: dict[str, str]) -> list[Cell]:
    """The cells with every abbreviated word replaced; all its letters point at the whole word."""
    flat = "".join(cell[0] for cell in cells)
    spelt: list[Cell] = []
    done = 0
    for word in _WORD.finditer(flat):
        full = abbreviations.get(word[0]) or _doubled(word[0])
        if full is None or full == word[0]:
            continue
        start, end = cells[word.start()][1], cells[word.end() - 1][2]
        spelt += cells[done : word.start()] + [(letter, start, end) for letter in full]
        done = word.end()
    return spelt + cells[done:]


def _doubled(word: str) -> str | None:
    """How Indonesian chats write a word twice: "oleh2" -> "oleh-oleh"; None for other words."""
    stem = word.removesuffix("2")
    return f"{stem}-{stem}" if stem != word and len(stem) > 2 and stem.isalpha() else None
