"""What the bot owes a customer when a conversation is its own again as if nobody had taken it."""

from django.db.models import Max

from conversations.events import BotReplyDropped
from conversations.models import Conversation, Message, MessageStatus
from crm.bus import publish
from crm.core.actors import Actor


def owe_again(actor: Actor, conversation: Conversation) -> None:
    """The bot reads on in the (locked) conversation, but not what people have answered since; an answer of its own that
    was taken from the queue it gives anew. The caller saves the conversation."""
    rows = Message.objects.filter(conversation=conversation, direction="out")
    by_people = rows.filter(author_kind="person").aggregate(last=Max("sequence"))["last"] or 0
    conversation.agent_from_sequence = max(conversation.agent_from_sequence, by_people)
    last = rows.filter(author_kind="agent").order_by("-sequence").first()
    if last and last.sequence > by_people and _was_taken_back(last):
        dropped = BotReplyDropped(
            str(last.pk), str(conversation.pk), str(conversation.contact_id), last.cause or "", "undone"
        )
        publish(dropped, actor=actor)


def _was_taken_back(row: Message) -> bool:
    """By somebody who acted; what the customer overtook or what was late has been seen to."""
    return row.status == MessageStatus.CANCELLED and row.error_code == "cancelled"
