"""Reading tags."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from crm.core.actors import Actor
from crm.models import Tag, TagColour


def visible_tags(actor: Actor) -> QuerySet[Tag]:
    """The workspace's tags, by name."""
    return Tag.objects.filter(workspace_id=actor.workspace_id).order_by("name")


def tag_colours(workspace_id: UUID) -> dict[str, str]:
    """Colour by key; one query."""
    rows = Tag.objects.filter(workspace_id=workspace_id).values_list("key", "colour")
    return dict(rows)


def as_badges(names: Iterable[str], colours: dict[str, str]) -> list[dict[str, str]]:
    """Tags as pages show them: [{name, colour}]; a word without a row is grey."""
    return [{"name": name, "colour": colours.get(name.casefold(), TagColour.GREY.value)} for name in names]
