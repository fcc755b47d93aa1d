"""Conditions of the inbox's list: the editor, and the chips that say what is on."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from conversations import selectors
from conversations.models import Channel, Label, OwnerKind, Priority
from conversations.views.list_state import ListState
from crm import selectors as crm_selectors
from crm.core.actors import Actor
from crm.core.condition_words import PEOPLE, SENDERS, schema, schema_field, sentence_of, words_of
from crm.core.conditions import EVERYTHING, Condition, Group, conditions_in, plain_of, without_part
from crm.core.doors import actor_of

FIELDS: dict[str, Any] = {
    "label": gettext_lazy("Label"),
    "assignee": gettext_lazy("Assignee"),
    "owner": gettext_lazy("Answered by"),
    "priority": gettext_lazy("Priority"),
    "channel": gettext_lazy("Channel"),
    "waiting_since": gettext_lazy("Waiting since"),
    "window": gettext_lazy("Free replies"),
    "is_unread": gettext_lazy("Unread"),
    "is_failed": gettext_lazy("Not delivered"),
    "is_hot": gettext_lazy("Hot lead"),
    "has_draft": gettext_lazy("Draft"),
    "last_message_from": gettext_lazy("Last message from"),
    "last_message_at": gettext_lazy("Last message"),
    "created_at": gettext_lazy("Created"),
    "language": gettext_lazy("Language"),
    "search": gettext_lazy("Search"),
}
WINDOWS: dict[str, Any] = {
    "open": pgettext_lazy("window", "Possible"),
    "closed": pgettext_lazy("window", "Over"),
}
Names = Mapping[str, Any]


@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    """The editor for the list at this address."""
    actor = actor_of(request)
    state = ListState(request.GET, actor)
    fields = [_field(key, str(label), actor) for key, label in FIELDS.items()]
    context = {
        "schema": schema(fields, first="label"),
        "tree": plain_of(state.tree),
        "base": state.url(filter=""),
        "show": _("Show conversations"),
    }
    return render(request, "components/conditions.html", context)


def _field(key: str, label: str, actor: Actor) -> dict[str, Any]:
    operators = selectors.OPERATORS[selectors.KINDS[key]]
    return schema_field(key, label, operators, _choices(key, actor))


def _choices(key: str, actor: Actor) -> Iterable[tuple[str, Any]]:
    if key == "label":
        return [(str(row.pk), row.name) for row in selectors.visible_labels(actor)]
    if key == "channel":
        return channel_names(actor).items()
    known = _fixed(key)
    return {**known, **_people(actor)}.items() if key == "assignee" else known.items()


def _fixed(key: str) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = {
        "assignee": PEOPLE,
        "owner": dict(OwnerKind.choices),
        "priority": priority_names(),
        "window": WINDOWS,
        "last_message_from": SENDERS,
    }
    return known.get(key, {})


def priority_names() -> dict[str, Any]:
    """The highest first."""
    return {each.name.lower(): each.label for each in reversed(Priority)}


def _people(actor: Actor) -> dict[str, Any]:
    return {str(m.user_id): m.user for m in crm_selectors.visible_members(actor)}


def channel_names(actor: Actor) -> dict[str, Any]:
    """The workspace's channels by id, in the order of their names."""
    rows = Channel.objects.filter(workspace_id=actor.workspace_id).order_by("name")
    return {str(row.pk): row.name or row.kind for row in rows}


def condition_chips(state: ListState, labels: Mapping[UUID, Label]) -> list[dict[str, str]]:
    """A chip for each part of the filter, with the address without it. Only names that are spoken of are asked for."""
    if state.tree.is_empty:
        return []
    asked = {each.field for each in conditions_in(state.tree)}
    names: dict[str, Any] = {str(pk): label.name for pk, label in labels.items()}
    names |= _people(state.actor) if "assignee" in asked else {}
    names |= channel_names(state.actor) if "channel" in asked else {}
    parts = [state.tree] if state.tree.is_any else state.tree.parts
    return [_chip(state, part, names) for part in parts]


def _chip(state: ListState, part: Condition | Group, names: Names) -> dict[str, str]:
    def value_name(field: str, value: str) -> str:
        return str(_fixed(field).get(value) or names.get(value) or value)

    def field_name(field: str) -> str:
        return str(FIELDS[field])

    if isinstance(part, Condition):
        label, text = words_of(part, field_name, value_name)
    else:
        label, text = "", sentence_of(part, field_name, value_name)
    rest = EVERYTHING if part is state.tree else without_part(state.tree, part)
    return {"label": label, "value": text, "remove_url": state.url(filter=_written(rest))}


def _written(tree: Group) -> str:
    """As the address says it; nothing when nothing is narrowed."""
    return "" if tree.is_empty else json.dumps(plain_of(tree), separators=(",", ":"))
