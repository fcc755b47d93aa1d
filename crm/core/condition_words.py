"""What conditions are called: operators, periods, and a whole filter as a sentence."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.conditions import Condition, Group

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

FieldName = Callable[[str], str]
ValueName = Callable[[str, str], str]


def words_of(condition: Condition, field_name: FieldName, value_name: ValueName) -> tuple[str, str]:
    """A condition in two parts: what it is about, and what is asked of it. `value_name` gets the field, too."""
    field, value = field_name(condition.field), condition.value
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
        text = ", ".join(value_name(condition.field, each) for each in value)
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


def sentence_of(part: Condition | Group, field_name: FieldName, value_name: ValueName) -> str:
    """A part of a filter in words: "Owner Me or Score from 50"."""
    if isinstance(part, Condition):
        return " ".join(words_of(part, field_name, value_name))
    link = _(" or ") if part.is_any else _(" and ")
    return link.join(
        f"({sentence_of(each, field_name, value_name)})"
        if isinstance(each, Group)
        else sentence_of(each, field_name, value_name)
        for each in part.parts
    )


def schema_field(
    key: str, label: str, operators: Mapping[str, str], choices: Iterable[tuple[str, Any]]
) -> dict[str, Any]:
    """A field as the editor of conditions wants it; ids are chosen by name, never typed."""
    ops = [
        {"key": op, "label": str(OPERATORS[op]), "takes": "choices" if takes == "ids" else takes}
        for op, takes in operators.items()
    ]
    options = [{"key": each, "label": str(named)} for each, named in choices]
    return {"key": key, "label": label, "ops": ops, "choices": options}


def schema(fields: list[dict[str, Any]], *, first: str) -> dict[str, Any]:
    """Everything the editor can offer; a new condition begins with the field `first`."""
    periods = [{"key": key, "label": str(label)} for key, label in PERIODS.items()]
    return {"fields": fields, "periods": periods, "first": first}
