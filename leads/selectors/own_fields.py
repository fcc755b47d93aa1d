"""The fields a workspace has added to its leads, as a list needs them: their names, and how to sort by them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F, Func, JSONField, Value
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.models import CustomField, FieldOwner
from crm.selectors import custom_fields
from leads.decisions.filters import OWN
from leads.models import COLUMNS

NO_FIELDS: Mapping[str, CustomField] = {}
_NAME = re.compile(rf"{re.escape(OWN)}[a-z][a-z0-9_]{{0,39}}")


class OwnFields(Mapping[str, CustomField]):
    """The fields by name ("custom.size"). They are asked for when one is first spoken of: most lists need none."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id = workspace_id

    @cached_property
    def _known(self) -> dict[str, CustomField]:
        rows = custom_fields(self.workspace_id, FieldOwner.LEAD)
        return {f"{OWN}{field.key}": field for field in rows}

    def __getitem__(self, name: str) -> CustomField:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, name: object) -> bool:
        return is_own(str(name)) and name in self._known


def own_fields(actor: Actor) -> OwnFields:
    """Those of the actor's workspace."""
    return OwnFields(actor.workspace_id)


def is_own(name: str) -> bool:
    """Whether a name can be one of a field the workspace has added."""
    return _NAME.fullmatch(name) is not None


def is_column(name: str, own: Mapping[str, CustomField]) -> bool:
    """Whether the list can show it."""
    return name in COLUMNS or name in own


class OwnKey(Func):
    """What rows are sorted by: the value as JSON, in small letters. JSON orders [] before every value and {} behind,
    so whoever has no value comes last, up or down."""

    output_field = JSONField()

    def __init__(self, name: str, *, is_down: bool) -> None:
        none = "[]" if is_down else "{}"
        super().__init__(
            F("custom"),
            Value(name.removeprefix(OWN)),
            template=f"COALESCE(LOWER((%(expressions)s)::text)::jsonb, '{none}'::jsonb)",
            arg_joiner=" -> ",
        )


def check_sorts(
    names: Iterable[str], known: Mapping[str, Any], own: Mapping[str, CustomField] = NO_FIELDS
) -> None:
    """Refuses, by name, orders there are not."""
    unknown = [name for name in names if name not in known and name not in own]
    if unknown:
        choice = ", ".join([*known, *own])
        text = _("Can't order by %(names)s. Choose from: %(choices)s.") % {
            "names": ", ".join(unknown),
            "choices": choice,
        }
        raise InvalidInputError(fields={"ordering": [text]})
