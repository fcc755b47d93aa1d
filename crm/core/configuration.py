"""The configuration of a workspace as plain values: every floor hangs its parts here, in the order of a restore."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import DataError
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.errors import InvalidInputError

SCHEMA = 1
FORMAT = "chat-crm/configuration"
Item = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One kind of thing an admin sets. `read` gives the living ones as plain items; `name_of` names an item once and
    for all; `put` makes or changes one (before: the living one of that name, or None); `take` puts one out of use,
    where that is possible without loss (None: what the file does not name stays)."""

    key: str
    title: Any
    read: Callable[[Actor], list[Item]]
    name_of: Callable[[Item], str]
    put: Callable[[Actor, Item, Item | None], None]
    take: Callable[[Actor, Item], None] | None = None


@dataclass(frozen=True)
class Difference:
    """What restoring would do to one item: "added", "changed" (with its fields) or "removed"."""

    part: Part
    name: str
    what: str
    fields: tuple[tuple[str, Any, Any], ...] = ()


_parts: dict[str, Part] = {}


def add_part(part: Part) -> None:
    """Hang one up; they are restored in the order they were hung."""
    _parts[part.key] = part


def parts() -> list[Part]:
    """All there are."""
    return list(_parts.values())


def read_configuration(actor: Actor) -> dict[str, list[Item]]:
    """Everything as it is now."""
    return {part.key: part.read(actor) for part in parts()}


def check_shape(content: Any) -> dict[str, list[Item]]:
    """The parts of a file, or a refusal that says which field is wrong and how to mend it."""
    wrong: dict[str, list[str]] = {}
    if not isinstance(content, Mapping) or content.get("format") != FORMAT:
        wrong["format"] = [
            _('This is no backup of a configuration: "format" must be "%(format)s".') % {"format": FORMAT}
        ]
    elif content.get("schema") != SCHEMA:
        wrong["schema"] = [
            _("This release reads schema %(number)d. Make the backup anew with the same release.")
            % {"number": SCHEMA}
        ]
    elif not isinstance(content.get("parts"), Mapping):
        wrong["parts"] = [_('"parts" must hold a list for each kind of thing.')]
    else:
        wrong = {
            f"parts.{key}": texts for key, value in content["parts"].items() if (texts := _faults(key, value))
        }
    if wrong:
        raise InvalidInputError(_("This file can't be restored."), fields=wrong)
    found: dict[str, list[Item]] = content["parts"]
    return found


def _faults(key: str, items: Any) -> list[str]:
    part = _parts.get(key)
    if part is None:
        return [_("There is no such part. Choose from: %(parts)s.") % {"parts": ", ".join(_parts)}]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return [_("Must be a list of objects.")]
    try:
        names = [part.name_of(item) for item in items]
    except (KeyError, TypeError, AttributeError) as error:
        return [_("An entry lacks the field %(field)s.") % {"field": error}]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [_("Named twice: %(names)s. Take one of them out.") % {"names": ", ".join(twice)}] if twice else []


def differences(actor: Actor, wanted: Mapping[str, Sequence[Item]]) -> list[Difference]:
    """What restoring these parts would change; parts that the file leaves out stay as they are."""
    return [
        d
        for part in parts()
        if part.key in wanted
        for d in _differences(part, part.read(actor), wanted[part.key])
    ]


def _differences(part: Part, now: Sequence[Item], then: Sequence[Item]) -> list[Difference]:
    old, new = ({part.name_of(item): item for item in items} for items in (now, then))
    found = [
        Difference(part, name, "added", _fields({}, item)) for name, item in new.items() if name not in old
    ]
    for name, item in new.items():
        if name in old and (fields := _fields(old[name], item)):
            found.append(Difference(part, name, "changed", fields))
    return found + [Difference(part, name, "removed") for name in _gone(part, old, new)]


def _gone(part: Part, old: Mapping[str, Item], new: Mapping[str, Item]) -> list[str]:
    """What is there now, in use, and not in the file; nothing where it could not be put out of use without loss."""
    if part.take is None:
        return []
    return sorted(name for name, item in old.items() if name not in new and item.get("is_active", True))


def _fields(old: Item, new: Item) -> tuple[tuple[str, Any, Any], ...]:
    return tuple((key, old.get(key), value) for key, value in new.items() if old.get(key) != value)


def put_configuration(actor: Actor, wanted: Mapping[str, Sequence[Item]]) -> None:
    """Make everything as the parts say, by the services of each floor; what they refuse is named by its place."""
    for part in parts():
        if part.key in wanted:
            _put_part(actor, part, wanted[part.key])


def _put_part(actor: Actor, part: Part, items: Sequence[Item]) -> None:
    now = {part.name_of(item): item for item in part.read(actor)}
    for item in items:
        name = part.name_of(item)
        if now.get(name) != item:
            _named(part, name, partial(part.put, actor, item, now.get(name)))
    if part.take is not None:
        for name in _gone(part, now, {part.name_of(item): item for item in items}):
            _named(part, name, partial(part.take, actor, now[name]))


def _named(part: Part, name: str, change: Callable[[], None]) -> None:
    """Carry a change out; its refusal says which part, which entry and which field."""
    try:
        change()
    except InvalidInputError as error:
        fields = error.fields or {"": [error.message]}
        told = {f"{part.key}.{name}.{field}".rstrip("."): texts for field, texts in fields.items()}
        raise InvalidInputError(_("This file can't be restored."), fields=told) from error
    except KeyError as error:
        field = str(error).strip("'")
        told = {f"{part.key}.{name}.{field}": [_("This field is missing. Write it, as in a fresh backup.")]}
        raise InvalidInputError(_("This file can't be restored."), fields=told) from error
    except (TypeError, ValueError, AttributeError, DataError) as error:
        told = {
            f"{part.key}.{name}": [
                _("A value has the wrong shape (%(error)s). Compare with a fresh backup.") % {"error": error}
            ]
        }
        raise InvalidInputError(_("This file can't be restored."), fields=told) from error
