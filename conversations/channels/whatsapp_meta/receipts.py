"""Receipts: how our messages are doing."""

from collections.abc import Mapping
from typing import Any, cast

from conversations.channels.port import InboundOther, InboundReceipt
from conversations.channels.whatsapp_meta.messages import account_of, id_of, time_of
from conversations.channels.whatsapp_meta.people import part_of, text_of

STATUSES = {"sent", "delivered", "read", "played", "failed"}


def receipt(value: Mapping[str, Any], item: Mapping[str, Any]) -> InboundReceipt | InboundOther:
    """A status we know; one that is not known yet is kept raw."""
    status = text_of(item["status"], "status")
    named = f"{id_of(item)}:{status[:20]}:{int(item['timestamp'])}"
    if status not in STATUSES:
        return InboundOther(
            named, account_of(value), f"status {status[:20]}", time_of(item["timestamp"]), raw=item
        )
    error = error_of(item)
    return InboundReceipt(
        external_id=named,
        account=account_of(value),
        provider_id=id_of(item),
        status=cast("Any", status),
        at=time_of(item["timestamp"]),
        opaque=str(item.get("biz_opaque_callback_data") or ""),
        error_code=str(error.get("code", "")),
        error_text=sentence_of(error),
        raw=item,
    )


def error_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first error of a status or a notice; empty when there is none."""
    errors = item.get("errors")
    return errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}


def sentence_of(error: Mapping[str, Any]) -> str:
    """What Meta says of an error, in its longest form."""
    said = part_of(error, "error_data").get("details")
    return str(said or error.get("title") or error.get("message") or "")
