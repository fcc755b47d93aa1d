"""The fields a workspace has added, their values as people read them, and filters over them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm import policies
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.decisions import as_kept
from crm.models import CustomField, FieldKind, FieldOwner

PREFIX = "custom."


def custom_fields(workspace_id: UUID, of: str = FieldOwner.LEAD) -> list[CustomField]:
    """The fields of leads (or contacts) that are switched on, in their order; one query."""
    rows = CustomField.objects.filter(workspace_id=workspace_id, of=of, is_active=True)
    return list(rows.order_by("position", "key"))


def visible_custom_fields(actor: Actor) -> QuerySet[CustomField]:
    """Every field of the workspace, also those switched off."""
    return CustomField.objects.filter(workspace_id=actor.workspace_id)


def all_custom_fields(actor: Actor) -> list[CustomField]:
    """Every field there is, switched off ones last; for those who manage them."""
    policies.check_can_manage_settings(actor)
    rows = CustomField.objects.filter(workspace_id=actor.workspace_id)
    return list(rows.order_by("-is_active", "of", "position", "key"))


def get_custom_field(actor: Actor, field_id: UUID) -> CustomField:
    """One of them."""
    policies.check_can_manage_settings(actor)
    found = CustomField.objects.filter(workspace_id=actor.workspace_id, pk=field_id).first()
    if found is None:
        raise NotFoundError
    return found


@dataclass(frozen=True)
class FieldView:
    """A field of one row as a page shows it: `value` as kept, `shown` for people."""

    key: str
    label: str
    kind: str
    help: str = ""
    is_required: bool = False
    options: list[str] = field(default_factory=list)
    value: Any = None
    shown: str = ""


def field_views(fields: Iterable[CustomField], held: Mapping[str, Any]) -> list[FieldView]:
    """The fields with the values a row holds."""
    return [
        FieldView(
            f.key, f.label, f.kind, f.help, f.is_required, f.options, held.get(f.key),
            shown_custom(f.kind, held.get(f.key)),
        )
        for f in fields
    ]  # fmt: skip


def shown_custom(kind: str, value: Any) -> str:
    """A value of a custom field for people; empty when there is none."""
    if value is None:
        return ""
    if kind == FieldKind.YES_NO:
        return _("yes") if value else _("no")
    if kind == FieldKind.DATE:
        return str(date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT"))
    return str(value)


OPERATORS = {"": "", "gte": "__gte", "lte": "__lte", "contains": "__icontains", "empty": ""}
COMPARED = {FieldKind.NUMBER, FieldKind.DATE}


def custom_filter(workspace_id: UUID, of: str, given: Mapping[str, str]) -> Q:
    """What `custom.<key>` (also `__gte`, `__lte`, `__contains`, `__empty`) ask for; other names are left alone.

    Refuses, by name, a field that is not there and a value of the wrong kind.
    """
    asked = {name: text for name, text in given.items() if name.startswith(PREFIX) and text.strip()}
    known = {f.key: f for f in custom_fields(workspace_id, of)} if asked else {}
    found, wrong = Q(), dict[str, list[str]]()
    for name, text in asked.items():
        try:
            found &= _condition(known, *_parts(name), text)
        except ValueError as error:
            wrong[name] = [str(error)]
    if wrong:
        raise InvalidInputError(fields=wrong)
    return found


def _parts(name: str) -> tuple[str, str]:
    key, _sep, operator = name.removeprefix(PREFIX).partition("__")
    return key, operator


def _condition(known: Mapping[str, CustomField], key: str, operator: str, text: str) -> Q:
    found = known.get(key)
    if found is None:
        raise ValueError(
            _("There is no such field. Choose from: %(choices)s.")
            % {"choices": ", ".join(known) or _("none yet")}
        )
    if operator not in OPERATORS or (operator in {"gte", "lte"} and found.kind not in COMPARED):
        raise ValueError(_("This field can't be compared like that."))
    if operator == "empty":
        is_empty = Q(**{f"custom__{key}__isnull": True})
        return is_empty if as_kept(FieldKind.YES_NO, [], text) else ~is_empty
    if operator == "contains":
        return Q(**{f"custom__{key}__icontains": text})
    value = as_kept(found.kind, found.options, text)
    if operator == "":
        return Q(custom__contains={key: value})  # this one is answered from the index
    return Q(**{f"custom__{key}{OPERATORS[operator]}": value})
