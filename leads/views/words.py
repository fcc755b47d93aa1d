"""What the fields, operators and values of the list are called."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from leads.models import LeadStatus, Temperature
from leads.selectors import OWN, Condition, Group

FIELDS: dict[str, Any] = {
    "search": lazy("Search"), "name": lazy("Name"), "business_type": lazy("Business"), "status": lazy("Status"),
    "temperature": lazy("Temperature"), "score": lazy("Score"), "owner": lazy("Owner"), "source": lazy("Source"),
    "tags": lazy("Tag"), "last_message_from": lazy("Last message from"), "last_message_at": lazy("Last message"),
    "last_activity_at": lazy("Last activity"), "next_step": lazy("Next step"),
    "next_step_on": lazy("Next step due"), "created_at": lazy("Created"),
}  # fmt: skip
OPERATORS: dict[str, Any] = {
    "has": lazy("contains"), "is": lazy("is"), "any_of": lazy("is any of"), "none_of": lazy("is none of"),
    "all_of": lazy("has all of"), "at_least": lazy("at least"), "at_most": lazy("at most"), "in": lazy("is in"),
    "last_days": lazy("in the last (days)"), "not_last_days": lazy("not in the last (days)"),
    "next_days": lazy("in the next (days)"), "overdue": lazy("is overdue"), "from": lazy("from"),
    "before": lazy("before"), "empty": lazy("is empty"), "filled": lazy("is filled in"),
}  # fmt: skip
PERIODS: dict[str, Any] = {
    "today": lazy("Today"), "yesterday": lazy("Yesterday"), "this_week": lazy("This week"),
    "this_month": lazy("This month"),
}  # fmt: skip
SENDERS: dict[str, Any] = {"them": lazy("Them"), "us": lazy("Us")}
PEOPLE: dict[str, Any] = {"me": lazy("Me"), "my_team": lazy("My team"), "none": lazy("Nobody")}
COLUMNS: dict[str, Any] = {
    "name": lazy("Name"), "status": lazy("Status"), "score": lazy("Score"), "message": lazy("Last message"),
    "next": lazy("Next step"), "owner": lazy("Owner"), "source": lazy("Source"), "created": lazy("Created"),
    "temperature": lazy("Temperature"), "business": lazy("Business"), "tags": lazy("Tags"),
    "activity": lazy("Last activity"),
}  # fmt: skip
GROUPINGS: dict[str, Any] = {
    "status": lazy("Status"), "owner": lazy("Owner"), "temperature": lazy("Temperature"),
}  # fmt: skip
SOURCES = {
    "whatsapp": "WhatsApp", "sms_twilio": "SMS", "gmail": "Gmail", "web_form": "Web form", "api": "API",
    "simulator": "Simulator", "ctwa": "Ad", "post": "Post",
}  # fmt: skip


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
        "has": "{}", "is": "{}", "in": "{}", "any_of": "{}", "all_of": "{}", "none_of": _("not {}"),
        "at_least": _("from {}"), "at_most": _("up to {}"), "from": _("from {}"), "before": _("before {}"),
    }  # fmt: skip
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
        text = date_format(date.fromisoformat(value), "j M Y") if is_date else str(value)
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
