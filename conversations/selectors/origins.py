"""Where a conversation came from, and what that makes free."""

from datetime import datetime, timedelta

from conversations.models import Conversation, Message

ANSWERED_WITHIN, FREE_FOR = timedelta(hours=24), timedelta(hours=72)


def free_entry_until(conversation: Conversation) -> datetime | None:
    """Until when messages to somebody who came from an ad are free: 72 hours from our first answer, if that came
    within 24 hours of their message. None when they came another way, or we were too late."""
    came_at = conversation.attribution.get("at")
    if not came_at:
        return None
    start = datetime.fromisoformat(str(came_at))
    answers = Message.objects.filter(
        conversation=conversation,
        direction="out",
        sent_at__gte=start,
        sent_at__lte=start + ANSWERED_WITHIN,
    )
    first = answers.order_by("sent_at").values_list("sent_at", flat=True).first()
    return first + FREE_FOR if first else None
