"""Messages, and what was done to messages: edits, deletions, reactions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, cast

from conversations.channels.port import InboundChange, InboundMessage
from conversations.channels.whatsapp_meta.people import addresses, part_of, people_in, text_of
from conversations.channels.whatsapp_meta.words import Said, said

Value = Mapping[str, Any]
CHANGES = {"edit", "revoke", "reaction"}
REFERRAL = (
    "source_type", "source_id", "source_url", "headline", "body", "media_type", "image_url", "video_url",
    "thumbnail_url", "ctwa_clid",
)  # fmt: skip


def account_of(value: Value) -> str:
    """Meta's id of our number."""
    return str(part_of(value, "metadata").get("phone_number_id") or "")


def time_of(given: Any) -> datetime:
    """Seconds since 1970, as number or text."""
    return datetime.fromtimestamp(int(given), tz=UTC)


def id_of(item: Value, name: str = "id") -> str:
    """The item's own id."""
    given = text_of(item[name], name)
    if not given or len(given) > 250:
        raise ValueError(f"{name} is empty or too long")
    return given


def message(value: Value, item: Value) -> InboundMessage | InboundChange:
    """What a customer wrote or did."""
    return _read(value, item, side="from")


def echo(value: Value, item: Value) -> InboundMessage | InboundChange:
    """What one of us wrote or did in the phone app."""
    return _read(value, item, side="to")


def standby(value: Value, item: Value) -> InboundMessage | InboundChange:
    """What a customer wrote while somebody else's agent had the word."""
    return _read(value, item, side="from", is_standby=True)


def _read(
    value: Value, item: Value, *, side: str, is_standby: bool = False
) -> InboundMessage | InboundChange:
    kind = text_of(item["type"], "type")
    if kind in CHANGES:
        return _change(value, item, kind, side)
    senders, name, username = people_in(value, item, side=side)
    what = said(kind, item)
    context = part_of(item, "context")
    product = part_of(context, "referred_product")
    return InboundMessage(
        external_id=id_of(item),
        account=account_of(value),
        senders=senders,
        sender_name=name,
        username=username,
        kind=what.kind or kind,
        text=what.text,
        sent_at=time_of(item["timestamp"]),
        reply_to="" if product else str(context.get("id") or "")[:250],
        group_id=str(item.get("group_id") or ""),
        facts=_facts(what, item, product),
        files=what.files,
        moved_to=_moved_to(kind, item),
        is_forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
        is_echo=side == "to",
        is_standby=is_standby,
        is_quiet=what.is_quiet,
        wants_answer=what.wants_answer and not is_standby and side == "from",
        raw=item,
    )


def _facts(what: Said, item: Value, product: Value) -> dict[str, Any]:
    """The message's own facts, and where it came from: an ad, a product's page."""
    facts = dict(what.facts)
    if referral := part_of(item, "referral"):
        facts["referral"] = {
            key: str(referral[key])[:2000] for key in REFERRAL if isinstance(referral.get(key), str)
        }
    if product:
        facts["product"] = {
            "id": str(product.get("product_retailer_id") or "")[:100],
            "catalog": str(product.get("catalog_id") or "")[:100],
        }
    return facts


def _moved_to(kind: str, item: Value) -> tuple[Any, ...]:
    """The sender's new addresses, when the notice says that number or user id have changed."""
    system = part_of(item, "system")
    is_move = kind == "system" and "changed" in str(system.get("type") or "")
    return (
        addresses(system.get("wa_id"), system.get("user_id"), system.get("parent_user_id")) if is_move else ()
    )


def _change(value: Value, item: Value, kind: str, side: str) -> InboundChange:
    senders, name, _ = people_in(value, item, side=side)
    part = part_of(item, kind)
    new = part_of(part, "message") if kind == "edit" else {}
    new_kind = text_of(new.get("type"), "edit.message.type") if kind == "edit" else "text"
    what = said(new_kind, new) if kind == "edit" else Said(str(part.get("emoji") or "")[:32])
    return InboundChange(
        external_id=id_of(item),
        account=account_of(value),
        senders=senders,
        sender_name=name,
        kind=cast("Literal['edit', 'revoke', 'reaction']", kind),
        provider_id=id_of(part, "message_id" if kind == "reaction" else "original_message_id"),
        at=time_of(item["timestamp"]),
        text=what.text,
        message_kind=new_kind,
        facts=what.facts,
        is_echo=side == "to",
        group_id=str(item.get("group_id") or ""),
        raw=item,
    )
