"""Knocking at our door as Meta does: exact bytes, signed, over HTTP; and the work a worker then does."""

import json
from typing import Any

from conversations import tasks
from conversations.models import Channel, InboundDelivery
from tests.conversations.bodies import EXPECTED, SIGNED, body_of, signature_of, signed_with
from tests.conversations.door import Answer, knock
from tests.factories.conversations import BUDI, META_SECRET, PHONE_NUMBER_ID

__all__ = [
    "EXPECTED",
    "SIGNED",
    "body_of",
    "deliver",
    "post",
    "sign",
    "signature_of",
    "status",
    "text",
    "webhook",
    "work",
]


def sign(body: bytes, secret: str = META_SECRET) -> str:
    """What Meta would write into X-Hub-Signature-256."""
    return signed_with(secret, body)


def post(channel: Channel | None, body: bytes, signature: str | None = "right", path: str = "") -> Answer:
    """Deliver a body; `signature=None` sends none. Nothing is worked off yet."""
    given = sign(body) if signature == "right" else signature
    headers = {} if given is None else {"x_hub_signature_256": given}
    path = path or f"/hooks/{channel.kind}/{channel.key}/"  # type: ignore[union-attr]
    return knock(path, body, **headers)


def work() -> None:
    """What the nudged workers do with everything that came in."""
    for _ in InboundDelivery.objects.filter(state="new"):
        tasks.read_deliveries()


def deliver(channel: Channel, *bodies: bytes) -> None:
    """Post signed bodies and work them off."""
    for body in bodies:
        assert post(channel, body).status_code == 200
    work()


def webhook(*messages: Any, statuses: Any = (), number: str = PHONE_NUMBER_ID) -> bytes:
    """A delivery by Meta with these items."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "628110000001", "phone_number_id": number},
    }
    if messages:
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = list(statuses)
    change = {"field": "messages", "value": value}
    entry = {"id": "104500000000021", "changes": [change]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def text(body: str, *, id: str, at: float, sender: str = BUDI, **more: Any) -> dict[str, Any]:
    """One text message; `at` in seconds since 1970."""
    return {
        "from": sender,
        "id": id,
        "timestamp": str(int(at)),
        "type": "text",
        "text": {"body": body},
        **more,
    }


def status(of: str, state: str, *, at: float, **more: Any) -> dict[str, Any]:
    """One receipt."""
    return {"id": of, "status": state, "timestamp": str(int(at)), "recipient_id": BUDI, **more}
