"""What the fields, operators and values of the list are called."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.models import LeadStatus, Temperature
from leads.selectors import OWN, Condition, Group

FIELDS: dict[str, Any] = {
    "search": gettext_lazy("Search"),
    "name": gettext_lazy("Name"),
    "business_type": gettext_lazy("Business"),
    "status": gettext_lazy("Status"),
    "temperature": gettext_lazy("Temperature"),
    "score": gettext_lazy("Score"),
    "owner": gettext_lazy("Owner"),
    "source": gettext_lazy("Source"),
    "tags": gettext_lazy("Tag"),
    "last_message_from": gettext_lazy("Last message from"),
    "last_message_at": gettext_lazy("Last message"),
    "last_activity_at": gettext_lazy("Last activity"),
    "next_step": gettext_lazy("Next step"),
    "next_step_on": gettext_lazy("Next step due"),
    "created_at": gettext_lazy("Created"),
}
OPERATORS: dict[str, Any] = {
    "has": gettext_lazy("contains"),
    "is": gettext_lazy("is"),
    "any_of": gettext_lazy("is any of"),
    "none_of": gettext_lazy("is none of"),
    "all_of": gettext_lazy("has all of"),
    "at_least": gettext_lazy("at least"),
    "at_most": gettext_lazy("at most"),
    "in": gettext_lazy("is in"),
    "last_days": gettext_lazy("in the last (days)"),
    "not_last_days": gettext_lazy("not in the last (days)"),
    "next_days": gettext_lazy("in the next (days)"),
    "overdue": gettext_lazy("is overdue"),
    "from": gettext_lazy("from"),
    "before": gettext_lazy("before"),
    "empty": gettext_lazy("is empty"),
    "filled": gettext_lazy("is filled in"),
}
PERIODS: dict[str, Any] = {
    "today": gettext_lazy("Today"),
    "yesterday": gettext_lazy("Yesterday"),
    "this_week": gettext_lazy("This week"),
    "this_month": gettext_lazy("This month"),
}
SENDERS: dict[str, Any] = {"them": gettext_lazy("Them"), "us": gettext_lazy("Us")}
PEOPLE: dict[str, Any] = {
    "me": gettext_lazy("Me"),
    "my_team": gettext_lazy("My team"),
    "none": gettext_lazy("Nobody"),
}
COLUMNS: dict[str, Any] = {
    "name": gettext_lazy("Name"),
    "status": gettext_lazy("Status"),
    "score": gettext_lazy("Score"),
    "message": gettext_lazy("Last message"),
    "next": gettext_lazy("Next step"),
    "owner": gettext_lazy("Owner"),
    "source": gettext_lazy("Source"),
    "created": gettext_lazy("Created"),
    "temperature": gettext_lazy("Temperature"),
    "business": gettext_lazy("Business"),
    "tags": gettext_lazy("Tags"),
    "activity": gettext_lazy("Last activity"),
}
GROUPINGS: dict[str, Any] = {
    "status": gettext_lazy("Status"),
    "owner": gettext_lazy("Owner"),
    "temperature": gettext_lazy("Temperature"),
}
SOURCES: dict[str, Any] = {
    "whatsapp": "WhatsApp",
    "sms_twilio": "SMS",
    "gmail": "Gmail",
    "web_form": gettext_lazy("Web form"),
    "api": "API",
    "simulator": gettext_lazy("Simulator"),
    "ctwa": gettext_lazy("Ad"),
    "post": gettext_lazy("Post"),
}


def choices_of(field: str) -> dict[str, Any]:
    """The values of a field that has a fixed set of them, by what they are called."""
    return {
        "status": dict(LeadStatus.choices),
        "temperature": dict(Temperature.choices),
        "last_message_from": SENDERS,
        "owner": PEOPLE,
    }.get(field, {})


def field_label(field: str, names: Mapping[str, str]) -> str:
    """What a field is called; `names` knows those of the workspace's own, but none that is switched off."""
    return str(FIELDS.get(field) or names.get(field) or field.removeprefix(OWN))


def value_label(field: str, value: str, names: Mapping[str, str]) -> str:
    """A value as people read it; `names` knows colleagues by id."""
    return str(choices_of(field).get(value) or names.get(value) or SOURCES.get(value, value))


def words_of(condition: Condition, names: Mapping[str, str]) -> tuple[str, str]:
    """A condition in two parts: what it is about, and what is asked of it."""
    field, value = field_label(condition.field, names), condition.value
    said = {
        "has": "{}",
        "is": "{}",
        "in": "{}",
        "any_of": "{}",
        "all_of": "{}",
        "none_of": _("not {}"),
        "at_least": _("from {}"),
        "at_most": _("up to {}"),
        "from": _("from {}"),
        "before": _("before {}"),
    }
    if condition.op in {"empty", "filled", "overdue"}:
        return field, str(OPERATORS[condition.op]).removeprefix(_("is "))
    if condition.op in {"last_days", "not_last_days", "next_days"}:
        return field, _days(condition.op, value)
    if isinstance(value, list):
        text = ", ".join(value_label(condition.field, each, names) for each in value)
    elif isinstance(value, bool):
        text = _("yes") if value else _("no")
    elif condition.op == "in":
        text = str(PERIODS[value])
    else:
        is_date = condition.op in {"from", "before"}
        text = date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT") if is_date else str(value)
    return field, said[condition.op].format(text)


def _days(op: str, days: int) -> str:
    texts = {
        "last_days": ngettext("Last day", "Last {} days", days),
        "not_last_days": ngettext("Not in the last day", "Not in the last {} days", days),
        "next_days": ngettext("Next day", "Next {} days", days),
    }
    return texts[op].format(days)


def sentence_of(part: Condition | Group, names: Mapping[str, str]) -> str:
    """A part of a filter in words: "Owner Me or Score from 50"."""
    if isinstance(part, Condition):
        return " ".join(words_of(part, names))
    link = _(" or ") if part.is_any else _(" and ")
    return link.join(
        f"({sentence_of(p, names)})" if isinstance(p, Group) else sentence_of(p, names) for p in part.parts
    )
