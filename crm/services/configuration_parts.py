"""The ground floor's parts of a backup: the workspace itself, custom fields, tags."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import selectors
from crm.core.actors import Actor
from crm.core.configuration import Item, Part
from crm.core.errors import InvalidInputError
from crm.models import CustomField, Tag, Workspace
from crm.services.custom_fields import add_custom_field, change_custom_field
from crm.services.tags import colour_tag, spell_tags
from crm.services.workspace_settings import FIELDS, change_workspace

KEPT = ("label", "options", "is_required", "help", "position")


def _workspace(actor: Actor) -> list[Item]:
    row = Workspace.objects.get(pk=actor.workspace_id)
    return [{name: getattr(row, name) for name in FIELDS}]


def _put_workspace(actor: Actor, item: Item, before: Item | None) -> None:
    change_workspace(actor=actor, changes=item)


def _fields(actor: Actor) -> list[Item]:
    rows = [row for row in selectors.all_custom_fields(actor) if row.is_active]
    return [{n: getattr(row, n) for n in ("of", "key", "kind", *KEPT)} for row in rows]


def _held(actor: Actor, item: Item) -> CustomField | None:
    rows = [
        row for row in selectors.all_custom_fields(actor) if (row.of, row.key) == (item["of"], item["key"])
    ]
    return rows[0] if rows else None


def _put_field(actor: Actor, item: Item, before: Item | None) -> None:
    row = _held(actor, item)
    if row is None:
        given = {n: item[n] for n in ("of", "key", "kind", "label", "options", "is_required", "help")}
        row = add_custom_field(actor=actor, **given)
    if row.kind != item["kind"]:
        text = gettext(
            "This field holds %(kind)s here, and a kind stays as it is. Use another key in the file."
        ) % {"kind": row.kind}
        raise InvalidInputError(fields={"kind": [text]})
    changes = {name: item[name] for name in KEPT}
    change_custom_field(actor=actor, field_id=row.pk, changes={**changes, "is_active": True})


def _take_field(actor: Actor, item: Item) -> None:
    row = _held(actor, item)
    if row is not None:
        change_custom_field(actor=actor, field_id=row.pk, changes={"is_active": False})


def _tags(actor: Actor) -> list[Item]:
    return [{"name": row.name, "colour": row.colour} for row in selectors.visible_tags(actor)]


def _put_tag(actor: Actor, item: Item, before: Item | None) -> None:
    spelt = spell_tags(actor=actor, names=[item["name"]])
    if not spelt:
        raise InvalidInputError(fields={"name": [gettext("A tag has a name.")]})
    row = Tag.objects.get(workspace_id=actor.workspace_id, name=spelt[0])
    colour_tag(actor=actor, tag_id=row.pk, colour=item["colour"])


PARTS = (
    Part("workspace", _("Workspace"), _workspace, lambda item: "workspace", _put_workspace),
    Part(
        "custom_fields",
        _("Custom fields"),
        _fields,
        lambda item: f"{item['of']}.{item['key']}",
        _put_field,
        _take_field,
    ),
    Part("tags", _("Tags"), _tags, lambda item: str(item["name"]).casefold(), _put_tag),
)
