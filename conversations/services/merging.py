"""What happens to conversations when two contacts turn out to be one person."""

from typing import Any
from uuid import UUID

from conversations.models import Consent, Conversation
from conversations.services.ownership import MERGED, close_for_merge
from crm.core.actors import Actor


def move_conversations(actor: Actor, loser_id: UUID, winner_id: UUID) -> dict[str, Any]:
    """Every thread of the loser's is the winner's. Where both have an open one on a channel, the winner's goes on and
    the other is closed, with its unread count."""
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",)).select_related("channel")
    talks = {row.pk: row for row in rows.filter(contact_id__in=[loser_id, winner_id]).order_by("pk")}
    open_ones = {
        row.channel_id: row for row in talks.values() if row.contact_id == winner_id and _is_open(row)
    }
    moved = []
    for row in [row for row in talks.values() if row.contact_id == loser_id]:
        moved.append({"id": str(row.pk), "status": row.status})
        if _is_open(row) and (goes_on := open_ones.get(row.channel_id)):
            close_for_merge(actor, row, goes_on)
        row.contact_id = winner_id
        row.save(update_fields=["contact"])
    consents = Consent.objects.filter(contact_id=loser_id)
    ids = list(consents.values_list("pk", flat=True))
    consents.update(contact_id=winner_id)
    return {"conversations": moved, "consents": ids}


def _is_open(row: Conversation) -> bool:
    return row.status != Conversation.Status.CLOSED


def put_conversations_back(actor: Actor, loser_id: UUID, winner_id: UUID, moved: dict[str, Any]) -> None:
    """They are two people again: each thread as it was, unless it has been closed since."""
    del actor
    was = {given["id"]: given["status"] for given in moved["conversations"]}
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk__in=was, contact_id=winner_id
    )
    for row in rows.order_by("pk"):
        if row.owned_because == MERGED:
            row.status = was[str(row.pk)]
        row.contact_id = loser_id
        row.save(update_fields=["contact", "status"])
    Consent.objects.filter(pk__in=moved["consents"], contact_id=winner_id).update(contact_id=loser_id)
