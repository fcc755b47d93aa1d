"""A person's chat as their phone shows it: bubbles in order, ticks, choices to tap, typing."""

import json
from typing import Any

from simulator.numbers import BusinessNumber
from simulator.people import Person
from simulator.world import World

SHOWN = 300  # bubbles


def thread(world: World, number: BusinessNumber, person: Person) -> dict[str, Any]:
    """The chat of this person with this number. `in` is what the person wrote, as in the product."""
    bubbles = _written(world, number, person) + _received(world, number, person)
    bubbles.sort(key=lambda bubble: bubble["at"])
    bubbles, reactions = _apart(bubbles)
    for bubble in bubbles:
        bubble["reactions"] = reactions.get(bubble["wamid"], [])
    return {
        "bubbles": bubbles[-SHOWN:],
        "typing": world.hub.is_typing(number.phone_number_id, person.key),
    }


def choices_of(body: dict[str, Any]) -> list[dict[str, str]]:
    """What a person can tap below a message: buttons or rows (`type`, `id`, `title`, `description`)."""
    action = body.get("interactive", {}).get("action", {})
    buttons = [{"type": "button_reply", **button["reply"]} for button in action.get("buttons", [])]
    rows = [
        {"type": "list_reply", **row} for section in action.get("sections", []) for row in section["rows"]
    ]
    return buttons + rows


def _written(world: World, number: BusinessNumber, person: Person) -> list[dict[str, Any]]:
    """What the person wrote, with ticks: sent, delivered (the product took it), read."""
    sql = "SELECT * FROM said WHERE person = ? AND number = ? ORDER BY n DESC LIMIT ?"
    rows = world.store.rows(sql, (person.key, number.phone_number_id, SHOWN))
    return [_written_bubble(row) for row in rows]


def _written_bubble(row: dict[str, Any]) -> dict[str, Any]:
    message = json.loads(row["message"])
    media = message.get(row["type"], {}) if isinstance(message.get(row["type"]), dict) else {}
    tick = "read" if row["read"] else "delivered" if row["reached"] else "sent"
    return {
        "wamid": row["wamid"],
        "direction": "in",
        "type": row["type"],
        "text": row["text"],
        "at": row["said"],
        "tick": tick,
        "media": _media(row["type"], media),
        "about": media.get("message_id") or message.get("context", {}).get("id"),
    }


def _received(world: World, number: BusinessNumber, person: Person) -> list[dict[str, Any]]:
    """What reached the person; messages that will fail never get to the phone."""
    sql = "SELECT * FROM accepted WHERE person = ? AND number = ? AND fate = 'ok' ORDER BY n DESC LIMIT ?"
    rows = world.store.rows(sql, (person.key, number.phone_number_id, SHOWN))
    return [_received_bubble(row) for row in rows]


def _received_bubble(row: dict[str, Any]) -> dict[str, Any]:
    body = json.loads(row["body"])
    content = body.get(row["type"], {})
    interactive = body.get("interactive", {})
    return {
        "wamid": row["wamid"],
        "direction": "out",
        "type": row["type"],
        "text": row["text"],
        "at": row["accepted"],
        "media": _media(row["type"], content),
        "about": content.get("message_id") or body.get("context", {}).get("message_id"),
        "header": interactive.get("header", {}).get("text"),
        "footer": interactive.get("footer", {}).get("text"),
        "choices": choices_of(body),
        "menu": interactive.get("action", {}).get("button"),
    }


def _media(kind: str, content: dict[str, Any]) -> dict[str, Any] | None:
    """A file of a bubble; its bytes are at `/phone/media/{id}`."""
    if kind not in {"image", "video", "audio", "document", "sticker"}:
        return None
    keep = ("id", "link", "filename", "mime_type")
    return {name: content[name] for name in keep if name in content}


def _apart(bubbles: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """Bubbles without the reactions, and the last reaction of each side by the message it is about."""
    latest: dict[tuple[str, str], str] = {}
    for bubble in bubbles:
        if bubble["type"] == "reaction" and bubble["about"]:
            latest[bubble["about"], bubble["direction"]] = bubble["text"]
    reactions: dict[str, list[str]] = {}
    for (about, _), emoji in latest.items():
        reactions.setdefault(about, []).extend([emoji] if emoji else [])
    return [bubble for bubble in bubbles if bubble["type"] != "reaction"], reactions
