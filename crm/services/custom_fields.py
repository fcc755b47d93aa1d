"""Fields a workspace adds to its contacts and leads, and the one place that checks their values."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm import policies, selectors
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service
from crm.decisions import as_kept
from crm.models import CustomField, FieldKind, FieldOwner

MOST = 60
CHANGEABLE = ("label", "options", "is_required", "help", "position", "is_active")


@service
def add_custom_field(
    *,
    actor: Actor,
    of: str,
    label: str,
    kind: str,
    key: str = "",
    options: Sequence[str] = (),
    is_required: bool = False,
    help: str = "",
) -> CustomField:
    """The workspace's leads or contacts have one more field, everywhere at once."""
    policies.check_can_manage_settings(actor)
    rows = CustomField.objects.filter(workspace_id=actor.workspace_id, of=of)
    field = CustomField(
        workspace_id=actor.workspace_id,
        of=of,
        kind=kind,
        label=label.strip(),
        key=key.strip() or key_of(label),
        options=_clean(options),
        is_required=is_required,
        help=help.strip(),
        position=rows.count() + 1,
    )
    wrong = _mistakes_in(field)
    if rows.filter(key=field.key).exists():
        wrong["label"] = [
            _("There is a field with this key already, perhaps switched off. Use another name.")
        ]
    if rows.count() >= MOST:
        wrong["label"] = [_("At most %(most)s fields.") % {"most": MOST}]
    if wrong:
        raise InvalidInputError(fields=wrong)
    field.save()
    return field


def key_of(label: str) -> str:
    """The key programs use for a field of this name: "T-shirt size" is t_shirt_size."""
    plain = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")[:40].rstrip("_")


def _clean(options: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(text for option in options if (text := str(option).strip()[:80])))


def _mistakes_in(field: CustomField) -> dict[str, list[str]]:
    wrong = {}
    if not field.label or len(field.label) > 80:
        wrong["label"] = [_("Write what people should read, in at most 80 characters.")]
    elif not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", field.key) or "__" in field.key:
        wrong["key"] = [_("Write a key of small letters, digits and single _, beginning with a letter.")]
    if field.of not in FieldOwner.values:
        wrong["of"] = [_("Choose one of: %(choices)s.") % {"choices": ", ".join(FieldOwner.values)}]
    if field.kind not in FieldKind.values:
        wrong["kind"] = [_("Choose one of: %(choices)s.") % {"choices": ", ".join(FieldKind.values)}]
    if field.kind == FieldKind.CHOICE and not field.options:
        wrong["options"] = [_("Write at least one option.")]
    if len(field.help) > 200:
        wrong["help"] = [_("At most 200 characters.")]
    return wrong


@service
def change_custom_field(*, actor: Actor, field_id: UUID, changes: Mapping[str, Any]) -> CustomField:
    """Another name, order, help or set of options; or on and off. Key and kind stay: rows hold values of them."""
    policies.check_can_manage_settings(actor)
    field = selectors.get_custom_field(actor, field_id)
    wrong = {name: [_("This can't be changed.")] for name in changes if name not in CHANGEABLE}
    for name in set(changes) & set(CHANGEABLE):
        setattr(field, name, _clean(changes[name]) if name == "options" else changes[name])
    wrong |= _mistakes_in(field)
    if wrong:
        raise InvalidInputError(fields=wrong)
    field.save(update_fields=list(changes))
    return field


def checked_custom(
    workspace_id: UUID, of: str, given: Mapping[str, Any], held: Mapping[str, Any], *, is_new: bool = False
) -> dict[str, Any]:
    """What a row holds after these values were given: each as its field keeps it, empty ones left out.

    Refuses, by name, unknown fields, values of the wrong kind, and required fields left or made empty.
    """
    fields = {f.key: f for f in selectors.custom_fields(workspace_id, of)}
    wrong = {f"custom.{key}": [_unknown(fields)] for key in given if key not in fields}
    after = dict(held)
    for key in [key for key in given if key in fields]:
        try:
            after[key] = as_kept(fields[key].kind, fields[key].options, given[key])
        except ValueError as error:
            wrong[f"custom.{key}"] = [str(error)]
    for key, field in fields.items():
        if field.is_required and after.get(key) is None and (is_new or key in given):
            wrong.setdefault(f"custom.{key}", [_("%(label)s is required.") % {"label": field.label}])
    if wrong:
        raise InvalidInputError(next(iter(wrong.values()))[0], fields=wrong)
    return {key: value for key, value in after.items() if value is not None}


def _unknown(fields: Mapping[str, CustomField]) -> str:
    return _("There is no such field. Choose from: %(choices)s.") % {
        "choices": ", ".join(fields) or _("none yet")
    }
