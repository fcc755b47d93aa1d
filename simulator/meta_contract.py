"""What `POST /{PHONE_ID}/messages` may say, checked strictly: an unknown key is refused, not ignored.

Lengths are counted in UTF-16 units, the cautious reading of Meta's limits.
"""

import re
from collections.abc import Callable
from typing import Any

from simulator.meta_errors import bad_value, missing, wrong
from simulator.meta_interactive import check_interactive
from simulator.meta_shapes import check_media, only, part, text_of
from simulator.meta_templates import check_template

E164 = re.compile(r"\+[1-9]\d{6,14}")
USER_ID = re.compile(r"[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}")
MEDIA = ("image", "video", "audio", "document", "sticker")
COMMON = {
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "context",
    "biz_opaque_callback_data",
}


def check_message(body: Any) -> str:
    """Checks a whole send request and answers its type (`read` for a read mark); raises GraphError."""
    if not isinstance(body, dict):
        raise wrong("The body must be a JSON object")
    if body.get("messaging_product") != "whatsapp":
        raise wrong("The parameter messaging_product is required and must be 'whatsapp'")
    if "status" in body:
        _check_read(body)
        return "read"
    kind = str(body.get("type", "text"))
    if kind not in CHECKS:
        raise wrong(f"Param type must be one of {{{', '.join(CHECKS)}}} - got {kind!r}")
    only(body, COMMON | {kind}, "the message")
    _check_head(body)
    CHECKS[kind](part(body, kind, dict), kind)
    return kind


def _check_read(body: dict[str, Any]) -> None:
    only(body, {"messaging_product", "status", "message_id", "typing_indicator"}, "the read mark")
    if body["status"] != "read":
        raise wrong("Param status must be 'read'")
    text_of(body, "message_id", 512, wrong)
    if "typing_indicator" in body and body["typing_indicator"] != {"type": "text"}:
        raise wrong("Param typing_indicator must be {type: text}")


def _check_head(body: dict[str, Any]) -> None:
    if "to" not in body and "recipient" not in body:
        raise wrong("The parameter to is required")
    if "to" in body and not E164.fullmatch(str(body["to"])):
        raise wrong(f"Param to must be a phone number in E.164 with +, got {body['to']!r}")
    if "recipient" in body and not USER_ID.fullmatch(str(body["recipient"])):
        raise wrong(f"Param recipient must be a business-scoped user id, got {body['recipient']!r}")
    if body.get("recipient_type", "individual") != "individual":
        raise wrong("Param recipient_type must be 'individual'")
    if "context" in body:
        only(part(body, "context", dict), {"message_id"}, "param context")
        text_of(body["context"], "message_id", 512, wrong)
    if body.get("biz_opaque_callback_data", "") != "":  # an empty one says nothing
        text_of(body, "biz_opaque_callback_data", 512, wrong)


def _check_text(text: dict[str, Any], where: str) -> None:
    only(text, {"body", "preview_url"}, f'param "{where}"')
    text_of(text, "body", 4096, wrong)
    if "preview_url" in text:
        part(text, "preview_url", bool)


def _check_reaction(reaction: dict[str, Any], where: str) -> None:
    only(reaction, {"message_id", "emoji"}, f'param "{where}"')
    text_of(reaction, "message_id", 512, wrong)
    if len(part(reaction, "emoji", str)) > 16:
        raise bad_value("Param emoji must be one emoji, or empty to remove the reaction")


def _check_location(location: dict[str, Any], where: str) -> None:
    only(location, {"latitude", "longitude", "name", "address"}, f'param "{where}"')
    for axis, most in (("latitude", 90), ("longitude", 180)):
        if axis not in location:
            raise missing(f"The parameter {axis} is required")
        try:
            inside = abs(float(location[axis])) <= most
        except (TypeError, ValueError):
            inside = False
        if not inside:
            raise bad_value(f"Param {axis} is not a coordinate")


CHECKS: dict[str, Callable[[dict[str, Any], str], None]] = {
    "text": _check_text,
    "reaction": _check_reaction,
    "location": _check_location,
    "interactive": check_interactive,
    "template": check_template,
    **dict.fromkeys(MEDIA, check_media),
}
