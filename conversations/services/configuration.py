"""This floor's parts of a backup: labels and canned replies."""

from django.utils.translation import gettext_lazy as _

from conversations import selectors
from conversations.models import CannedReply
from conversations.services.canned import (
    archive_canned_reply,
    change_canned_reply,
    restore_canned_reply,
    write_canned_reply,
)
from conversations.services.labelling import change_label, create_label
from crm.core.actors import Actor
from crm.core.configuration import Item, Part


def _labels(actor: Actor) -> list[Item]:
    return [{"name": row.name, "colour": row.colour} for row in selectors.visible_labels(actor)]


def _put_label(actor: Actor, item: Item, before: Item | None) -> None:
    held = {row.name.casefold(): row for row in selectors.visible_labels(actor)}
    row = held.get(str(item["name"]).casefold())
    if row is None:
        create_label(actor=actor, name=item["name"], colour=item["colour"])
    else:
        change_label(actor=actor, label_id=row.pk, name=item["name"], colour=item["colour"])


def _replies(actor: Actor) -> list[Item]:
    return [{"shortcut": row.shortcut, "text": row.text} for row in selectors.visible_canned_replies(actor)]


def _reply(actor: Actor, item: Item) -> CannedReply | None:
    rows = selectors.visible_canned_replies(actor, with_archived=True)
    return rows.filter(shortcut__iexact=str(item["shortcut"])).first()


def _put_reply(actor: Actor, item: Item, before: Item | None) -> None:
    row = _reply(actor, item)
    if row is None:
        write_canned_reply(actor=actor, shortcut=item["shortcut"], text=item["text"])
        return
    if row.archived_at is not None:
        restore_canned_reply(actor=actor, canned_reply_id=row.pk)
    change_canned_reply(actor=actor, canned_reply_id=row.pk, shortcut=item["shortcut"], text=item["text"])


def _take_reply(actor: Actor, item: Item) -> None:
    row = _reply(actor, item)
    if row is not None:
        archive_canned_reply(actor=actor, canned_reply_id=row.pk)


PARTS = (
    Part("labels", _("Labels"), _labels, lambda item: str(item["name"]).casefold(), _put_label),
    Part(
        "canned_replies", _("Canned replies"), _replies, lambda item: str(item["shortcut"]).casefold(), _put_reply,
        _take_reply,
    ),
)  # fmt: skip
