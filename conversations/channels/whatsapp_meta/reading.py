"""Meta's webhooks as plain values: all entries x changes x messages x statuses; one bad item never takes others along.

Shapes: WhatsApp Cloud API webhooks, "messages" field and others.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from conversations.channels.port import (
    Address,
    InboundMessage,
    InboundOther,
    InboundReceipt,
    InboundThing,
    Reading,
    Unreadable,
)

STATUSES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "played", "failed": "failed"}
PLACEHOLDERS = {
    "image": "Photo",
    "video": "Video",
    "audio": "Voice message",
    "document": "Document",
    "sticker": "Sticker",
    "location": "Location",
    "contacts": "Contact card",
    "order": "Order from the catalogue",
    "reaction": "Reaction",
    "system": "System notice",
    "edit": "The customer edited a message",
    "revoke": "The customer deleted a message",
    "unsupported": "A kind of message that WhatsApp doesn't pass on",
}


def read(body: bytes) -> Reading:
    """Everything in a delivery; ValueError when it is not a JSON object with a list of entries."""
    document = _storable(json.loads(body, parse_constant=_no_constants, parse_float=_finite))
    if not isinstance(document, dict) or not isinstance(document.get("entry"), list):
        raise ValueError("not a WhatsApp webhook: no list of entries")
    things: list[InboundThing] = []
    unreadable: list[Unreadable] = []
    for part, reader in _parts(document, unreadable):
        try:
            things.append(reader())
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            unreadable.append(_unreadable(f"{type(error).__name__}: {error}", part))
    return Reading(tuple(things), tuple(unreadable))


def _no_constants(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _storable(given: Any) -> Any:
    """Texts without what a database can't hold: NUL, and halves of surrogate pairs."""
    if isinstance(given, str):
        return given.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(given, list):
        return [_storable(part) for part in given]
    if isinstance(given, dict):
        return {_storable(key): _storable(value) for key, value in given.items()}
    return given


def _parts(document: Mapping[str, Any], unreadable: list[Unreadable]) -> Iterator[tuple[Any, Any]]:
    """Each item with the function that reads it."""
    for entry in document["entry"]:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            unreadable.append(_unreadable("an entry without a list of changes", entry))
            continue
        for change in changes:
            yield from _parts_of_change(entry, change, unreadable)


def _parts_of_change(
    entry: Mapping[str, Any], change: Any, unreadable: list[Unreadable]
) -> Iterator[tuple[Any, Any]]:
    value = change.get("value") if isinstance(change, dict) else None
    if not isinstance(value, dict):
        unreadable.append(_unreadable("a change without a value", change))
        return
    if change.get("field") != "messages":
        yield change, lambda: _other(entry, change, str(change.get("field") or "unknown"))
        return
    items = 0
    for name, reader in (("messages", _message), ("statuses", _receipt)):
        given = value.get(name, [])
        if not isinstance(given, list):
            unreadable.append(_unreadable(f"`{name}` is not a list", given))
            continue
        for item in given:
            items += 1
            yield item, lambda item=item, reader=reader: reader(value, item)
    if not items and value.get("errors"):
        yield change, lambda: _other(entry, change, "account_error")


def _account(value: Mapping[str, Any]) -> str:
    metadata = value.get("metadata")
    return str(metadata.get("phone_number_id") or "") if isinstance(metadata, dict) else ""


def _time(given: Any) -> datetime:
    return datetime.fromtimestamp(int(given), tz=UTC)


def _text_of(given: Any, what: str) -> str:
    if not isinstance(given, str):
        raise TypeError(f"{what} is not a text")
    return given


def _message(value: Mapping[str, Any], item: Mapping[str, Any]) -> InboundMessage:
    kind = _text_of(item["type"], "type")
    profile = _profile(value, item)
    senders = _senders(item, profile)
    if not senders:
        raise ValueError("nobody sent it: from and from_user_id are empty")
    context = item.get("context")
    return InboundMessage(
        external_id=_id(item),
        account=_account(value),
        senders=senders,
        sender_name=_name(profile),
        kind=kind,
        text=_shown(kind, item),
        sent_at=_time(item["timestamp"]),
        reply_to=str(context.get("id") or "")[:250] if isinstance(context, dict) else "",
        group_id=str(item.get("group_id") or ""),
        raw=item,
    )


def _id(item: Mapping[str, Any]) -> str:
    given = _text_of(item["id"], "id")
    if not given or len(given) > 250:
        raise ValueError("id is empty or too long")
    return given


def _profile(value: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The contact entry that belongs to the message: by number or user id, never by position."""
    contacts = value.get("contacts")
    for contact in contacts if isinstance(contacts, list) else []:
        if not isinstance(contact, dict):
            continue
        same_number = contact.get("wa_id") and contact.get("wa_id") == item.get("from")
        same_user = contact.get("user_id") and contact.get("user_id") == item.get("from_user_id")
        if same_number or same_user:
            return contact
    return {}


def _senders(item: Mapping[str, Any], profile: Mapping[str, Any]) -> tuple[Address, ...]:
    """Every way this sender can be recognised; the number may be empty, then the user id stands alone."""
    given = (
        ("wa_id", item.get("from") or profile.get("wa_id")),
        ("bsuid", item.get("from_user_id") or profile.get("user_id")),
    )
    if any(isinstance(value, str) and len(value) > 200 for _, value in given):
        raise ValueError("a sender's id is too long")
    return tuple(Address(kind, value) for kind, value in given if isinstance(value, str) and value)


def _name(profile: Mapping[str, Any]) -> str:
    person = profile.get("profile")
    name = person.get("name") if isinstance(person, dict) else None
    return _without_controls(name)[:200] if isinstance(name, str) else ""


def _without_controls(text: str) -> str:
    """Names are shown in lists: no control characters, no bidi overrides."""
    bidi = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}
    return "".join(c for c in text if c.isprintable() and ord(c) not in bidi).strip()


def _shown(kind: str, item: Mapping[str, Any]) -> str:
    """The words people see: the text, the tapped button's title, a caption, else a placeholder."""
    part = item.get(kind)
    if kind == "text":
        return _text_of(cast("dict[str, Any]", part)["body"], "text.body")
    if not isinstance(part, dict):
        return PLACEHOLDERS.get(kind, f"A message of a kind not known yet ({kind[:40]})")
    if kind == "button":
        return _text_of(part.get("text", ""), "button.text")
    if kind == "interactive":
        return _tapped(part)
    if kind == "reaction":
        return str(part.get("emoji") or "Reaction removed")
    caption = part.get("caption")
    return caption if isinstance(caption, str) and caption else _placeholder(kind, part)


def _placeholder(kind: str, part: Mapping[str, Any]) -> str:
    if kind == "system" and isinstance(part.get("body"), str):
        return str(part["body"])
    if kind == "unsupported" and part.get("type") in {"edit", "revoke"}:
        return PLACEHOLDERS[part["type"]]
    return PLACEHOLDERS.get(kind, f"A message of a kind not known yet ({kind[:40]})")


def _tapped(part: Mapping[str, Any]) -> str:
    for name in ("button_reply", "list_reply"):
        reply = part.get(name)
        if isinstance(reply, dict):
            return str(reply.get("title") or "")
    return "Form answered" if "nfm_reply" in part else "Answered"


def _receipt(value: Mapping[str, Any], item: Mapping[str, Any]) -> InboundReceipt | InboundOther:
    """A status we know; one that is not known yet is kept raw."""
    status = STATUSES.get(_text_of(item["status"], "status"))
    named = f"{_id(item)}:{item['status'][:20]}:{int(item['timestamp'])}"
    if status is None:
        kind = f"status {item['status'][:20]}"
        return InboundOther(named, _account(value), kind, _time(item["timestamp"]), item)
    errors = item.get("errors")
    error = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    details = error.get("error_data")
    said = details.get("details") if isinstance(details, dict) else None
    return InboundReceipt(
        external_id=named,
        account=_account(value),
        provider_id=_id(item),
        status=cast("Any", status),
        at=_time(item["timestamp"]),
        opaque=str(item.get("biz_opaque_callback_data") or ""),
        error_code=str(error.get("code", "")),
        error_text=str(said or error.get("title") or error.get("message") or ""),
        raw=item,
    )


def _other(entry: Mapping[str, Any], change: Mapping[str, Any], kind: str) -> InboundOther:
    named = json.dumps([entry.get("id"), kind, change.get("value"), entry.get("time")], sort_keys=True)
    value = change["value"]
    return InboundOther(
        external_id=f"{kind[:60]}:{hashlib.sha256(named.encode()).hexdigest()[:40]}",
        account=_account(value),
        kind=kind[:60],
        at=_time(entry["time"]) if isinstance(entry.get("time"), int) else datetime.now(UTC),
        raw=change,
    )


def _unreadable(reason: str, part: Any) -> Unreadable:
    named = json.dumps(part, sort_keys=True, default=str)
    return Unreadable(f"unreadable:{hashlib.sha256(named.encode()).hexdigest()[:40]}", reason[:500], part)
