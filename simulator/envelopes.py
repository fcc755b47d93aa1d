"""The exact shapes of Meta's webhooks: envelope, inbound message, status. Plain dicts in and out."""

import json
from typing import Any

from simulator.meta_errors import Trouble
from simulator.numbers import BusinessNumber
from simulator.people import Person

HREF = "/documentation/business-messaging/whatsapp/support/error-codes"


def envelope(changes: list[tuple[BusinessNumber, dict[str, Any]]]) -> bytes:
    """The bytes of one webhook with these changes, one entry per WABA; non-ASCII escaped as Meta does."""
    entries: dict[str, list[dict[str, Any]]] = {}
    for number, change in changes:
        entries.setdefault(number.waba_id, []).append(change)
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba, "changes": group} for waba, group in entries.items()],
    }
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def message_change(number: BusinessNumber, person: Person, message: dict[str, Any]) -> dict[str, Any]:
    """A change that carries one inbound message with its sender's contact."""
    return _change(number, {"contacts": [_contact(person)], "messages": [message]})


def message(person: Person, wamid: str, said: float, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """One inbound message; `content` holds the type's own objects (and `context`, `referral`)."""
    sender = {"from": person.wa_id} | ({"from_user_id": person.user_id} if person.user_id else {})
    return sender | {"id": wamid, "timestamp": str(int(said)), "type": kind} | content


def status_change(
    number: BusinessNumber, person: Person, wamid: str, status: str, *, at: float, opaque: str | None
) -> dict[str, Any]:
    """A change that carries one status. `sent` has the price, all echo our opaque data."""
    item = _status(person, wamid, status, at, opaque)
    if status == "sent":
        item["pricing"] = {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        }
    return _change(number, {"contacts": [_contact(person)], "statuses": [item]})


def failure_change(
    number: BusinessNumber, person: Person, wamid: str, trouble: Trouble, *, at: float, opaque: str | None
) -> dict[str, Any]:
    """A change that carries a failed status; these come without contacts."""
    item = _status(person, wamid, "failed", at, opaque)
    item["errors"] = [
        {
            "code": trouble.code,
            "title": trouble.title,
            "message": trouble.title,
            "error_data": {"details": trouble.details},
            "href": HREF,
        }
    ]
    return _change(number, {"statuses": [item]})


def _status(person: Person, wamid: str, status: str, at: float, opaque: str | None) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": wamid,
        "status": status,
        "timestamp": str(int(at)),
        "recipient_id": person.wa_id,
    }
    if person.user_id:
        item["recipient_user_id"] = person.user_id
    if opaque is not None:
        item["biz_opaque_callback_data"] = opaque
    return item


def _contact(person: Person) -> dict[str, Any]:
    profile = {"name": person.name} | ({"username": person.username} if person.username else {})
    contact: dict[str, Any] = {"profile": profile, "wa_id": person.wa_id}
    return contact | ({"user_id": person.user_id} if person.user_id else {})


def _change(number: BusinessNumber, value: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        "display_phone_number": number.display_phone_number,
        "phone_number_id": number.phone_number_id,
    }
    return {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": "messages"}
