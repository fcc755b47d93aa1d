"""The digest of a human stretch: what was said by whom while people had a conversation, and which facts changed."""

from datetime import datetime
from typing import Any

from conversations.models import Conversation, GiveBack, Message, MessageStatus, OwnerKind
from crm import panels
from crm.core.actors import Actor

SAID_AT_MOST = 20  # messages the bot is told word for word
LONGEST = 300  # letters of each
NOT_SAID = [MessageStatus.CANCELLED, MessageStatus.FAILED]


def human_stretch_began(conversation: Conversation) -> datetime:
    """When the bot lost the (locked) conversation the last time; its beginning when the bot never had it."""
    past = conversation.history.order_by("-history_date", "-history_id")
    bots = past.filter(owner_kind=OwnerKind.AGENT).values_list("history_date", "history_id").first()
    since = past.exclude(owner_kind=OwnerKind.AGENT)
    since = since.filter(history_date__gte=bots[0], history_id__gt=bots[1]) if bots else since
    return since.values_list("history_date", flat=True).last() or conversation.created_at


def write_digest(actor: Actor, conversation: Conversation, since: datetime) -> GiveBack:
    """Kept in the epoch that begins now: the bot's turns read it, and the thread shows it as a line."""
    rows = Message.objects.filter(conversation=conversation, created_at__gte=since, deleted_at__isnull=True)
    rows = rows.exclude(author_kind="agent").exclude(kind="reaction").exclude(status__in=NOT_SAID)
    last = list(reversed(rows.order_by("-sequence")[:SAID_AT_MOST]))
    return GiveBack.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        epoch=conversation.ownership_epoch,
        by_id=actor.user_id,
        by_name=actor.label[:200],
        since=since,
        said=[_said(message) for message in last],
        said_count=rows.count(),
        facts=panels.facts_changed(conversation.contact_id, since),
    )


def _said(message: Message) -> dict[str, Any]:
    words = message.text if len(message.text) <= LONGEST else f"{message.text[:LONGEST]}…"
    side = "customer" if message.direction == "in" else "us"
    return {"who": message.author_name, "side": side, "text": words, "message": str(message.pk)}
