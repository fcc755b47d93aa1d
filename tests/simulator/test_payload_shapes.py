"""What the simulator sends has the shape of the sample webhooks: same keys, same kinds, at every depth."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.stage import BUDI

PAYLOADS = Path(__file__).parents[1] / "payloads"
STATUS = "entry[].changes[].value.statuses[]"
MAY_ADD = {  # documented as optional, and not in every sample
    f"{STATUS}.recipient_user_id:str",
    f"{STATUS}.biz_opaque_callback_data:str",
}


def shape(value, path=""):
    """The set of paths with the kind of their value."""
    if isinstance(value, dict):
        return {each for key, inner in value.items() for each in shape(inner, f"{path}.{key}".lstrip("."))}
    if isinstance(value, list):
        return {each for inner in value for each in shape(inner, f"{path}[]")}
    return {f"{path}:{type(value).__name__}"}


def sample(name):
    return shape(json.loads((PAYLOADS / name).read_bytes()))


INBOUND: dict[str, dict[str, Any]] = {
    "wa_text_id_new_lead.json": {"text": "Halo"},
    "wa_text_en_contextual_reply.json": {"text": "Halo", "reply_to": "wamid.x"},
    "wa_image_with_caption.json": {"type": "image", "caption": "Logo"},
    "wa_video.json": {"type": "video", "caption": "Video"},
    "wa_audio_voice_note.json": {"type": "audio"},
    "wa_document_pdf.json": {"type": "document", "filename": "a.pdf", "caption": "RFQ"},
    "wa_sticker_animated.json": {"type": "sticker"},
    "wa_location_pin.json": {"type": "location", "place": "Kedai", "address": "Jl. Contoh"},
    "wa_reaction_added.json": {"type": "reaction", "emoji": "👍", "message_id": "wamid.x"},
    "wa_reaction_removed.json": {"type": "reaction", "emoji": "", "message_id": "wamid.x"},
    "wa_interactive_button_reply.json": {
        "type": "button_reply",
        "id": "a",
        "title": "Ya",
        "reply_to": "wamid.x",
    },
    "wa_interactive_list_reply.json": {
        "type": "list_reply",
        "id": "a",
        "title": "M",
        "description": "besar",
        "reply_to": "wamid.x",
    },
    "wa_template_quick_reply_button.json": {
        "type": "button",
        "payload": "A",
        "text": "A",
        "reply_to": "wamid.x",
    },
    "wa_unsupported_poll.json": {"type": "unsupported"},
    "wa_text_username_no_phone.json": {
        "from": "",
        "user_id": "CO.77120099341288450011",
        "username": "@camila",
        "text": "Hola",
    },
    "wa_text_legacy_without_bsuid.json": {"from": "+628110000199", "user_id": "", "text": "Halo"},
    "wa_unknown_future_type.json": {
        "type": "hologram",
        "raw": {"hologram": {"scene_id": "a", "frames": [1]}, "new_toplevel": {"a": 1}},
    },
}


@pytest.mark.parametrize("name", INBOUND)
def test_an_inbound_message_has_the_shape_of_its_sample(sim, product, name):
    sim.control("inbound", **({"from": BUDI, "name": "Budi"} | INBOUND[name]))

    [delivery] = product.wait(1)

    assert shape(json.loads(delivery["body"])) == sample(name)


STATUSES = {
    "sent": "wa_status_sent.json",
    "delivered": "wa_status_delivered.json",
    "read": "wa_status_read_only.json",
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_has_the_shape_of_its_sample(sim, product, status):
    sim.open_window()
    product.forget()

    sim.send(biz_opaque_callback_data="a")
    deliveries = product.wait(3)

    made = [shape(json.loads(each["body"])) for each in deliveries]
    wanted = sample(STATUSES[status])
    [same] = [each for place, each in enumerate(made) if list(STATUSES)[place] == status]
    assert wanted <= same
    assert same - wanted <= MAY_ADD


def test_a_failed_status_has_the_shape_of_its_sample(sim, product):
    sim.send()

    [delivery] = product.wait(1)

    made, wanted = shape(json.loads(delivery["body"])), sample("wa_status_failed_131047_window_closed.json")
    assert wanted <= made
    assert made - wanted <= MAY_ADD
