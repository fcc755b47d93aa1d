"""What a message says: in words for people, in facts for machines. One reader for each type Meta knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from conversations.channels.port import InboundFile
from conversations.channels.whatsapp_meta import documents
from conversations.channels.whatsapp_meta.files import file_of
from conversations.channels.whatsapp_meta.people import part_of, text_of, without_controls

Item = Mapping[str, Any]
TOO_BIG = 131052
PLACEHOLDERS = {"image": "Photo", "video": "Video", "sticker": "Sticker"}
UNSUPPORTED = {
    "edit": "The customer edited a message",
    "revoke": "The customer deleted a message",
    "poll": "A poll, which WhatsApp doesn't pass on",
}


@dataclass(frozen=True)
class Said:
    """What one message says. `kind` replaces Meta's type where ours says more."""

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[InboundFile, ...] = ()
    kind: str = ""
    wants_answer: bool = True
    is_quiet: bool = False


def said(kind: str, item: Item) -> Said:
    """The words and facts of a message of this type; a type of the future gets a placeholder."""
    reader = READERS.get(kind)
    if reader is None:
        return _ours(f"A message of a kind not known yet ({without_controls(kind)[:40]})")
    return reader(item)


def _ours(text: str, facts: Mapping[str, Any] | None = None, **more: Any) -> Said:
    """Words of ours for what has none: an agent reads nothing in them."""
    return Said(text, {"words": "", **(facts or {})}, **more)


def _text(item: Item) -> Said:
    body = text_of(item["text"]["body"], "text.body")
    return Said(body, wants_answer=bool(body.strip()))


def _media(kind: str) -> Callable[[Item], Said]:
    def read(item: Item) -> Said:
        part = part_of(item, kind)
        caption, files = part.get("caption"), file_of(part)
        if isinstance(caption, str) and caption.strip():
            return Said(caption, files=files)
        return _ours(_named(kind, part, files), files=files, wants_answer=kind != "sticker")

    return read


def _named(kind: str, part: Item, files: tuple[InboundFile, ...]) -> str:
    """What a file without a caption is called."""
    if kind == "audio":
        return "Audio file" if part.get("voice") is False else "Voice message"
    if kind == "document":
        name = files[0].file_name if files else ""
        return f"Document: {name}" if name else "Document"
    return PLACEHOLDERS[kind]


def _location(item: Item) -> Said:
    part = part_of(item, "location")
    named = [str(part[key]).strip() for key in ("name", "address") if isinstance(part.get(key), str)]
    place = ", ".join(text for text in named if text)
    spot = {key: part[key] for key in ("latitude", "longitude") if isinstance(part.get(key), int | float)}
    facts = {"location": {**spot, **{k: part[k] for k in ("name", "address", "url") if k in part}}}
    if place:
        return Said(place, facts)
    where = ", ".join(f"{number:.5f}" for number in spot.values())
    return _ours(f"Location {where}".strip(), facts)


def _cards(item: Item) -> Said:
    given = item.get("contacts")
    cards = [_card(card) for card in (given if isinstance(given, list) else []) if isinstance(card, dict)]
    shown = "; ".join(", ".join([card["name"], *card["phones"], *card["emails"]]) for card in cards)
    return _ours(f"Contact card: {shown}" if shown else "Contact card", {"contacts": cards})


def _card(card: Item) -> dict[str, Any]:
    """Somebody the customer told us of."""
    phones = [p for p in _rows(card, "phones") if p.get("phone") or p.get("wa_id")]
    return {
        "name": without_controls(str(part_of(card, "name").get("formatted_name") or ""))[:200],
        "phones": [str(p.get("phone") or f"+{p['wa_id']}")[:40] for p in phones],
        "wa_ids": [str(p["wa_id"])[:40] for p in phones if p.get("wa_id")],
        "emails": [str(e["email"])[:200] for e in _rows(card, "emails") if e.get("email")],
        "company": str(part_of(card, "org").get("company") or "")[:200],
    }


def _rows(part: Item, name: str) -> list[Item]:
    given = part.get(name)
    return [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []


def _interactive(item: Item) -> Said:
    part = part_of(item, "interactive")
    for name in ("button_reply", "list_reply"):
        if reply := part_of(part, name):
            return _chosen(str(reply.get("id") or ""), str(reply.get("title") or ""))
    if "nfm_reply" in part:
        return _form(item, part_of(part, "nfm_reply"))
    if call := part_of(part, "call_permission_reply"):
        answer = str(call.get("response") or "")
        return _ours(f"Calls: {answer}" if answer else "Answered about calls", wants_answer=False)
    return _ours("Answered")


def _chosen(payload: str, title: str) -> Said:
    facts = {"button": {"id": payload, "title": title}}
    return Said(title, facts) if title.strip() else _ours("Answered", facts)


def _form(item: Item, reply: Item) -> Said:
    """A filled-in form. Its token is missing on some phones: then the quoted message names the form."""
    answers = _answers(reply.get("response_json"))
    token = answers.pop("flow_token", None)
    facts = {
        "form": {
            "token": token if isinstance(token, str) else None,
            "asked_in": str(part_of(item, "context").get("id") or ""),
            "answers": answers,
        }
    }
    lines = [f"{key}: {_plain(value)}" for key, value in answers.items() if value not in (None, "", [], {})]
    return Said("\n".join(lines), facts) if lines else _ours("Form answered", facts)


def _answers(given: Any) -> dict[str, Any]:
    """Meta puts JSON into a string; whatever else is in there is what the customer's phone made of it."""
    try:
        answers = documents.load(given) if isinstance(given, str) else given
    except ValueError:
        answers = {"answer": given}
    return dict(answers) if isinstance(answers, dict) else {"answer": answers}


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _button(item: Item) -> Said:
    part = part_of(item, "button")
    return _chosen(str(part.get("payload") or ""), text_of(part.get("text", ""), "button.text"))


def _order(item: Item) -> Said:
    part = part_of(item, "order")
    lines = [_line(row) for row in _rows(part, "product_items")]
    order = {"catalog": str(part.get("catalog_id") or ""), "items": lines, **_total(lines)}
    shown = ", ".join(f"{line['quantity']} × {line['product']}" for line in lines)
    total = f". Total {order['total']:,} {order['currency']}" if "total" in order else ""
    words = part.get("text") if isinstance(part.get("text"), str) else ""
    text = f"Order: {shown}{total}" if lines else "Order from the catalogue"
    return Said(f"{words}\n{text}" if words else text, {"words": words, "order": order})


def _line(row: Item) -> dict[str, Any]:
    return {
        "product": str(row.get("product_retailer_id") or "")[:100],
        "quantity": _number(row.get("quantity", 1)),
        "price": _number(row.get("item_price", 0)),
        "currency": str(row.get("currency") or "")[:10],
    }


def _number(given: Any) -> int | float:
    """As Meta wrote it; whole where it is whole."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise TypeError("a quantity or price is no number")
    value = Decimal(str(given))
    if not value.is_finite() or abs(value) > 10**15:
        raise ValueError("a quantity or price is out of range")
    return int(value) if value == value.to_integral_value() else float(value)


def _total(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The sum, when all is in one currency."""
    currencies = {line["currency"] for line in lines}
    if len(currencies) != 1:
        return {}
    total = sum(Decimal(str(line["quantity"])) * Decimal(str(line["price"])) for line in lines)
    return {"total": _number(str(total)), "currency": currencies.pop()}


def _system(item: Item) -> Said:
    body = part_of(item, "system").get("body")
    text = body if isinstance(body, str) and body else "System notice"
    return _ours(text, wants_answer=False, is_quiet=True)


def _unsupported(item: Item) -> Said:
    """What WhatsApp keeps from us: a poll, an edit, a file that is too large."""
    what = str(part_of(item, "unsupported").get("type") or "")[:40]
    codes = [error.get("code") for error in _rows(item, "errors")]
    facts = {"unsupported": what, "errors": [code for code in codes if isinstance(code, int)]}
    if TOO_BIG in codes:
        return _ours("A file that is too large for WhatsApp to pass on", facts, kind="too_big")
    if what in {"edit", "revoke"}:
        return _ours(UNSUPPORTED[what], facts, wants_answer=False)
    return _ours(UNSUPPORTED.get(what, "A kind of message that WhatsApp doesn't pass on"), facts)


def _welcome(_item: Item) -> Said:
    return _ours("Opened the chat", wants_answer=False, is_quiet=True)


READERS: dict[str, Callable[[Item], Said]] = {
    "text": _text,
    **{kind: _media(kind) for kind in ("image", "video", "audio", "document", "sticker")},
    "location": _location,
    "contacts": _cards,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "system": _system,
    "unsupported": _unsupported,
    "request_welcome": _welcome,
}
