"""Two contacts that are one person: joined, with everything that is theirs, and parted again if that was wrong.

Upper floors hang up how their rows move (`register_mover`), so that all of it happens in one transaction.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from crm import policies
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.service import service
from crm.events import ContactsMerged, ContactsParted
from crm.models import Contact, ContactMerge, Identity

Move = Callable[[Actor, UUID, UUID], Any]  # (actor, from, to) -> what was moved, as JSON
PutBack = Callable[[Actor, UUID, UUID, Any], None]  # (actor, from, to, what was moved)
_movers: dict[str, tuple[Move, PutBack]] = {}
OWN = ("name", "language", "tags", "custom", "updated_at")  # of the winner's columns, what a merge may change


def register_mover(name: str, move: Move, put_back: PutBack) -> None:
    """Hang up how a floor's rows go from one contact to another and back. Lower floors first: locks have one order."""
    _movers[name] = (move, put_back)


@service
def merge_contacts(*, actor: Actor, winner_id: UUID, loser_id: UUID, because: str) -> ContactMerge:
    """Two contacts are one person: everything of the loser's becomes the winner's. Can be undone."""
    policies.check_can_edit_contact(actor)
    winner, loser = _lock_both(actor, winner_id, loser_id)
    merge = ContactMerge(workspace_id=actor.workspace_id, winner=winner, loser=loser, because=because[:300])
    merge.moved = {"crm": _move_own(winner, loser)}
    for name, (move, _back) in _movers.items():
        merge.moved[name] = move(actor, loser.pk, winner.pk)
    merge.save()
    told = ContactsMerged(str(winner.pk), str(loser.pk), str(merge.pk), merge.because)
    publish(told, actor=actor)
    return merge


def _lock_both(actor: Actor, winner_id: UUID, loser_id: UUID) -> tuple[Contact, Contact]:
    """Both rows, locked in one order for everybody."""
    rows = Contact.objects.select_for_update(no_key=True, of=("self",)).filter(
        workspace_id=actor.workspace_id, pk__in=[winner_id, loser_id], merged_into__isnull=True
    )
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) != 2:
        raise NotFoundError(_("There are no such two contacts."))
    return found[winner_id], found[loser_id]


def _move_own(winner: Contact, loser: Contact) -> dict[str, Any]:
    """Give the winner the loser's addresses, tags and accounts, and what it has nothing of; returns what it got."""
    identities = list(loser.identities.values_list("pk", flat=True))
    for row in Identity.objects.filter(pk__in=identities):
        row.contact = winner
        row.save(update_fields=["contact"])
    taken: dict[str, Any] = {
        "identities": [str(pk) for pk in identities],
        "tags": [tag for tag in loser.tags if tag not in winner.tags],
        "had_name": bool(winner.name),
        "language": "" if winner.language else loser.language,
        "custom": {key: value for key, value in loser.custom.items() if winner.custom.get(key) is None},
        "accounts": [str(pk) for pk in set(_accounts_of(loser)) - set(_accounts_of(winner))],
    }
    winner.name, winner.tags = winner.name or loser.name, [*winner.tags, *taken["tags"]]
    winner.language, winner.custom = winner.language or loser.language, winner.custom | taken["custom"]
    winner.save(update_fields=OWN)
    winner.accounts.add(*taken["accounts"])
    loser.merged_into = winner
    loser.save(update_fields=["merged_into", "updated_at"])
    return taken


def _accounts_of(contact: Contact) -> list[UUID]:
    return list(contact.accounts.values_list("pk", flat=True))


@service
def part_contacts(*, actor: Actor, winner_id: UUID, merge_id: UUID) -> ContactMerge:
    """Undo a merge: what was moved goes back. What has come since stays with the winner."""
    policies.check_can_edit_contact(actor)
    rows = ContactMerge.objects.select_for_update(no_key=True, of=("self",))
    merge = rows.filter(pk=merge_id, winner_id=winner_id, workspace_id=actor.workspace_id).first()
    if merge is None:
        raise NotFoundError(
            _("There is no such merge."), fields={"merge": [_("Choose one of the contact's own merges.")]}
        )
    if merge.undone_at is not None:
        raise InvalidInputError(fields={"merge": [_("This merge was undone already.")]})
    _put_back_own(merge)
    for name, (_move, put_back) in _movers.items():
        put_back(actor, merge.loser_id, merge.winner_id, merge.moved.get(name))
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    told = ContactsParted(str(merge.winner_id), str(merge.loser_id), str(merge.pk))
    publish(told, actor=actor)
    return merge


def _put_back_own(merge: ContactMerge) -> None:
    """The winner's own again, where the merge's are still there."""
    rows = Contact.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=[merge.winner_id, merge.loser_id])}
    winner, loser, own = found[merge.winner_id], found[merge.loser_id], merge.moved["crm"]
    for row in Identity.objects.filter(pk__in=own["identities"], contact=winner):
        row.contact = loser
        row.save(update_fields=["contact"])
    winner.tags = [tag for tag in winner.tags if tag not in own["tags"]]
    winner.name = winner.name if own["had_name"] or winner.name != loser.name else ""
    # what follows was not taken over by merges of before
    winner.language = "" if winner.language == own.get("language") else winner.language
    filled = own.get("custom", {}).items()
    winner.custom = {key: value for key, value in winner.custom.items() if (key, value) not in filled}
    winner.save(update_fields=OWN)
    winner.accounts.remove(*own.get("accounts", []))
    loser.merged_into = None
    loser.save(update_fields=["merged_into", "updated_at"])
