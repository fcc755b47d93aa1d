"""Tags of contacts (and, for the floors above, of anything that carries names of tags)."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from crm import policies, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.service import service
from crm.events import ContactChanged
from crm.models import Contact, Tag, TagColour

LONGEST, MOST = 60, 50
IN_TURN = [colour for colour in TagColour.values if colour != TagColour.GREY]


@service
def spell_tags(*, actor: Actor, names: Sequence[str]) -> list[str]:
    """Each tag once, as the workspace spells it; words nobody has used before become tags, each with a colour."""
    words = clean_tags(names)
    known = _known(actor, words)
    if any(word.casefold() not in known for word in words):
        _wait_for_our_turn(actor)
        known = _known(actor, words)
        new = [word for word in words if word.casefold() not in known]
        known |= {word.casefold(): _add_tag(actor, word) for word in new}
    return [known[word.casefold()] for word in words]


def clean_tags(names: Sequence[str]) -> list[str]:
    """Each word once, trimmed, in the order given; empty ones are left out."""
    words: dict[str, str] = {}
    for name in names:
        word = " ".join(str(name).split())[:LONGEST].strip()
        if word:
            words.setdefault(word.casefold(), word)
    return list(words.values())


def _known(actor: Actor, words: Sequence[str]) -> dict[str, str]:
    rows = Tag.objects.filter(workspace_id=actor.workspace_id, key__in=[word.casefold() for word in words])
    return dict(rows.values_list("key", "name"))


def _wait_for_our_turn(actor: Actor) -> None:
    """Two who think of the same word at once make one tag of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [str(actor.workspace_id)])


def _add_tag(actor: Actor, word: str) -> str:
    count = Tag.objects.filter(workspace_id=actor.workspace_id).count()
    Tag.objects.create(workspace_id=actor.workspace_id, name=word, colour=IN_TURN[count % len(IN_TURN)])
    return word


@service
def colour_tag(*, actor: Actor, tag_id: UUID, colour: str) -> Tag:
    """A tag gets another colour, wherever it is shown."""
    policies.check_can_manage_settings(actor)
    tag = (
        Tag.objects.select_for_update(no_key=True).filter(pk=tag_id, workspace_id=actor.workspace_id).first()
    )
    if tag is None:
        raise NotFoundError
    if colour not in TagColour.values:
        raise InvalidInputError(
            fields={"colour": [_("Choose one of: %(choices)s.") % {"choices": ", ".join(TagColour.values)}]}
        )
    if tag.colour != colour:
        tag.colour = colour
        tag.save(update_fields=["colour"])
    return tag


@service
def tag_contact(
    *, actor: Actor, contact_id: UUID, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Contact:
    """Put tags on a contact and take others off."""
    policies.check_can_edit_contact(actor)
    contact = selectors.lock_contact(actor, contact_id)
    tags = changed_tags(actor, contact.tags, add, remove)
    if tags != contact.tags:
        contact.tags = tags
        contact.save(update_fields=["tags", "updated_at"])
        publish(ContactChanged(contact_id=str(contact.pk), fields=("tags",)), actor=actor)
    return contact


def changed_tags(actor: Actor, held: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> list[str]:
    """What a row is tagged with after this; refuses more than anybody reads."""
    off = {word.casefold() for word in clean_tags(remove)}
    tags = [tag for tag in spell_tags(actor=actor, names=[*held, *add]) if tag.casefold() not in off]
    if len(tags) > MOST:
        raise InvalidInputError(fields={"tags": [_("At most %(most)s tags.") % {"most": MOST}]})
    return tags
