"""The editor of a list's conditions: what it can offer, and the tree it begins with."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.condition_words import schema, schema_field
from crm.models import CustomField, FieldKind
from leads import selectors
from leads.selectors import KINDS, OPERATORS, OWN_OPERATORS
from leads.views import words
from leads.views.list_state import FILTERS, ListState


def condition_sheet(state: ListState, actor: Actor) -> tuple[str, dict[str, Any]]:
    """What the filter editor needs: the tree, and which fields and operators there are."""
    fields = [
        schema_field(field, str(label), OPERATORS[KINDS[field]], _known(field, actor).items())
        for field, label in words.FIELDS.items()
    ]
    own = [
        schema_field(name, field.label, _drawn(field), zip(field.options, field.options, strict=True))
        for name, field in state.own.items()
    ]
    base = state.params()
    for name in FILTERS:
        base.pop(name, None)
    return "conditions", {
        "schema": schema(fields + own, first="status"),
        "tree": selectors.plain_of(state.tree),
        "base": f"{reverse('leads:list')}?{base.urlencode()}",
        "show": _("Show leads"),
    }


def _drawn(field: CustomField) -> dict[str, str]:
    """The operators of such a field; the options of a choice are ticked, not typed."""
    takes = OWN_OPERATORS[field.kind]
    is_choice = field.kind == FieldKind.CHOICE
    return {op: "choices" if is_choice and each == "texts" else each for op, each in takes.items()}


def _known(field: str, actor: Actor) -> dict[str, Any]:
    known = dict(words.choices_of(field))
    return known | words.member_names(actor) if field == "owner" else known
