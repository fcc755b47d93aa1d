"""The small checks that every part of a send request shares: known keys, kinds, lengths, media objects."""

import re
from collections.abc import Callable
from typing import Any

from simulator.meta_errors import GraphError, bad_value, missing, wrong


def only(given: dict[str, Any], allowed: set[str], where: str) -> None:
    """Refuses keys that Meta does not know at this place."""
    for key in given:
        if key not in allowed:
            raise wrong(f'Unexpected key "{key}" on {where}')


def part(given: dict[str, Any], key: str, kind: type) -> Any:
    """A required part of the right JSON kind; raises 131008 when missing, 100 when of another kind."""
    if key not in given:
        raise missing(f"The parameter {key} is required")
    value = given[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise wrong(f"Param {key} must be a JSON {kind.__name__}")
    return value


def text_of(
    given: dict[str, Any], key: str, longest: int, refuse: Callable[[str], GraphError] = bad_value
) -> str:
    """A required non-empty text of at most `longest` UTF-16 units."""
    value = part(given, key, str)
    length = len(value.encode("utf-16-le", "surrogatepass")) // 2
    if not 1 <= length <= longest:
        raise refuse(f"Param {key} must be 1 to {longest} characters long, it has {length}")
    return str(value)


def check_media(media: dict[str, Any], kind: str) -> None:
    """A media object: exactly one of id and link, caption where allowed."""
    extra = {"document": {"caption", "filename"}, "audio": {"voice"}, "sticker": set()}.get(kind, {"caption"})
    only(media, {"id", "link"} | extra, f'param "{kind}"')
    if ("id" in media) == ("link" in media):
        raise wrong(f"Param {kind} needs either id or link")
    text_of(media, "id" if "id" in media else "link", 2048, wrong)
    if "link" in media and not re.match(r"https?://", media["link"]):
        raise bad_value("Param link must be a http or https address")
    for name, longest in (("caption", 1024), ("filename", 240)):
        if name in media:
            text_of(media, name, longest)
    if "voice" in media:
        part(media, "voice", bool)
