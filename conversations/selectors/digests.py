"""What happened while people had a conversation: for its thread, and for the bot that got it back."""

from collections.abc import Sequence
from datetime import datetime

from conversations.models import Conversation, GiveBack


def give_backs_between(
    conversation: Conversation, since: datetime | None, until: datetime | None = None
) -> list[GiveBack]:
    """The returns to the bot in a stretch of the thread, oldest first."""
    rows = GiveBack.objects.filter(conversation=conversation)
    rows = rows.filter(created_at__gte=since) if since else rows
    rows = rows.filter(created_at__lt=until) if until else rows
    return list(rows.order_by("created_at"))


def digest_for_agent(conversation: Conversation) -> GiveBack | None:
    """What the bot is told of the time it was out; nothing once a person has had the conversation again."""
    rows = GiveBack.objects.filter(conversation=conversation, epoch=conversation.ownership_epoch)
    return rows.order_by("-created_at").first()


def digest_lines(digest: GiveBack) -> tuple[str, ...]:
    """The same in lines for a machine: who said what, then what is another fact now."""
    said: Sequence[dict[str, str]] = digest.said
    facts: Sequence[dict[str, str]] = digest.facts
    left_out = digest.said_count - len(said)
    return (
        *([f"({left_out} earlier messages left out)"] if left_out > 0 else []),
        *(f"{'customer' if one['side'] == 'customer' else one['who']}: {one['text']}" for one in said),
        *(f"{one['what']}: {one['was'] or '-'} -> {one['is'] or '-'}" for one in facts),
    )
