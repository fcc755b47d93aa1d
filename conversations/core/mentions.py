"""Who a note calls by "@" and their name. Plain texts in and out."""

from collections.abc import Iterable, Mapping
from uuid import UUID

MARK = "@"


def mentioned(text: str, names: Mapping[str, UUID]) -> list[UUID]:
    """The people whose name stands behind an "@", in order, each once. The longest name that fits is meant."""
    found = (names[name] for part, name in _walk(text, names) if name)
    return list(dict.fromkeys(found))


def pieces(text: str, names: Iterable[str]) -> list[tuple[str, bool]]:
    """The text cut at its mentions: (words, whether they call somebody)."""
    return [(part, bool(name)) for part, name in _walk(text, list(names))]


def handles(people: Iterable[tuple[UUID, str, str]]) -> dict[str, UUID]:
    """How each of (id, name, e-mail) may be called: by the name, if nobody shares it, and by the address."""
    people = list(people)
    named = [name.casefold() for _, name, _ in people]
    unique = {name: id_ for id_, name, _ in people if name and named.count(name.casefold()) == 1}
    return unique | {email: id_ for id_, _, email in people}


def _walk(text: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """The text in parts, each with the name it calls; empty for words in between."""
    longest_first = sorted(names, key=len, reverse=True)
    parts: list[tuple[str, str]] = []
    plain, at = 0, text.find(MARK)
    while at >= 0:
        name = _called(text, at, longest_first)
        if name:
            parts += [(text[plain:at], ""), (text[at : at + 1 + len(name)], name)]
            plain = at + 1 + len(name)
        at = text.find(MARK, max(at + 1, plain))
    return [part for part in [*parts, (text[plain:], "")] if part[0]]


def _called(text: str, at: int, names: list[str]) -> str:
    """Whose name stands right behind this "@": a word of its own, and not the middle of an address."""
    if at and text[at - 1].isalnum():
        return ""
    rest = text[at + 1 :]
    for name in names:
        begins = rest[: len(name)].casefold() == name.casefold()
        if begins and not rest[len(name) : len(name) + 1].isalnum():
            return name
    return ""
