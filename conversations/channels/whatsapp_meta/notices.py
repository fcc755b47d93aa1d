"""What Meta tells about the account: templates, limits, troubles, and what people want to be sent."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from conversations.channels.port import InboundConsent, InboundNotice, InboundOther, TemplateNews
from conversations.channels.whatsapp_meta.messages import account_of, time_of
from conversations.channels.whatsapp_meta.people import part_of, people_in, text_of
from conversations.channels.whatsapp_meta.receipts import error_of, sentence_of

Value = Mapping[str, Any]
Level = Literal["info", "warning", "problem"]
THROTTLE_SECONDS = 60.0
THROTTLING = {4, 80007, 130429, 131048, 131057}
SPEAKS_OF = {  # field -> (what it is about, words in its value that make it a problem or a warning)
    "account_update": "The WhatsApp Business Account",
    "account_alerts": "The WhatsApp Business Account",
    "account_review_update": "The review of the WhatsApp Business Account",
    "business_capability_update": "What the business may send",
    "security": "The security of the number",
    "phone_number_name_update": "The display name of the number",
    "phone_number_username_update": "The username of the number",
    "payment_configuration_update": "The payment configuration",
    "phone_number_quality_update": "The limits of the number",
}
GRAVE = ("DISABLE", "RESTRICT", "VIOLATION", "BAN", "REMOVED", "DELETED", "REJECTED", "LOCKED", "CRITICAL")
UNEASY = ("DOWNGRADE", "FLAGGED", "DEFERRED", "DECREASE", "WARNING", "PIN", "OFFBOARDED", "UNVERIFIED")
STOPPED = {"PAUSED", "DISABLED", "FLAGGED", "REJECTED", "LOCKED", "LIMIT_EXCEEDED"}


def notice(entry: Value, change: Value) -> InboundNotice | InboundOther:
    """A field we know the meaning of; any other is kept raw."""
    field = str(change.get("field") or "unknown")
    if field in TEMPLATES:
        return _template(entry, change, TEMPLATES[field](change))
    if field in SPEAKS_OF:
        return _about_account(entry, change, field)
    return other(entry, change, field)


def other(entry: Value, change: Value, kind: str) -> InboundOther:
    """Kept raw, with the reason."""
    common = _common(entry, change, kind)
    reason = f"Notices of kind '{kind[:60]}' are kept, not worked."
    return InboundOther(
        common["external_id"], common["account"], common["kind"], common["at"], reason, raw=change
    )


def account_error(entry: Value, change: Value) -> InboundNotice:
    """An error of the account itself, not of a message."""
    error = error_of(change["value"])
    code = error.get("code")
    return InboundNotice(
        **_common(entry, change, "account_error"),
        title=str(error.get("title") or error.get("message") or "WhatsApp reports an error")[:200],
        detail=sentence_of(error),
        level="problem",
        code=str(code or ""),
        throttle_seconds=THROTTLE_SECONDS if code in THROTTLING else 0.0,
    )


def consent(value: Value, item: Value) -> InboundConsent:
    """The customer used WhatsApp's own switch for offers."""
    choice = text_of(item["value"], "value")
    if choice not in {"stop", "resume"} or item.get("category") != "marketing_messages":
        raise ValueError(f"a preference not known yet: {choice[:40]} for {str(item.get('category'))[:40]}")
    senders, name, _ = people_in(value, {"from": item.get("wa_id"), "from_user_id": item.get("user_id")})
    at = time_of(item["timestamp"])
    return InboundConsent(
        external_id=f"{senders[-1].value}:{choice}:{int(at.timestamp())}",
        account=account_of(value),
        senders=senders,
        sender_name=name,
        choice="out" if choice == "stop" else "in",
        at=at,
        evidence=str(item.get("detail") or "")[:500],
        raw=item,
    )


def _common(entry: Value, change: Value, kind: str) -> dict[str, Any]:
    """What every notice has. It has no id: the same words at the same time are the same notice, and an error of the
    account (it has no time) is a new one each hour."""
    value = change["value"]
    timed = isinstance(entry.get("time"), int)
    now = datetime.now(UTC)
    when = entry["time"] if timed else f"{now:%Y-%m-%d %H}" if kind == "account_error" else None
    named = json.dumps([entry.get("id"), kind, value, when], sort_keys=True)
    return {
        "external_id": f"{kind[:60]}:{hashlib.sha256(named.encode()).hexdigest()[:40]}",
        "account": account_of(value),
        "business_account": str(entry.get("id") or ""),
        "kind": kind[:60],
        "at": time_of(entry["time"]) if timed else now,
        "raw": change,
    }


def _about_account(entry: Value, change: Value, field: str) -> InboundNotice:
    value = change["value"]
    event = str(
        value.get("event") or value.get("decision") or value.get("alert_type") or value.get("status") or ""
    )
    told = json.dumps(value).upper()
    level: Level = "info"
    if any(word in told for word in GRAVE):
        level = "problem"
    elif any(word in told for word in UNEASY):
        level = "warning"
    what = f": {event.replace('_', ' ').lower()}" if event else " changed"
    return InboundNotice(
        **_common(entry, change, field),
        title=f"{SPEAKS_OF[field]}{what}"[:200],
        detail=", ".join(f"{key}: {_plain(given)}" for key, given in value.items() if key not in QUIET)[
            :2000
        ],
        level=level,
        code=event[:60],
    )


QUIET = {"messaging_product", "metadata", "event"}


def _plain(given: Any) -> str:
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)


def _template(entry: Value, change: Value, told: tuple[TemplateNews, str, Level]) -> InboundNotice:
    news, title, level = told
    code = news.status or news.quality or news.next_category
    return InboundNotice(
        **_common(entry, change, str(change["field"])),
        title=title[:200],
        detail=" ".join(text for text in (news.reason, news.advice) if text),
        level=level,
        code=code[:60],
        template=news,
    )


def _named(value: Value) -> dict[str, Any]:
    return {
        "name": text_of(value["message_template_name"], "message_template_name")[:512],
        "language": text_of(value["message_template_language"], "message_template_language")[:20],
        "provider_id": str(value.get("message_template_id") or "")[:64],
    }


def _status(change: Value) -> tuple[TemplateNews, str, Level]:
    """Approved, paused, rejected ... Meta puts the reasons inside the value or beside it."""
    value = change["value"]
    event = text_of(value["event"], "event").upper()
    rejection = part_of(value, "rejection_info") or part_of(change, "rejection_info")
    more = part_of(value, "other_info") or part_of(change, "other_info")
    given = value.get("reason")
    reason = rejection.get("reason") or more.get("description") or (given if given != "NONE" else "") or ""
    news = TemplateNews(
        **_named(value),
        status=event[:40],
        category=str(value.get("message_template_category") or "")[:40],
        reason=str(reason)[:1000],
        advice=str(rejection.get("recommendation") or "")[:1000],
    )
    level: Level = "warning" if event in STOPPED else "info"
    return news, f"Template {news.name}/{news.language}: {event.replace('_', ' ').lower()}", level


def _category(change: Value) -> tuple[TemplateNews, str, Level]:
    """A new category, or the notice of one a day before: then `new_category` is the one it still has."""
    value = change["value"]
    current, coming = str(value.get("new_category") or ""), str(value.get("correct_category") or "")
    at = value.get("category_update_timestamp")
    news = TemplateNews(
        **_named(value),
        category=current[:40],
        next_category=coming[:40],
        category_changes_at=time_of(at) if at is not None else None,
    )
    if coming:
        title = f"Template {news.name}/{news.language} will be {coming.lower()}: it may cost more"
        return news, title, "warning"
    return (
        news,
        f"Template {news.name}/{news.language} is {current.lower()} now: its price changes",
        "warning",
    )


def _quality(change: Value) -> tuple[TemplateNews, str, Level]:
    value = change["value"]
    new = text_of(value["new_quality_score"], "new_quality_score").upper()
    news = TemplateNews(**_named(value), quality=new[:20])
    was = str(value.get("previous_quality_score") or "").lower()
    title = f"Template {news.name}/{news.language}: quality is {new.lower()}" + (
        f", was {was}" if was else ""
    )
    return news, title, "warning" if new in {"YELLOW", "RED"} else "info"


def _components(change: Value) -> tuple[TemplateNews, str, Level]:
    news = TemplateNews(**_named(change["value"]))
    return news, f"Template {news.name}/{news.language}: its text was changed", "info"


TEMPLATES: Mapping[str, Callable[[Value], tuple[TemplateNews, str, Level]]] = {
    "message_template_status_update": _status,
    "template_category_update": _category,
    "message_template_quality_update": _quality,
    "message_template_components_update": _components,
}
