"""Who a message is from (or, of an echo, to): addresses, name and username."""

from collections.abc import Mapping
from typing import Any

from conversations.channels.port import Address

LONGEST = 200
BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}


def text_of(given: Any, what: str) -> str:
    """The given text, or a TypeError that names it."""
    if not isinstance(given, str):
        raise TypeError(f"{what} is not a text")
    return given


def part_of(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part that should be an object; an empty one when it is not."""
    part = item.get(name)
    return part if isinstance(part, dict) else {}


def without_controls(text: str) -> str:
    """Fit for lists and file dialogs: no control characters, no bidi overrides."""
    return "".join(c for c in text if c.isprintable() and ord(c) not in BIDI).strip()


def profile_of(value: Mapping[str, Any], number: Any, user: Any) -> Mapping[str, Any]:
    """The contact entry with this number or user id, never by position."""
    contacts = value.get("contacts")
    for contact in contacts if isinstance(contacts, list) else []:
        if not isinstance(contact, dict):
            continue
        same_number = contact.get("wa_id") and contact.get("wa_id") == number
        same_user = contact.get("user_id") and contact.get("user_id") == user
        if same_number or same_user:
            return contact
    return {}


def addresses(number: Any, user: Any, parent: Any = None) -> tuple[Address, ...]:
    """Every way somebody can be recognised; the number may be empty, then the user id stands alone."""
    given = (("wa_id", number), ("bsuid", user), ("parent_bsuid", parent))
    if any(isinstance(value, str) and len(value) > LONGEST for _, value in given):
        raise ValueError("a sender's id is too long")
    return tuple(Address(kind, value) for kind, value in given if isinstance(value, str) and value)


def people_in(
    value: Mapping[str, Any], item: Mapping[str, Any], *, side: str = "from"
) -> tuple[tuple[Address, ...], str, str]:
    """The customer's addresses, name and username; `side` is "to" in what was written on our side."""
    profile = profile_of(value, item.get(side), item.get(f"{side}_user_id"))
    found = addresses(
        item.get(side) or profile.get("wa_id"),
        item.get(f"{side}_user_id") or profile.get("user_id"),
        item.get(f"{side}_parent_user_id") or profile.get("parent_user_id"),
    )
    if not found:
        who = "nobody sent it" if side == "from" else "it was written to nobody"
        raise ValueError(f"{who}: {side} and {side}_user_id are empty")
    person = part_of(profile, "profile")
    return found, _line(person.get("name")), _line(person.get("username")).removeprefix("@")


def _line(given: Any) -> str:
    return without_controls(given)[:LONGEST] if isinstance(given, str) else ""
