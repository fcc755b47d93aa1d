"""Replies kept ready for everybody."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import policies, selectors
from conversations.events import CannedReplyChanged
from conversations.models import CannedReply
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service


@service
def write_canned_reply(*, actor: Actor, shortcut: str, text: str) -> CannedReply:
    """Keep a reply ready under a shortcut nobody has taken."""
    policies.check_can_manage_canned_replies(actor)
    row = CannedReply(workspace_id=actor.workspace_id, shortcut=_bare(shortcut), text=text)
    return _save(actor, row, "written")


@service
def change_canned_reply(
    *, actor: Actor, canned_reply_id: UUID, shortcut: str | None = None, text: str | None = None
) -> CannedReply:
    """Say it in other words, or under another shortcut."""
    row = _lock(actor, canned_reply_id)
    row.shortcut = row.shortcut if shortcut is None else _bare(shortcut)
    row.text = row.text if text is None else text
    return _save(actor, row, "changed")


@service
def archive_canned_reply(*, actor: Actor, canned_reply_id: UUID) -> CannedReply:
    """Put it away: nobody finds it behind the slash any more. Said twice it stays away."""
    row = _lock(actor, canned_reply_id)
    row.archived_at = row.archived_at or timezone.now()
    return _save(actor, row, "archived")


@service
def restore_canned_reply(*, actor: Actor, canned_reply_id: UUID) -> CannedReply:
    """Take it out again."""
    row = _lock(actor, canned_reply_id)
    row.archived_at = None
    return _save(actor, row, "restored")


def _bare(shortcut: str) -> str:
    return shortcut.strip().removeprefix("/")


def _lock(actor: Actor, canned_reply_id: UUID) -> CannedReply:
    policies.check_can_manage_canned_replies(actor)
    seen = selectors.get_canned_reply(actor, canned_reply_id)
    return CannedReply.objects.select_for_update(no_key=True).get(pk=seen.pk)


def _save(actor: Actor, row: CannedReply, how: str) -> CannedReply:
    _check(row)
    row.save()
    publish(CannedReplyChanged(str(row.pk), row.shortcut, how), actor=actor)
    return row


def _check(row: CannedReply) -> None:
    try:
        row.full_clean(exclude=["workspace"], validate_constraints=False)
    except ValidationError as error:
        raise InvalidInputError(fields=error.message_dict) from error
    taken = CannedReply.objects.filter(workspace_id=row.workspace_id, shortcut__iexact=row.shortcut)
    other = taken.exclude(pk=row.pk).first()
    if other:
        where = _("It is put away: take it out again.") if other.archived_at else _("Choose another one.")
        raise InvalidInputError(
            fields={
                "shortcut": [
                    _("/%(shortcut)s is taken. %(where)s") % {"shortcut": other.shortcut, "where": where}
                ]
            }
        )
