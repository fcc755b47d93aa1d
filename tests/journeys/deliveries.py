"""Webhook bodies as Meta writes them, for the demo workspace's number."""

import json
import secrets
import time

PHONE_NUMBER_ID = "100000000000001"


def wamid():
    """A new message id of the provider."""
    return f"wamid.{secrets.token_hex(16)}"


def text(number, words, *, at=0.0, **more):
    """A text message said `at` seconds from now; `more` are further fields, or others than usual."""
    said = {"from": number, "id": wamid(), "timestamp": str(int(time.time() + at)), "type": "text"}
    return {**said, "text": {"body": words}, **more}


def status(provider_id, number, state, *, at=0.0):
    """A receipt for one of our messages."""
    when = str(int(time.time() + at))
    return {"id": provider_id, "recipient_id": number, "status": state, "timestamp": when}


def body(*messages, statuses=(), **more):
    """One delivery with these messages and receipts, as bytes. `more` are further fields of its value."""
    people = sorted({each["from"] for each in messages if "from" in each})
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "628110000001", "phone_number_id": PHONE_NUMBER_ID},
        "contacts": [{"wa_id": person, "profile": {"name": f"Person {person[-4:]}"}} for person in people],
        "messages": list(messages),
        "statuses": list(statuses),
    }
    change = {"field": "messages", "value": {**{key: v for key, v in value.items() if v}, **more}}
    envelope = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    return json.dumps(envelope).encode()
