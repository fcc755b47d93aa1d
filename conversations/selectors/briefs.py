"""A few words about conversations for other floors' pages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from conversations.selectors.threads import visible_conversations
from crm.core.actors import Actor


def conversation_briefs(actor: Actor, contact_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The latest conversation the actor sees with each contact, by contact id: id, key (its id as text), text."""
    if not actor.may("conversations.view"):
        return {}
    rows = visible_conversations(actor).filter(contact_id__in=contact_ids)
    latest = rows.order_by("contact_id", "-last_message_at").distinct("contact_id")
    return {
        row.contact_id: {"id": row.pk, "key": str(row.pk), "text": row.last_message_text} for row in latest
    }
