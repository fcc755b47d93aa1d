"""People writing to the business: from a few plain words to the exact message object of Meta."""

from typing import Any

from simulator.books import Books
from simulator.clock import Clock
from simulator.delivery import Delivery
from simulator.envelopes import message, message_change
from simulator.hub import Hub
from simulator.media import Media
from simulator.numbers import BusinessNumber
from simulator.people import People, Person, digits
from simulator.refusals import BadRequestError
from simulator.samples import MIME_TYPES
from simulator.wamids import new_wamid

KNOWN = {
    "number", "from", "name", "user_id", "username", "receipts", "type", "text", "raw", "count", "reply_to",
    "referral", "timestamp", "caption", "filename", "media_base64", "mime_type", "latitude", "longitude",
    "address", "place", "emoji", "message_id", "id", "title", "description", "payload", "contacts",
}  # fmt: skip


class Inbound:
    """Makes messages of people, books them and hands them to the delivery."""

    def __init__(
        self, books: Books, clock: Clock, people: People, *, delivery: Delivery, hub: Hub, media: Media
    ) -> None:
        """Knows the shelves it writes to."""
        self._books, self._clock, self._people = books, clock, people
        self._delivery, self._hub, self._media = delivery, hub, media

    def say(self, number: BusinessNumber, given: dict[str, Any]) -> list[str]:
        """Sends the described message `count` times (`{n}` in the text is its number); answers the wamids."""
        if unknown := set(given) - KNOWN:
            raise BadRequestError(f"unknown in an inbound message: {', '.join(sorted(unknown))}")
        if not isinstance(given.get("raw", {}), dict):
            raise BadRequestError("raw is a JSON object to lay over the message")
        person = self._person(given)
        return [self._say_one(number, person, given, n) for n in range(1, int(given.get("count", 1)) + 1)]

    def _person(self, given: dict[str, Any]) -> Person:
        wa_id = digits(given["from"]) if given.get("from") else ""
        known = {name: given[name] for name in ("name", "user_id", "username", "receipts") if name in given}
        return self._people.meet(wa_id, **known)

    def _say_one(self, number: BusinessNumber, person: Person, given: dict[str, Any], n: int) -> str:
        said = float(given.get("timestamp", self._clock.now()))
        kind, content, text = self._content(number, given, n)
        wamid = new_wamid(person.key, inbound=True)
        item = merged(
            message(person, wamid, said, kind, content | self._around(number, given)), given.get("raw", {})
        )
        self._books.say(number=number.phone_number_id, person=person.key, text=text, message=item, said=said)
        change = message_change(number, person, item)
        where = (number.phone_number_id, person.key)
        self._delivery.add(*where, "message", change, due=self._clock.now(), wamid=item["id"])
        self._hub.changed(person.key)
        return str(item["id"])

    def _around(self, number: BusinessNumber, given: dict[str, Any]) -> dict[str, Any]:
        """The parts any type may carry: the quoted message, the advertisement."""
        parts: dict[str, Any] = {}
        if "reply_to" in given:
            parts["context"] = {"from": number.display_phone_number, "id": given["reply_to"]}
        if "referral" in given:
            parts["referral"] = given["referral"]
        return parts

    def _content(
        self, number: BusinessNumber, given: dict[str, Any], n: int
    ) -> tuple[str, dict[str, Any], str]:
        """The type Meta gives it, the type's objects, and the words a person would read."""
        kind = str(given.get("type", "text"))
        text = str(given.get("text", "")).replace("{n}", str(n))
        if kind == "text":
            return kind, {"text": {"body": text}}, text
        if kind in MIME_TYPES:
            return (
                kind,
                {kind: self._media.sent_by_person(number, kind, given)},
                str(given.get("caption", "")),
            )
        if kind in CONTENTS:
            return CONTENTS[kind](given, text)
        if kind == "unsupported":
            return kind, unsupported(), "[unsupported]"
        return kind, {kind: {}}, f"[{kind}]"


def _location(given: dict[str, Any], text: str) -> tuple[str, dict[str, Any], str]:
    pin: dict[str, Any] = {
        "latitude": given.get("latitude", -6.914744),
        "longitude": given.get("longitude", 107.60981),
    }
    named = {"name": given.get("place") or text, "address": given.get("address")}
    pin |= {name: value for name, value in named.items() if value}
    return "location", {"location": pin}, str(pin.get("name", "")) or f"{pin['latitude']}, {pin['longitude']}"


def _reaction(given: dict[str, Any], text: str) -> tuple[str, dict[str, Any], str]:
    emoji = given.get("emoji", text)
    reaction = {"message_id": given.get("message_id", "")} | ({"emoji": emoji} if emoji else {})
    return "reaction", {"reaction": reaction}, str(emoji)


def _choice(kind: str, given: dict[str, Any], text: str) -> tuple[str, dict[str, Any], str]:
    title = str(given.get("title", text))
    reply = {"id": given.get("id", title), "title": title}
    if kind == "list_reply" and given.get("description"):
        reply["description"] = given["description"]
    return "interactive", {"interactive": {"type": kind, kind: reply}}, title


def _button(given: dict[str, Any], text: str) -> tuple[str, dict[str, Any], str]:
    words = str(given.get("title", text))
    return "button", {"button": {"payload": given.get("payload", words), "text": words}}, words


def _contacts(given: dict[str, Any], text: str) -> tuple[str, dict[str, Any], str]:
    card = {"name": {"formatted_name": text, "first_name": text}, "phones": []}
    return "contacts", {"contacts": given.get("contacts", [card])}, text


def _edit(given: dict[str, Any], text: str) -> tuple[str, dict[str, Any], str]:
    new = {"type": "text", "text": {"body": text}}
    return "edit", {"edit": {"original_message_id": given.get("message_id", ""), "message": new}}, text


def _revoke(given: dict[str, Any], text: str) -> tuple[str, dict[str, Any], str]:
    del text
    return "revoke", {"revoke": {"original_message_id": given.get("message_id", "")}}, "[deleted a message]"


CONTENTS = {
    "edit": _edit,
    "revoke": _revoke,
    "location": _location,
    "reaction": _reaction,
    "button_reply": lambda given, text: _choice("button_reply", given, text),
    "list_reply": lambda given, text: _choice("list_reply", given, text),
    "button": _button,
    "contacts": _contacts,
}


def unsupported() -> dict[str, Any]:
    """What Meta sends instead of a poll, a view-once photo and the like."""
    details = {"details": "Message type is currently not supported."}
    trouble = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    return {"errors": [trouble | {"error_data": details}], "unsupported": {"type": "unknown"}}


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with `over` laid on top, objects merged at every depth."""
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result
