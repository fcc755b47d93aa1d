"""What a list of leads can be narrowed by. Fields the workspace has added are called "custom.<key>"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crm.core import conditions
from crm.core.conditions import CHOICE, EVERYTHING, MAYBE, MOMENT, PEOPLE, TEXT, Group

KINDS = {
    "search": "search", "name": "text", "business_type": "text", "next_step": "text",
    "status": "choice", "temperature": "choice", "last_message_from": "choice",
    "owner": "people", "source": "words", "tags": "tags", "score": "number",
    "created_at": "moment", "last_activity_at": "moment", "last_message_at": "maybe_moment",
    "next_step_on": "day",
}  # fmt: skip
CHOICES = {
    "status": ("new", "working", "qualified", "converted", "disqualified"),
    "temperature": ("hot", "warm", "cold"),
    "last_message_from": ("them", "us"),
}
# kind -> {operator: what its value is}
OPERATORS: dict[str, dict[str, str]] = {
    "search": {"has": "text"},
    "text": TEXT,
    "choice": CHOICE,
    "people": PEOPLE,
    "words": {"any_of": "texts", "none_of": "texts", **MAYBE},
    "tags": {"all_of": "texts", "any_of": "texts", "none_of": "texts", **MAYBE},
    "number": {"at_least": "number", "at_most": "number", "is": "number"},
    "moment": MOMENT,
    "maybe_moment": MOMENT | MAYBE,
    "day": {"in": "period", "overdue": "nothing", "next_days": "days", "from": "date", "before": "date", **MAYBE},
}  # fmt: skip
OWN = "custom."  # before the key of a field the workspace has added
# kind of such a field -> {operator: what its value is}
OWN_OPERATORS: dict[str, dict[str, str]] = {
    "text": TEXT,
    "url": TEXT,
    "number": {"at_least": "amount", "at_most": "amount", "is": "amount", **MAYBE},
    "date": MOMENT | {"next_days": "days"} | MAYBE,
    "choice": {"any_of": "texts", "none_of": "texts", **MAYBE},
    "yes_no": {"is": "yes_no", **MAYBE},
}


class OwnField(Protocol):
    """What a filter must know of a field the workspace has added."""

    @property
    def kind(self) -> str: ...
    @property
    def options(self) -> Sequence[str]: ...


Own = Mapping[str, OwnField]  # by name: "custom.size"


@dataclass(frozen=True)
class LeadFields:
    """What leads can be narrowed by in a workspace that has added these fields."""

    own: Own
    held: Group = EVERYTHING

    def operators_of(self, field: str) -> Mapping[str, str]:
        """By the kind of the field."""
        if field in KINDS:
            return OPERATORS[KINDS[field]]
        if field.startswith(OWN) and field in self.own:
            return OWN_OPERATORS[self.own[field].kind]
        raise conditions.unknown_field(field, [*KINDS, *self.own] if field.startswith(OWN) else [*KINDS])

    def options_of(self, field: str) -> Sequence[str] | None:
        """Those of a choice."""
        if field not in KINDS and self.own[field].kind == "choice":
            return self.own[field].options
        return CHOICES.get(field)


def read_filter(text: str, own: Own | None = None, held: Group = EVERYTHING) -> Group:
    """The tree of a text, or a refusal that says what is wrong with it. `own` are the workspace's fields, `held` is
    what the list shows already."""
    return conditions.read_filter(text, LeadFields({} if own is None else own, held))


def tree_of(plain: Any, own: Own | None = None, held: Group = EVERYTHING) -> Group:
    """The checked tree of its plain form; refuses what is unknown by its name. What was read already stays."""
    if isinstance(plain, Group):
        return plain
    return conditions.tree_of(plain, LeadFields({} if own is None else own, held))
